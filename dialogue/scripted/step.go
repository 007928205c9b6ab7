package scripted

import (
	"slices"
	"strings"

	"parley/dialogue/model"
)

// Names of what answers when no rule of the script does.
const (
	greetingRule = builtinPrefix + "greeting"
	fallbackRule = builtinPrefix + "fallback"
	offerRule    = builtinPrefix + "offer"
	operatorRule = builtinPrefix + "operator"
	declinedRule = builtinPrefix + "declined"
	resultRule   = builtinPrefix + "result"
	failedRule   = builtinPrefix + "failed"
	waitingRule  = builtinPrefix + "waiting"
	notedRule    = builtinPrefix + "noted"
	silentRule   = builtinPrefix + "silent"
)

// An answer is what one step says and calls.
type answer struct {
	text  string
	calls []model.Call
	mark  mark
	rule  *rule // nil if no rule of the script made it
}

// A firing is why a rule fires.
type firing struct {
	result *outcome
	groups map[string]any
}

// step finds the answer. Its order is the one the package comment gives.
func (d *dialogue) step() answer {
	if d.instructed() {
		return answer{}
	}
	if a, ok := d.offered(); ok {
		return a
	}
	stale := d.outdated()
	overtaken := stale != nil && d.lastDone[stale.name] >= d.burst
	for _, r := range d.program.rules {
		if r.when.result != nil && overtaken {
			continue // the customer has changed what the result is about
		}
		if why, ok := d.fires(r); ok {
			if a, ok := d.fire(r, why); ok {
				return d.greet(a)
			}
		}
	}
	if stale != nil {
		if a, ok := d.proceed(stale, firing{}); ok {
			return d.greet(a)
		}
	}
	if a, ok := d.report(); ok {
		return d.greet(a)
	}
	if a, ok := d.resume(); ok {
		return d.greet(a)
	}
	return d.rest()
}

// fire lets a rule ask for what it lacks, or act. It gives up if the rule has nothing to do that it may.
func (d *dialogue) fire(r *rule, why firing) (answer, bool) {
	if d.settled(r) {
		return answer{}, false
	}
	a, ok := d.proceed(r, why)
	if !ok || len(r.ask) > 0 || len(r.calls) > 0 || r.stop || r.fail != nil {
		return a, ok
	}
	w := &r.when
	a.mark.Aside = w.after == "" && w.answer == "" && w.first == nil && (w.result == nil || d.form != nil)
	return d.append(a), true
}

// settled says whether a form has acted, has nothing new to act on, and another one is being filled: its words were
// only mentioned.
func (d *dialogue) settled(r *rule) bool {
	if _, done := d.lastDone[r.name]; !done || len(r.ask) == 0 || r.when.result != nil || d.form == nil || d.form == r {
		return false
	}
	return !slices.ContainsFunc(r.ask, func(name string) bool { return d.values[name] == nil || d.mentioned[name] })
}

// append goes on with the form that is being filled, or a changed one, in the same answer.
func (d *dialogue) append(a answer) answer {
	next := d.form
	if stale := d.outdated(); stale != nil && a.mark.Rule != stale.name {
		next = stale
	}
	if next == nil {
		return a
	}
	b, ok := d.proceed(next, firing{})
	if !ok {
		return a
	}
	a.text = sentences(a.text, b.text)
	a.calls = b.calls
	a.mark.Ask, a.mark.Form = b.mark.Ask, b.mark.Form
	a.mark.Acted = append(a.mark.Acted, b.mark.Acted...)
	return a
}

// proceed asks for the first missing slot of a rule, or acts if there is none.
func (d *dialogue) proceed(r *rule, why firing) (answer, bool) {
	if len(r.calls) > 0 && !d.callable(r) {
		return answer{}, false
	}
	s := &scope{vars: d.vars(why.result, why.groups)}
	for _, name := range r.ask {
		if d.values[name] != nil {
			continue
		}
		a := answer{rule: r, mark: mark{Rule: r.name, Ask: name, Form: r.name}}
		if d.form != r {
			a.text = r.intro.render(s)
		}
		a.text = sentences(a.text, d.program.slot(name).question.render(s))
		return a, true
	}
	return d.act(r, s)
}

// act says and calls what the rule says. A rule never repeats its calls in one turn.
func (d *dialogue) act(r *rule, s *scope) (answer, bool) {
	a := answer{rule: r, text: r.say.render(s), calls: d.calls(r, s), mark: mark{Rule: r.name, Acted: []string{r.name}}}
	if len(r.calls) > 0 && (len(a.calls) == 0 || !r.again && d.repeats(r, a.calls)) {
		return answer{}, false
	}
	if d.form != nil && d.form != r && len(r.ask) == 0 && !r.stop && !d.ends(a.calls) {
		a.mark.Form = d.form.name
	}
	return a, true
}

// outdated finds a rule that acted on a value the customer has changed since: it has to act again. Rules that call come
// first, then the one that spoke last; slots of the form being filled are that form's business.
func (d *dialogue) outdated() (found *rule) {
	for _, r := range d.program.rules {
		with, done := d.doneWith[r.name]
		if !done || !slices.ContainsFunc(r.ask, func(slot string) bool { return d.stale(r, slot, with[slot]) }) {
			continue
		}
		switch {
		case len(r.calls) == 0 && (found != nil || !d.follows(r.name, false)):
		case found == nil || len(found.calls) == 0 || d.lastDone[r.name] > d.lastDone[found.name]:
			found = r
		}
	}
	return found
}

func (d *dialogue) stale(r *rule, slot string, then any) bool {
	now := d.values[slot]
	return then != nil && now != nil && now != then &&
		(d.form == nil || d.form == r || !slices.Contains(d.form.ask, slot))
}

// resume goes on with the form if the customer has told something or a function was called meanwhile.
func (d *dialogue) resume() (answer, bool) {
	if d.form == nil || len(d.mentioned) == 0 && d.fresh <= d.burst {
		return answer{}, false
	}
	if d.pending != nil && len(d.given) == 0 && d.problem != "" && d.fresh <= d.burst {
		return answer{}, false
	}
	a, ok := d.proceed(d.form, firing{})
	if !ok && len(d.request.Functions) == 0 {
		return answer{text: d.plain(d.program.failed), mark: mark{Rule: failedRule}}, true
	}
	return a, ok
}

// sentences joins two texts with a blank, or a line break if one of them has several lines.
func sentences(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	case strings.Contains(a, "\n") || strings.Contains(b, "\n"):
		return a + "\n" + b
	}
	return a + " " + b
}

func (d *dialogue) plain(t *template) string {
	return t.render(&scope{vars: d.vars(nil, nil)})
}
