package dialogue

import (
	"regexp"
	"strings"
	"unicode"

	"parley/dialogue/model"
)

// spokenWord is a word as people write it, or a part of an address or a number. Shorter ones say nothing of anybody.
var spokenWord = regexp.MustCompile(`[\pL\pN]{3,}`)

// unquoted is the text of an error for the log, without the words that the question has of the dialogue: vendors like to repeat what
// they did not like, and what people say is not for the log.
func unquoted(err error, question model.Request) string {
	text := err.Error()
	if cut := strings.TrimSuffix(text, "…"); cut != text { // the last word may be half of one
		text = strings.TrimRightFunc(cut, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) + "…"
	}
	said := map[string]bool{}
	hear := func(text string) {
		for _, word := range spokenWord.FindAllString(text, -1) {
			said[strings.ToLower(word)] = true
		}
	}
	if _, facts, known := strings.Cut(question.System, knownFacts); known {
		facts, _, _ = strings.Cut(facts, "\n")
		hear(facts)
	}
	for _, m := range question.Messages {
		for _, p := range m.Parts {
			hear(p.Text)
			if p.Call != nil {
				hear(string(p.Call.Args))
			}
			if p.Result != nil {
				hear(string(p.Result.Body))
			}
		}
	}
	return spokenWord.ReplaceAllStringFunc(text, func(word string) string {
		if said[strings.ToLower(word)] {
			return "[…]"
		}
		return word
	})
}
