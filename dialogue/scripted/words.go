package scripted

import (
	"strings"
	"unicode"
)

// A token is one word of a text, in lower case, and where it stands.
type token struct {
	word     string
	from, to int
}

// tokens splits a text into words of letters, digits and apostrophes.
func tokens(text string) []token {
	var all []token
	from := -1
	for i, r := range text + " " {
		inside := i < len(text) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) || r == '\'' || r == '’')
		switch {
		case inside && from < 0:
			from = i
		case !inside && from >= 0:
			word := strings.ReplaceAll(strings.ToLower(text[from:i]), "’", "'")
			if word = strings.Trim(word, "'"); word != "" {
				all = append(all, token{word, from, i})
			}
			from = -1
		}
	}
	return all
}

// words are the tokens without their places.
func words(text string) []string { return plainWords(tokens(text)) }

func plainWords(list []token) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.word
	}
	return out
}

// A phrase is a keyword of one or more words. A last word that ended in * matches any word with that beginning.
type phrase struct {
	words  []string
	prefix bool
}

func newPhrase(s string) phrase {
	s = strings.TrimSpace(s)
	short, prefix := strings.CutSuffix(s, "*")
	return phrase{words(short), prefix}
}

func newPhrases(list []string) []phrase {
	all := make([]phrase, 0, len(list))
	for _, s := range list {
		if p := newPhrase(s); len(p.words) > 0 {
			all = append(all, p)
		}
	}
	return all
}

// A vocabulary knows every keyword of a script. A word in it is never taken for a typing error of another one.
type vocabulary map[string]bool

func (v vocabulary) add(phrases []phrase) {
	for _, p := range phrases {
		for _, w := range p.words {
			v[w] = true
		}
	}
}

// find returns where the phrase begins in text, or -1.
func (v vocabulary) find(text []string, p phrase) int {
	for at := 0; at+len(p.words) <= len(text); at++ {
		if v.at(text[at:], p) {
			return at
		}
	}
	return -1
}

func (v vocabulary) at(text []string, p phrase) bool {
	for i, want := range p.words {
		if p.prefix && i == len(p.words)-1 && strings.HasPrefix(text[i], want) {
			continue
		}
		if !v.same(text[i], want) {
			return false
		}
	}
	return true
}

func (v vocabulary) any(text []string, phrases []phrase) bool {
	for _, p := range phrases {
		if v.find(text, p) >= 0 {
			return true
		}
	}
	return false
}

func (v vocabulary) all(text []string, phrases []phrase) bool {
	for _, p := range phrases {
		if v.find(text, p) < 0 {
			return false
		}
	}
	return true
}

// same compares a customer's word with a keyword: equal, a plural, or a typing error. Typing errors keep the first
// letter and change one place in words of five letters or more, two from eight on.
func (v vocabulary) same(got, want string) bool {
	if got == want || len(want) > 2 && got == want+"s" || len(got) > 2 && want == got+"s" {
		return true
	}
	if v[got] || len(got) < 4 || len(want) < 5 || got[0] != want[0] {
		return false
	}
	g, w := []rune(got), []rune(want)
	switch {
	case len(w) < 5 || len(w) > 40 || len(g) > 42:
		return false
	case len(w) < 8:
		return distance(g, w) <= 1
	}
	return distance(g, w) <= 2
}

// distance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
