package scripted

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of a script, far above what a person writes.
const (
	maxScript  = 256 << 10
	maxSlots   = 100
	maxRules   = 500
	maxPattern = 500
	maxRepeat  = 1000
)

// The types of a slot.
var slotTypes = []string{"email", "phone", "number", "date", "time", "postcode", "choice", "yes_no", "text", "name"}

// Names that templates give another meaning.
var reserved = []string{"message", "result", "results", "match", "slots", "this", "@index"}

var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func (c *compiler) compileSlots(list []json.RawMessage) {
	if len(list) > maxSlots {
		c.bad("slots", "has more than %d entries", maxSlots)
		return
	}
	for i, raw := range list {
		path := fmt.Sprintf("slots[%d]", i)
		var s slotSource
		if p := strict(path, raw, &s); p != nil {
			c.problems = append(c.problems, *p)
			c.slots = append(c.slots, &slot{})
			continue
		}
		c.compileSlot(path, s)
	}
	for i, s := range c.slots { // these may name slots that stand below
		c.known(fmt.Sprintf("slots[%d].question", i), s.question)
		c.known(fmt.Sprintf("slots[%d].invalid", i), s.invalid)
	}
}

func (c *compiler) compileSlot(path string, s slotSource) {
	switch {
	case !nameForm.MatchString(s.Name):
		c.bad(path+".name", "is %q: want letters, digits and _, no digit first", s.Name)
	case slices.Contains(reserved, s.Name):
		c.bad(path+".name", "is %q, which templates use for something else", s.Name)
	case c.slot(s.Name) != nil:
		c.bad(path+".name", "is %q a second time", s.Name)
	}
	if !slices.Contains(slotTypes, s.Type) {
		c.bad(path+".type", "is %q: want one of %s", s.Type, strings.Join(slotTypes, ", "))
	}
	out := &slot{name: s.Name, kind: s.Type, min: s.Min, max: s.Max}
	out.question = c.template(path+".question", s.Question)
	c.bounds(path, s)
	c.choices(path, s, out)
	if s.Pattern != "" && s.Type != "text" {
		c.bad(path+".pattern", "is for slots of type text")
	}
	out.pattern = c.pattern(path+".pattern", s.Pattern)
	out.invalid = c.template(path+".invalid", s.Invalid)
	out.complete(s.Near)
	c.vocab.add(out.near)
	c.slots = append(c.slots, out)
}

func (c *compiler) bounds(path string, s slotSource) {
	if s.Min == nil && s.Max == nil {
		return
	}
	if s.Type != "number" {
		c.bad(path, "has min or max, which are for slots of type number")
	}
	if s.Min != nil && s.Max != nil && *s.Min > *s.Max {
		c.bad(path+".min", "is greater than max")
	}
}

func (c *compiler) choices(path string, s slotSource, out *slot) {
	if s.Type != "choice" {
		if len(s.Choices)+len(s.Synonyms) > 0 {
			c.bad(path+".choices", "is for slots of type choice")
		}
		return
	}
	if len(s.Choices) == 0 {
		c.bad(path+".choices", "is empty")
	}
	for i, choice := range s.Choices {
		if len(words(choice)) == 0 {
			c.bad(fmt.Sprintf("%s.choices[%d]", path, i), "has no word in it")
		}
		if slices.Contains(s.Choices[:i], choice) {
			c.bad(fmt.Sprintf("%s.choices[%d]", path, i), "is %q a second time", choice)
		}
	}
	for choice := range s.Synonyms {
		if !slices.Contains(s.Choices, choice) {
			c.bad(path+".synonyms", "names %q, which is no choice", choice)
		}
	}
	out.offer(s.Choices, s.Synonyms)
	for _, p := range out.words {
		c.vocab.add(p)
	}
}

// complete derives what a slot needs to be found in a text.
func (s *slot) complete(near []string) {
	if s.kind == "postcode" && len(near) == 0 {
		near = []string{"postcode", "postal code", "zip", "zip code", "plz"}
	}
	s.near = newPhrases(near)
	if s.kind == "text" {
		labels := []string{regexp.QuoteMeta(strings.ReplaceAll(s.name, "_", " "))}
		for _, n := range near {
			labels = append(labels, regexp.QuoteMeta(strings.TrimSuffix(strings.TrimSpace(n), "*")))
		}
		s.label = regexp.MustCompile(`(?i)(?:^|\W)(?:` + strings.Join(labels, "|") + `)(?:\s+(?:is|to|ist|lautet)\s|\s*[:=])\s*([^\n]+)`)
	}
}

// offer sets the choices of a slot and the words that mean them.
func (s *slot) offer(choices []string, synonyms map[string][]string) {
	s.choices = choices
	for _, choice := range choices {
		s.words = append(s.words, newPhrases(append([]string{choice}, synonyms[choice]...)))
	}
}

// known checks the first names of a template's paths. Names inside an each block may be fields of its items.
func (c *compiler) known(path string, t *template) {
	if t == nil {
		return
	}
	roots(t.nodes, func(p []string) {
		if !slices.Contains(reserved, p[0]) && c.slot(p[0]) == nil {
			c.bad(path, "uses {{%s}}: there is no slot %q", strings.Join(p, "."), p[0])
		}
	})
}

// refer checks that names are slots.
func (c *compiler) refer(path string, names []string) {
	for i, name := range names {
		if c.slot(name) == nil {
			c.bad(fmt.Sprintf("%s[%d]", path, i), "is %q: there is no such slot", name)
		}
	}
}
