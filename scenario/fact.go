package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// fact is one thing that happened, or one that is expected: a verb, words, JSON and a text, as far as its verb has them.
type fact struct {
	verb  string
	words []string
	json  any  // decoded; numbers keep their digits
	has   bool // whether there is JSON
	text  string
}

// part is a piece of a fact as it is written.
type part int

const (
	word     part = iota
	value         // JSON
	mayValue      // JSON that may be left out
	words         // text
	mayWords      // text that may be left out
)

// anyLines is the verb of the line that stands for any number of facts.
const anyLines = "..."

// shapes says what facts are made of.
var shapes = map[string][]part{
	"<":        {words},
	"by":       {word},
	"call":     {word, value, word, mayWords},
	"tag":      {word, mayWords},
	"status":   {word},
	"event":    {word, mayValue, mayWords},
	"end":      {word, mayWords},
	"error":    {word, mayWords},
	"delivery": {word, word, mayValue},
	"system":   {words},
	anyLines:   {},
}

// readFact reads what follows a verb.
func readFact(verb, rest string) (fact, error) {
	f := fact{verb: verb}
	for _, p := range shapes[verb] {
		if p != words {
			rest = strings.TrimLeft(rest, " ")
		}
		switch p {
		case word:
			w, after, _ := strings.Cut(rest, " ")
			if w == "" {
				return f, incomplete(verb)
			}
			f.words, rest = append(f.words, w), after
		case mayValue, value:
			if rest == "" || p == mayValue && rest[0] != '{' && rest[0] != '[' {
				if p == value {
					return f, incomplete(verb)
				}
				continue
			}
			if after, isAny := strings.CutPrefix(rest, anyLines); isAny {
				f.json, f.has, rest = anyLines, true, after
				continue
			}
			v, after, err := cutJSON(rest)
			if err != nil {
				return f, fmt.Errorf("%s: %w", verb, err)
			}
			f.json, f.has, rest = v, true, after
		case words, mayWords:
			f.text, rest = strings.TrimRight(rest, " \t"), ""
			if p == words && f.text == "" {
				return f, incomplete(verb)
			}
			if err := checkPattern(f.text); err != nil {
				return f, err
			}
		}
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		return f, fmt.Errorf("%s has %q too much; write: %s", verb, rest, formOf(verb))
	}
	return f, nil
}

func incomplete(verb string) error {
	return fmt.Errorf("%s is not complete; write: %s", verb, formOf(verb))
}

// formOf returns how a fact is written.
func formOf(verb string) string {
	for _, form := range strings.Split(factsHelp, ", ") {
		if form == verb || strings.HasPrefix(form, verb+" ") {
			return form
		}
	}
	return verb
}

// cutJSON reads the JSON that a text begins with and returns what follows.
func cutJSON(text string) (v any, after string, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		if err == io.ErrUnexpectedEOF { //nolint:errorlint // the decoder returns it bare
			err = fmt.Errorf("it breaks off")
		}
		return nil, "", fmt.Errorf("JSON is expected at %q: %w", text, err)
	}
	return v, text[d.InputOffset():], nil
}

// printJSON writes JSON on one line, keys in order.
func printJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v) // cannot be: it was decoded from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// lines writes a fact as it stands in a file.
func (f fact) lines() []string {
	pieces := []string{f.verb}
	n := 0
	for _, p := range shapes[f.verb] {
		switch {
		case p == word:
			pieces = append(pieces, f.words[n])
			n++
		case (p == value || p == mayValue) && f.has:
			pieces = append(pieces, printJSON(f.json))
		case p == words:
			all := strings.Split(literal(f.text), "\n")
			for i, added := range all[1:] {
				if all[i+1] = "|"; added != "" {
					all[i+1] += " " + added
				}
			}
			all[0] = f.verb + " " + all[0]
			return all
		case p == mayWords && f.oneLine() != "":
			text := literal(f.oneLine())
			if !f.has && slices.Contains(shapes[f.verb], mayValue) && strings.ContainsAny(text[:1], "{[") {
				text = `\` + text // it is no JSON
			}
			pieces = append(pieces, text)
		}
	}
	return []string{strings.Join(pieces, " ")}
}

// matches says whether a fact is what an expectation wants.
func (f fact) matches(want fact) bool {
	if want.verb != f.verb || len(want.words) != len(f.words) {
		return false
	}
	for i, w := range want.words {
		if w != f.words[i] && w != anyLines {
			return false
		}
	}
	if want.has && !fits(f.json, want.json, f.verb != "call") {
		return false
	}
	text := f.text
	if slices.Contains(shapes[f.verb], mayWords) {
		if want.text == "" {
			return true
		}
		text = f.oneLine()
	}
	return textFits(text, want.text) || `\`+text == want.text
}

// oneLine is the text of a fact that has room for one line only.
func (f fact) oneLine() string { return strings.ReplaceAll(strings.TrimSpace(f.text), "\n", `\n`) }
