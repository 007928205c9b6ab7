package scripted

import (
	"slices"
	"strings"

	"parley/dialogue/model"
)

// offered handles the answer to an offer of an operator.
func (d *dialogue) offered() (answer, bool) {
	f := d.tagged("operator")
	if f == nil || len(d.texts) == 0 || d.fresh > d.burst {
		return answer{}, false
	}
	last := mark{}
	for i := d.burst - 1; i >= 0 && last.Rule == ""; i-- {
		last = d.marks[i]
	}
	if !last.Offer || len(d.mentioned) > 0 {
		return answer{}, false
	}
	switch d.program.answer(d.message()) {
	case "yes":
		s := &scope{vars: d.vars(nil, nil)}
		d.about = d.misunderstood()
		a := answer{text: d.plain(d.program.handover), mark: mark{Rule: operatorRule}}
		a.calls = d.number([]model.Call{{Name: f.Name, Args: d.arguments(call{}, f, s)}})
		return a, true
	case "no":
		a := answer{text: d.program.lex.allRight, mark: mark{Rule: declinedRule}}
		if d.form == nil {
			a.text = sentences(a.text, d.program.lex.help)
		}
		return d.append(a), true
	}
	return answer{}, false
}

// misunderstood gives the customer's last few messages before the one that accepts an operator.
func (d *dialogue) misunderstood() string {
	var all []string
	for i := d.burst - 1; i >= 0 && len(all) < 3; i-- {
		if texts := customerTexts(d.request.Messages[i]); len(texts) > 0 {
			all = append(all, strings.Join(texts, "\n"))
		}
	}
	slices.Reverse(all)
	return strings.Join(all, "\n")
}

// report tells fresh results that no rule rendered: HTTP functions by their fields, failures politely, tags not at all.
func (d *dialogue) report() (answer, bool) {
	all := d.news()
	if len(all) == 0 {
		return answer{}, false
	}
	a := answer{mark: mark{Rule: resultRule}}
	failed, told := false, false
	for _, o := range all {
		switch {
		case o.waiting():
			told = true
			a.mark.Rule, a.text = waitingRule, paragraphs(a.text, d.program.lex.waiting)
		case o.Failed:
			failed = true
		case o.function == nil || o.function.Tag == "":
			told = true
			a.text = paragraphs(a.text, describe(o.body))
		}
	}
	if failed {
		return d.sorry(a, all), true
	}
	switch {
	case told && a.text == "":
		a.text = d.program.lex.noted
	case !told && d.form != nil:
		return d.resume()
	case !told && d.answeredAt() >= 0:
		return answer{mark: mark{Rule: silentRule}}, true
	case !told && (strings.Contains(d.message(), "?") || len(d.texts) > 0 && d.texts[len(d.texts)-1].at >= d.fresh):
		return answer{}, false // a tag answers no question, and nothing said meanwhile
	case !told:
		return answer{text: d.program.lex.noted, mark: mark{Rule: notedRule}}, true
	}
	return d.append(a), true
}

// sorry says that a function failed and offers a person, unless that is what failed.
func (d *dialogue) sorry(a answer, all []outcome) answer {
	a.mark.Rule = failedRule
	a.text = paragraphs(a.text, d.plain(d.program.failed))
	f := d.tagged("operator")
	for _, o := range all {
		if f == nil || o.Failed && o.Name == f.Name {
			return d.keep(a)
		}
	}
	a.text = sentences(a.text, d.plain(d.program.offer))
	a.mark.Offer = true
	return d.keep(a)
}

func paragraphs(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// keep leaves the form and its question open.
func (d *dialogue) keep(a answer) answer {
	if d.form != nil {
		a.mark.Form = d.form.name
	}
	if d.pending != nil {
		a.mark.Ask = d.pending.name
	}
	return a
}

// answeredAt is the agent's last message with a text to what the customer says now, or -1.
func (d *dialogue) answeredAt() int {
	for i := len(d.request.Messages) - 1; i >= d.burst; i-- {
		if m := d.request.Messages[i]; m.Role == model.Model && textOf(m) != "" {
			return i
		}
	}
	return -1
}

// rest answers what nothing else did: a greeting at first, else that it did not understand.
func (d *dialogue) rest() answer {
	greeted := d.program.vocab.any(words(d.message()), newPhrases(d.program.lex.hello))
	if !d.spoke && d.program.greeting != nil && (greeted || len(d.texts) == 0) {
		return answer{text: d.plain(d.program.greeting), mark: mark{Rule: greetingRule}}
	}
	if d.answeredAt() >= 0 || d.answeredByPerson() {
		return answer{mark: mark{Rule: silentRule}}
	}
	return d.greet(d.miss())
}

// answeredByPerson says whether an operator wrote after the customer's last words.
func (d *dialogue) answeredByPerson() bool {
	for _, m := range slices.Backward(d.request.Messages) {
		if len(customerTexts(m)) > 0 {
			return false
		}
		if m.Role == model.User && strings.HasPrefix(strings.ToLower(strings.TrimSpace(textOf(m))), "[operator") {
			return true
		}
	}
	return false
}

// miss says that the provider did not understand, asks again what it had asked, and after some misses in a row offers
// a person.
func (d *dialogue) miss() answer {
	a := d.keep(answer{text: d.plain(d.program.fallback), mark: mark{Rule: fallbackRule}})
	if limit := d.program.misses; limit > 0 && d.missed()+1 >= limit && d.tagged("operator") != nil {
		a.text = sentences(a.text, d.plain(d.program.offer))
		a.mark.Rule, a.mark.Offer = offerRule, true
		return a
	}
	if d.pending == nil {
		return a
	}
	if d.problem != "" {
		a.text = d.problem
	}
	a.text = sentences(a.text, d.plain(d.pending.question))
	return a
}

// missed counts the misses in a row before what the customer says now.
func (d *dialogue) missed() (n int) {
	for i := d.burst - 1; i >= 0; i-- {
		switch d.marks[i].Rule {
		case "":
		case fallbackRule:
			n++
		default:
			return n
		}
	}
	return n
}

// greet puts the greeting before the first thing the agent says.
func (d *dialogue) greet(a answer) answer {
	if !d.spoke && a.text != "" && a.mark.Rule != greetingRule {
		a.text = sentences(d.plain(d.program.greeting), a.text)
	}
	return a
}

// tagged finds the function with a tag; nil if the agent may not call one.
func (d *dialogue) tagged(tag string) *model.Function {
	for i, f := range d.request.Functions {
		if strings.EqualFold(f.Tag, tag) {
			return &d.request.Functions[i]
		}
	}
	return nil
}
