package scripted

import (
	"strings"
	"unicode/utf8"
)

// says holds a rule's conditions on words against a text.
func (p *program) says(r *rule, list []string, text string) bool {
	w := &r.when
	switch {
	case len(w.any) > 0 && !p.vocab.any(list, w.any),
		!p.vocab.all(list, w.all),
		p.vocab.any(list, w.none),
		w.pattern != nil && !w.pattern.MatchString(text),
		w.maxWords > 0 && len(list) > w.maxWords:
		return false
	}
	return true
}

// contextual says whether a rule depends on what was said before, so that its words alone mean nothing.
func (w *when) contextual() bool {
	return w.after != "" || w.result != nil || w.answer != ""
}

// answer reads a text as "yes", "no" or neither. The first such word counts; in a question it must be the first of all.
func (p *program) answer(text string) string {
	list := words(text)
	yes, no := p.first(list, p.yes), p.first(list, p.no)
	switch at := min(yes, no); {
	case at == len(list), at > 0 && strings.Contains(text, "?"):
		return ""
	case no <= yes:
		return "no"
	}
	return "yes"
}

// first gives where the first of the phrases begins, or the length of the text.
func (p *program) first(list []string, phrases []phrase) int {
	at := len(list)
	for _, ph := range phrases {
		if found := p.vocab.find(list, ph); found >= 0 {
			at = min(at, found)
		}
	}
	return at
}

// speaksOnly says whether a rule does nothing but answer.
func (r *rule) speaksOnly() bool { return len(r.ask)+len(r.calls) == 0 && r.say != nil }

// maxRead is how much of a message is looked at, in bytes: nobody orders in more words.
const maxRead = 4000

func clip(text string) string {
	if len(text) <= maxRead {
		return text
	}
	n := maxRead
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
