package scripted

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// values are what the customer has told so far, by slot: a string, a json.Number or a bool.
type values map[string]any

// A reading is one text of the customer on its way into the slots.
type reading struct {
	p       *program
	region  string
	today   time.Time
	pending *slot   // what the agent asked last
	form    *rule   // the form it belongs to
	text    string  // as written
	left    string  // the same length, values that were found blanked out
	list    []token // the words of text
	known   values  // before this text
	found   values  // in this text
	problem string  // why the answer to pending does not fit
}

// read finds what a text says. Several values may come at once; the last one of a kind counts.
func (r *reading) read() {
	r.text = clip(r.text)
	r.text = r.withoutQuestions()
	r.list = tokens(r.text)
	r.left, r.found = r.text, values{}
	r.assign("email", emails(r.left))
	c := calendar{r.p.lex, r.p.vocab, r.today, r.region}
	r.assign("date", c.find(r.left))
	r.assign("phone", phones(r.left, r.region, r.asked("phone")))
	r.left = phoneForm.ReplaceAllStringFunc(r.left, longDigits)
	r.assign("time", times(r.left, r.asked("time")))
	if r.has("postcode") {
		r.assign("postcode", postcodes(r.left, r.region))
	}
	r.assign("number", r.p.lex.findNumbers(r.left))
	for _, s := range r.p.slots {
		switch s.kind {
		case "choice":
			r.choose(s)
		case "text":
			r.labelled(s)
		case "name":
			r.introduced(s)
		}
	}
	r.answered()
}

var sentence = regexp.MustCompile(`[^.!?\n]+[.!?\n]*`)

// withoutQuestions blanks out the questions that a rule answers: "Are you open on Sunday?" chooses no Sunday.
func (r *reading) withoutQuestions() string {
	if !strings.Contains(r.text, "?") {
		return r.text
	}
	return sentence.ReplaceAllStringFunc(r.text, func(s string) string {
		if !strings.HasSuffix(strings.TrimSpace(s), "?") || !r.elsewhere(s, (*rule).speaksOnly) {
			return s
		}
		return strings.Repeat(" ", len(s)-1) + "?"
	})
}

func (r *reading) asked(kind string) bool { return r.pending != nil && r.pending.kind == kind }

// longDigits blanks out what looks like a phone or card number: it counts nothing.
func longDigits(s string) string {
	if len(strings.Map(digitOnly, s)) < 9 {
		return s
	}
	return strings.Repeat(" ", len(s))
}

func digitOnly(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

func (r *reading) has(kind string) bool {
	return slices.ContainsFunc(r.p.slots, func(s *slot) bool { return s.kind == kind })
}

// assign gives the values of one kind to the slots of that kind: by the words next to a value, then in order if there
// is one for each, then to the slot that was asked for, then to the only one.
func (r *reading) assign(kind string, spans []span) {
	spans = slices.DeleteFunc(spans, func(s span) bool { return r.dismissed(s.from) })
	var open []*slot
	for _, s := range r.p.slots {
		if s.kind == kind {
			open = append(open, s)
		}
	}
	count := len(open)
	var rest []span
	for _, v := range spans {
		if s := r.nearest(open, v); s != nil {
			r.set(s, v.value)
		} else if !v.spelled || r.asked(kind) {
			rest = append(rest, v)
		}
	}
	open = slices.DeleteFunc(open, func(s *slot) bool { return r.found[s.name] != nil || s != r.pending && !r.expected(s) })
	switch {
	case len(rest) == 0 || len(open) == 0:
	case len(rest) == len(open) && len(open) > 1:
		for i, s := range open {
			r.set(s, rest[i].value)
		}
	case r.asked(kind) && slices.Contains(open, r.pending):
		r.set(r.pending, rest[len(rest)-1].value)
	case count == 1:
		r.set(open[0], rest[len(rest)-1].value)
	}
	left := []byte(r.left)
	for _, v := range spans {
		for i := v.from; i < v.to; i++ {
			left[i] = ' '
		}
	}
	r.left = string(left)
}

// expected says whether a value may be meant for a slot that nobody asked for. Numbers stand for many things: a slot
// that has words of its own takes one without them only as a correction or while its form is being filled.
func (r *reading) expected(s *slot) bool {
	return len(s.near) == 0 || s.kind != "number" || r.known[s.name] != nil ||
		r.form != nil && slices.Contains(r.form.ask, s.name)
}

// nearest finds the slot one of whose words stands closest to a value, up to two words behind or three before it.
func (r *reading) nearest(open []*slot, v span) (found *slot) {
	from := r.index(v.to) // the first word behind the value; to is behind the last one before it
	to := from
	for to > 0 && r.list[to-1].to > v.from {
		to--
	}
	for gap := range 3 {
		for _, s := range open {
			if gap < 2 && r.begins(r.list[min(from+gap, len(r.list)):], s.near) || to-gap >= 0 && r.ends(r.list[:to-gap], s.near) {
				return s
			}
		}
	}
	return nil
}

// maxPhrase is how many words before or behind a place are looked at.
const maxPhrase = 8

func (r *reading) begins(list []token, phrases []phrase) bool {
	all := plainWords(list[:min(len(list), maxPhrase)])
	return slices.ContainsFunc(phrases, func(p phrase) bool { return len(p.words) <= len(all) && r.p.vocab.at(all, p) })
}

func (r *reading) ends(list []token, phrases []phrase) bool {
	all := plainWords(list[max(0, len(list)-maxPhrase):])
	return slices.ContainsFunc(phrases, func(p phrase) bool {
		return len(p.words) <= len(all) && r.p.vocab.at(all[len(all)-len(p.words):], p)
	})
}

// index gives the first word that begins at a place or behind it.
func (r *reading) index(at int) int {
	i, _ := slices.BinarySearchFunc(r.list, at, func(t token, at int) int { return t.from - at })
	return i
}

// dismissed says whether "instead of", "not" and the like stand before a place.
func (r *reading) dismissed(at int) bool {
	end := r.index(at)
	before := plainWords(r.list[max(0, end-maxPhrase):end])
	if n := len(before); n > 0 && slices.Contains(articles, before[n-1]) {
		before = before[:n-1]
	}
	for _, s := range r.p.lex.instead {
		w := words(s)
		if len(before) >= len(w) && slices.Equal(before[len(before)-len(w):], w) {
			return true
		}
	}
	return false
}

var articles = []string{"the", "a", "an", "on", "at", "for", "in", "dem", "den", "der", "die", "das", "am", "um"}

// set stores a value that fits the slot, and the reason if it does not.
func (r *reading) set(s *slot, v any) {
	if n, ok := v.(json.Number); ok && s.kind == "number" {
		f, _ := n.Float64()
		if s.min != nil && f < *s.min || s.max != nil && f > *s.max {
			if r.pending == s {
				r.problem = r.p.bounds(s)
			}
			return
		}
		if s.whole && strings.Contains(n.String(), ".") {
			return
		}
	}
	r.found[s.name] = v
}

// choose looks for the choices of a slot; where two begin at the same word the longer one is meant.
func (r *reading) choose(s *slot) {
	all := plainWords(r.list)
	for at := 0; at < len(all); at++ {
		best, length := -1, 0
		for i, meant := range s.words {
			for _, p := range meant {
				if len(p.words) > length && at+len(p.words) <= len(all) && r.p.vocab.at(all[at:], p) {
					best, length = i, len(p.words)
				}
			}
		}
		if best >= 0 && !r.dismissed(r.list[at].from) {
			r.found[s.name] = s.choices[best]
			at += length - 1
		}
	}
}
