package scripted

import (
	"encoding/json"
	"slices"

	"parley/dialogue/model"
)

// builtin completes a script without rules and slots for the functions an agent has. Its rules are written in the
// terms of a script, so that nothing works in them that a script could not do.
func builtin(p *program, functions []model.Function) *program {
	c := &compiler{program: *p}
	l := c.lex
	if c.greeting == nil {
		c.greeting = c.template("", sentences(l.greeting, l.help))
	}
	c.compileSlots(encoded([]slotSource{{Name: "email", Type: "email"}, {Name: "phone", Type: "phone"}, {Name: "name", Type: "name"}}))
	tag := func(name string, w whenSource, say string) ruleSource {
		return ruleSource{Name: builtinPrefix + name, When: w, Say: say, Call: &callSource{Function: name}}
	}
	rules := []ruleSource{
		tag("get_contact", whenSource{Given: []string{"email", "phone"}}, ""),
		tag("interest", whenSource{Any: l.buying, None: l.refusal}, ""),
		tag("message_for_operator", whenSource{Any: l.message}, l.passedOn),
		tag("operator", whenSource{Any: l.human, None: l.message}, l.handover),
	}
	refused := tag("close", whenSource{Any: l.refusal}, l.noProblem)
	refused.Name += " after refusal"
	rules = append(rules, refused, tag("close", whenSource{Any: l.bye, MaxWords: 5}, l.goodbye))
	for i, raw := range encoded(rules) {
		var r ruleSource
		strict("", raw, &r)
		c.compileRule("", i, r)
	}
	c.forms(functions)
	again := false
	c.rules = append(c.rules, &rule{name: builtinPrefix + "hello", say: c.template("", l.help),
		when: when{any: newPhrases(l.hello), maxWords: 4, first: &again}})
	return &c.program
}

// forms adds two rules for each HTTP function: one fires on the words of its name and asks for what it requires, one
// calls it as soon as the customer has given all of that unasked.
func (c *compiler) forms(functions []model.Function) {
	for i := range functions {
		f := &functions[i]
		if f.Tag != "" {
			continue
		}
		var named []string
		for _, w := range nameWords(f.Name) {
			if len(w) >= 4 && !slices.Contains(verbs, w) {
				named = append(named, w)
			}
		}
		if len(named) > 0 {
			r := &rule{name: builtinPrefix + f.Name, calls: []call{{function: f.Name, repeat: 1}}}
			r.when.any = newPhrases(named)
			c.vocab.add(r.when.any)
			c.rules = append(c.rules, r)
		}
		var required []string
		for _, name := range formOf(f).order {
			if formOf(f).required[name] {
				required = append(required, name)
			}
		}
		if len(required) > 0 {
			r := &rule{name: builtinPrefix + f.Name + " filled", calls: []call{{function: f.Name, repeat: 1}}}
			r.when.filled, r.when.given = required, required
			c.rules = append(c.rules, r)
		}
	}
}

// Words in names of functions that say nothing about what a customer wants.
var verbs = []string{"check", "create", "find", "list", "make", "send", "look", "lookup", "fetch", "post", "search", "show",
	"read", "call", "query", "update", "with", "from", "http", "data", "info", "json", "item", "items"}

func encoded[T any](list []T) []json.RawMessage {
	out := make([]json.RawMessage, len(list))
	for i, v := range list {
		out[i], _ = json.Marshal(v)
	}
	return out
}
