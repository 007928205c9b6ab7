package scripted

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"parley/dialogue/model"
)

// Name is the model name of every answer whose request names none, and the provider's name.
const Name = "scripted"

// A mark is what an answer keeps about itself in Part.Wire.
type mark struct {
	Rule    string   `json:"rule"`              // made the answer
	Acted   []string `json:"acted,omitempty"`   // rules whose say and calls are in it
	Ask     string   `json:"ask,omitempty"`     // slot it asks for
	Form    string   `json:"form,omitempty"`    // rule that is being filled after it
	Offer   bool     `json:"offer,omitempty"`   // offers an operator
	Aside   bool     `json:"aside,omitempty"`   // answers between two steps of a form or a question
	Waiting []string `json:"waiting,omitempty"` // calls that wait for a person
	Today   string   `json:"today,omitempty"`   // what "tomorrow" was counted from
}

// A dialogue is what can be read back from the history.
type dialogue struct {
	program   *program
	request   *model.Request
	marks     []mark // of each message, empty where the agent did not speak
	burst     int    // first message of what the customer says now; len(Messages) if nothing
	fresh     int    // messages from here on came after the agent's last one
	texts     []said // of the customer, in the burst
	values    values
	before    values          // as they were when the burst began
	given     values          // in the burst, new or changed
	mentioned map[string]bool // in the burst
	about     string          // what an operator is told; empty means the burst
	problem   string
	pending   *slot // asked last and not yet answered
	form      *rule // being filled
	spoke     bool  // the agent has said something in this thread
	today     time.Time
	lastDone  map[string]int    // rule -> last message it acted in
	doneWith  map[string]values // rule -> what it asks for, as it was then
}

type said struct {
	at   int
	text string
}

var remark = regexp.MustCompile(`(?i)^\s*\[(?:operator|system|note)\b`)

// replay reads the whole history. Every step does so again: the provider remembers nothing.
func replay(p *program, r *model.Request) *dialogue {
	d := &dialogue{program: p, request: r, marks: make([]mark, len(r.Messages)), values: values{}, before: values{},
		given: values{}, mentioned: map[string]bool{}, lastDone: map[string]int{}, doneWith: map[string]values{}, today: calendarDay(r.Now)}
	for i, m := range r.Messages {
		if m.Role == model.Model {
			d.marks[i] = d.identify(m)
			d.fresh = i + 1
		}
	}
	d.findBurst()
	for i, m := range r.Messages {
		if i == d.burst {
			d.before = clone(d.values)
		}
		switch m.Role {
		case model.User:
			for _, text := range customerTexts(m) {
				d.listen(i, text)
			}
		case model.Model:
			d.recall(i, m)
		}
	}
	return d
}

func clone(v values) values {
	out := make(values, len(v))
	for k, x := range v {
		out[k] = x
	}
	return out
}

// findBurst goes back from the last message of the customer to where the agent last said something or fell silent.
func (d *dialogue) findBurst() {
	all := d.request.Messages
	d.burst = len(all)
	last := len(all) - 1
	for last >= 0 && len(customerTexts(all[last])) == 0 {
		last--
	}
	for i := last; i >= 0; i-- {
		m := all[i]
		if m.Role == model.Model && (textOf(m) != "" || d.silences(m)) {
			return
		}
		if m.Role == model.User && len(customerTexts(m)) == 0 && textOf(m) != "" {
			return // an operator spoke in between
		}
		if m.Role == model.User {
			d.burst = i
		}
	}
}

// listen takes in one text of the customer.
func (d *dialogue) listen(at int, text string) {
	r := reading{p: d.program, region: d.request.Region, today: d.dayOf(at), pending: d.pending, form: d.form, text: text, known: d.values}
	r.read()
	for name, v := range r.found {
		d.values[name] = v
	}
	if d.pending != nil && r.found[d.pending.name] != nil {
		d.pending, r.problem = nil, ""
	}
	if at < d.burst {
		return
	}
	d.texts = append(d.texts, said{at, text})
	d.problem = r.problem
	for name, v := range r.found {
		d.mentioned[name] = true
		if d.given[name] = v; d.before[name] == v {
			delete(d.given, name)
		}
	}
}

// dayOf is today as it was when the agent answered message i.
func (d *dialogue) dayOf(i int) time.Time {
	for _, m := range d.marks[i:] {
		if m.Rule != "" {
			if t, err := time.Parse(time.DateOnly, m.Today); err == nil {
				return t
			}
			break
		}
	}
	return d.today
}

// recall follows one message of the agent.
func (d *dialogue) recall(at int, m model.Message) {
	k := d.marks[at]
	for _, name := range k.Acted {
		d.lastDone[name] = at
		if r := d.program.rule(name); r != nil {
			d.settle(r)
		}
	}
	d.form = d.program.rule(k.Form)
	if textOf(m) != "" {
		d.spoke = true
		d.pending = d.program.slot(k.Ask)
	}
}

// settle notes what a rule acted on, and forgets what it clears.
func (d *dialogue) settle(r *rule) {
	with := values{}
	for _, slot := range r.ask {
		with[slot] = d.values[slot]
	}
	d.doneWith[r.name] = with
	for _, slot := range r.clear {
		delete(d.values, slot)
		delete(d.given, slot)
		for _, w := range d.doneWith {
			delete(w, slot)
		}
	}
}

// identify reads the mark of a message of the agent, or guesses it from the words when another model made it.
func (d *dialogue) identify(m model.Message) (k mark) {
	if m.Provider == "" || m.Provider == Name {
		for _, part := range m.Parts {
			if len(part.Wire) > 0 && json.Unmarshal(part.Wire, &k) == nil && k.Rule != "" {
				return k
			}
		}
	}
	text := textOf(m)
	k = mark{Rule: "?"}
	for _, r := range d.program.rules {
		if r.say.madeBy(text) || len(r.calls) > 0 && callsAll(m, r.calls) {
			k.Rule, k.Acted = r.name, []string{r.name}
			break
		}
	}
	switch {
	case d.program.offer.madeBy(text):
		k.Rule, k.Offer = offerRule, true
	case k.Acted == nil && d.program.fallback.madeBy(text):
		k.Rule = fallbackRule
	}
	for _, s := range d.program.slots {
		if s.question.madeBy(text) {
			k.Ask = s.name
		}
	}
	for _, r := range d.program.rules {
		if k.Ask != "" && slices.Contains(r.ask, k.Ask) {
			k.Form = r.name
			break
		}
	}
	return k
}

func callsAll(m model.Message, calls []call) bool {
	for _, c := range calls {
		if !slices.ContainsFunc(m.Parts, func(p model.Part) bool { return p.Call != nil && p.Call.Name == c.function }) {
			return false
		}
	}
	return true
}

// silences says whether a message called a function after which the agent is silent.
func (d *dialogue) silences(m model.Message) bool {
	return slices.ContainsFunc(m.Parts, func(p model.Part) bool { return silencing(d.function(p.Call)) })
}

func (d *dialogue) function(c *model.Call) *model.Function {
	if c == nil {
		return nil
	}
	for i, f := range d.request.Functions {
		if f.Name == c.Name {
			return &d.request.Functions[i]
		}
	}
	return nil
}

func customerTexts(m model.Message) (all []string) {
	if m.Role != model.User {
		return nil
	}
	for _, p := range m.Parts {
		if strings.TrimSpace(p.Text) != "" && !remark.MatchString(p.Text) {
			all = append(all, p.Text)
		}
	}
	return all
}

// instructed says whether nobody asked anything since the agent last spoke, and the program tells it to write something
// by itself. Rules cannot follow an instruction: they say nothing.
func (d *dialogue) instructed() bool {
	told := false
	for _, m := range d.request.Messages[d.fresh:] {
		if m.Role != model.User || len(customerTexts(m)) > 0 {
			return false
		}
		told = strings.HasPrefix(textOf(m), "[system] ")
	}
	return told
}

func textOf(m model.Message) string {
	var all []string
	for _, p := range m.Parts {
		if p.Text != "" {
			all = append(all, p.Text)
		}
	}
	return strings.Join(all, "\n")
}
