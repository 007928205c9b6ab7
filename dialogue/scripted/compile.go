package scripted

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"parley/dialogue/model"
)

// A program is a script that was checked and is ready to run.
type program struct {
	lex                                         *lexicon
	greeting, fallback, offer, handover, failed *template
	misses                                      int
	yes, no                                     []phrase
	slots                                       []*slot
	rules                                       []*rule
	vocab                                       vocabulary
	ownFallback                                 bool // the script speaks for itself, perhaps in another language
}

type slot struct {
	name, kind string
	question   *template
	choices    []string
	words      [][]phrase // of each choice
	near       []phrase
	pattern    *regexp.Regexp
	min, max   *float64
	whole      bool           // an integer
	label      *regexp.Regexp // what stands before the value when nobody asked for it
	invalid    *template
}

type rule struct {
	name       string
	when       when
	intro, say *template
	ask        []string
	calls      []call
	clear      []string
	stop       bool
	again      bool
	fail       *model.Error
	delay      time.Duration
	reason     string
	usage      model.Usage
}

type when struct {
	any, all, none                  []phrase
	pattern                         *regexp.Regexp
	maxWords                        int
	answer                          string
	filled, missing, given, changed []string
	is                              map[string]any
	first                           *bool
	after, model                    string
	result                          *wanted
}

// wanted describes a result that a rule waits for.
type wanted struct {
	function string
	failed   bool
	match    map[string]any
}

type call struct {
	function  string
	arguments map[string]argument // nil: from slots with the names of the parameters
	repeat    int
}

// An argument is a JSON value whose strings are templates.
type argument struct {
	text   *template
	list   []argument
	object map[string]argument
	value  any // everything else
	kind   argumentKind
}

type argumentKind int

const (
	constant argumentKind = iota
	templated
	listed
	keyed
)

// worded says whether the rule looks at the customer's words at all.
func (w *when) worded() bool {
	return len(w.any)+len(w.all) > 0 || w.pattern != nil
}

// slot finds a slot by name; nil if there is none.
func (p *program) slot(name string) *slot {
	for _, s := range p.slots {
		if s.name == name {
			return s
		}
	}
	return nil
}

// rule finds a rule by name; nil if there is none.
func (p *program) rule(name string) *rule {
	for _, r := range p.rules {
		if r.name == name {
			return r
		}
	}
	return nil
}

// compiler collects problems while it turns the written form into a program.
type compiler struct {
	program
	problems []Problem
}

func (c *compiler) bad(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{path, fmt.Sprintf(format, args...)})
}

// compile checks a whole script. The program is usable only if there are no problems.
func compile(script json.RawMessage) (*program, []Problem) {
	c := &compiler{program: program{vocab: vocabulary{}, misses: 2, lex: &english}}
	if blank(script) {
		c.texts(source{})
		return &c.program, nil
	}
	if len(script) > maxScript {
		return nil, []Problem{{"", fmt.Sprintf("is longer than %d bytes", maxScript)}}
	}
	var s source
	if p := strict("", script, &s); p != nil {
		return nil, []Problem{*p}
	}
	if s.Language != "" {
		if l := lexicons[s.Language]; l != nil {
			c.lex = l
		} else {
			c.bad("language", "is %q: known are %s", s.Language, languages())
		}
	}
	c.head(s)
	c.compileSlots(s.Slots)
	c.compileRules(s.Rules)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return &c.program, nil
}

func (c *compiler) head(s source) {
	if s.Misses != nil {
		c.misses = *s.Misses
		if c.misses < 0 || c.misses > 10 {
			c.bad("misses", "must be from 0 (never) to 10")
		}
	}
	c.texts(s)
}

// texts sets what the provider says of its own; the language gives what the script leaves out.
func (c *compiler) texts(s source) {
	either := func(path, own, usual string) *template {
		if own == "" {
			own = usual
		}
		return c.template(path, own)
	}
	c.greeting = c.template("greeting", s.Greeting)
	c.ownFallback = s.Fallback != ""
	c.fallback = either("fallback", s.Fallback, c.lex.fallback)
	c.offer = either("offer", s.Offer, c.lex.offer)
	c.handover = either("handover", s.Handover, c.lex.handover)
	c.failed = either("failed", s.Failed, c.lex.failed)
	c.yes = append(newPhrases(s.Yes), newPhrases(c.lex.yes)...)
	c.no = append(newPhrases(s.No), newPhrases(c.lex.no)...)
	c.vocab.add(newPhrases(c.lex.common))
	c.vocab.add(c.yes)
	c.vocab.add(c.no)
}

func (c *compiler) template(path, text string) *template {
	if len(text) > maxText {
		c.bad(path, "is longer than %d bytes", maxText)
		return nil
	}
	t, err := parseTemplate(text)
	if err != nil {
		c.bad(path, "%v", err)
	}
	return t
}

func (c *compiler) pattern(path, pattern string) *regexp.Regexp {
	if pattern == "" {
		return nil
	}
	if len(pattern) > maxPattern {
		c.bad(path, "is longer than %d bytes", maxPattern)
		return nil
	}
	re, err := regexp.Compile("(?i)" + pattern)
	if err != nil {
		c.bad(path, "is not a regular expression: %v", err)
	}
	return re
}
