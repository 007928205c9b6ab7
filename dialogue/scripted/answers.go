package scripted

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// labelled finds a text by its pattern, or behind its name as in "the address is …".
func (r *reading) labelled(s *slot) {
	if s.pattern != nil {
		if all := s.pattern.FindAllStringSubmatch(r.text, -1); len(all) > 0 {
			last := all[len(all)-1]
			r.found[s.name] = last[min(1, len(last)-1)]
		}
		return
	}
	if m := s.label.FindStringSubmatch(r.text); m != nil && !strings.HasSuffix(strings.TrimSpace(r.text), "?") {
		r.found[s.name] = cleaned(m[1])
	}
}

// introduced finds "my name is …" and, when a name was asked for, a short answer.
func (r *reading) introduced(s *slot) {
	if name := behind(r.text, r.p.lex.named); name != "" {
		r.found[s.name] = name
		return
	}
	if r.pending != s || r.interrupted() {
		return
	}
	name := behind(r.text, r.p.lex.iAm)
	if name == "" {
		name = firstWords(r.text)
	}
	if n := words(name); len(n) > 0 && len(n) <= 5 && !strings.ContainsAny(name, "0123456789@") && r.p.answer(r.text) == "" {
		r.found[s.name] = name
	}
}

var nameEnd = regexp.MustCompile(`(?i)[,.;!?\n]|\s(?:and|und|but|aber)\s`)

// behind gives up to four words that follow one of the introductions.
func behind(text string, introductions []string) string {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text
	}
	for _, intro := range introductions {
		at := strings.Index(lower, intro)
		if at < 0 || at > 0 && lower[at-1] != ' ' && lower[at-1] != '\n' && lower[at-1] != ',' && lower[at-1] != '.' {
			continue
		}
		rest := text[at+len(intro):]
		if rest != "" && rest[0] != ' ' {
			continue
		}
		if fields := strings.Fields(firstWords(rest)); len(fields) > 0 {
			return strings.Join(fields[:min(4, len(fields))], " ")
		}
	}
	return ""
}

func firstWords(text string) string {
	text = strings.TrimSpace(text)
	if at := nameEnd.FindStringIndex(text); at != nil && at[0] > 0 {
		text = text[:at[0]]
	}
	return cleaned(text)
}

func cleaned(s string) string { return strings.Trim(strings.TrimSpace(s), ".,;!") }

// answered gives the slot that was asked for what only an answer can fill.
func (r *reading) answered() {
	if r.pending == nil {
		return
	}
	if _, ok := r.found[r.pending.name]; ok {
		return
	}
	switch s := r.pending; s.kind {
	case "text":
		if s.pattern == nil && len(words(r.text)) > 0 && !r.interrupted() {
			r.found[s.name] = strings.TrimSpace(r.text)
		}
	case "yes_no":
		if a := r.p.answer(r.text); a != "" && len(r.changes()) == 0 {
			r.found[s.name] = a == "yes"
		}
	}
	if _, ok := r.found[r.pending.name]; !ok && r.problem == "" {
		r.problem = r.p.unsuitable(r.pending)
	}
}

func (r *reading) changes() (all []string) {
	for name, v := range r.found {
		if old, ok := r.known[name]; ok && old != v {
			all = append(all, name)
		}
	}
	return all
}

// interrupted says whether the text is a question or the business of another rule instead of an answer.
func (r *reading) interrupted() bool {
	if strings.Contains(r.text, "?") {
		return true
	}
	return r.elsewhere(r.text, func(*rule) bool { return true })
}

// elsewhere says whether the words of a text fire a rule other than the form that is being filled.
func (r *reading) elsewhere(text string, kind func(*rule) bool) bool {
	list := words(text)
	return slices.ContainsFunc(r.p.rules, func(rule *rule) bool {
		return rule != r.form && kind(rule) && rule.when.worded() && !rule.when.contextual() && r.p.says(rule, list, text)
	})
}

// bounds tells the bounds of a number.
func (p *program) bounds(s *slot) string {
	if s.invalid != nil || p.ownFallback {
		return p.unsuitable(s)
	}
	number := func(f *float64) string { return strings.TrimSuffix(fmt.Sprintf("%g", *f), ".0") }
	switch {
	case s.min == nil:
		return fmt.Sprintf(p.lex.atMost, number(s.max))
	case s.max == nil:
		return fmt.Sprintf(p.lex.atLeast, number(s.min))
	}
	return fmt.Sprintf(p.lex.between, number(s.min), number(s.max))
}

// unsuitable tells why an answer does not fit: in the slot's words, in the script's, or else in the language's.
func (p *program) unsuitable(s *slot) string {
	switch {
	case s.invalid != nil:
		return s.invalid.render(&scope{vars: map[string]any{}})
	case p.ownFallback:
		return p.fallback.render(&scope{vars: map[string]any{}})
	case s.kind == "choice":
		return fmt.Sprintf(p.lex.unsuitable["choice"], strings.Join(s.choices, ", "))
	}
	if text, ok := p.lex.unsuitable[s.kind]; ok && (s.kind != "text" || s.pattern != nil) {
		return text
	}
	return p.lex.fallback
}
