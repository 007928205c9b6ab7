package scenario

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// call is a call of a function as the thread shows it.
type call struct {
	ID, Name, State, Error string
	Arguments              any
	HTTPStatus             int
}

// record makes facts of a section's events. Calls are what they are at the end of the section; those that ran side by
// side stand in the order in which the model asked for them.
func record(events []event, calls map[string]call, n *names, several bool) (facts []fact) {
	for _, e := range inOrder(events) {
		f := fact{verb: "event", words: []string{e.Type}}
		switch {
		case e.Type == "turn.started" || e.Type == "turn.resumed" || e.Type == "note.added" || e.Type == "thread.created":
			continue
		case e.Message != nil && (e.Message.Author == "CUSTOMER" || e.Message.Author == "OPERATOR"):
			continue // that was an input
		case e.Message != nil && e.Message.Author == "AGENT":
			f = fact{verb: "<", text: n.text(e.Message.Text)}
		case e.Message != nil:
			f = fact{verb: "system", text: n.text(e.Message.Text)}
		case e.Type == "tag.added":
			f = fact{verb: "tag", words: []string{"+" + e.Tag}, text: n.text(e.Why)}
		case e.Type == "tag.removed":
			f = fact{verb: "tag", words: []string{"-" + e.Tag}}
		case e.Status != "":
			f = fact{verb: "status", words: []string{e.Status}}
		case e.Turn != nil:
			f = fact{verb: "end", words: []string{e.Turn.Reason}, text: n.text(e.Turn.ReasonText)}
		case e.Type == "call.updated" && e.Call != nil:
			f = callFact(calls[e.Call.ID], n)
		case e.Contact != nil:
			f.json, f.has = n.json(e.Contact), true
		case e.Reminder != nil:
			f.text = strings.TrimSpace(e.Reminder.Kind + " " + e.Reminder.State)
		default:
			f.text = n.text(e.Text)
		}
		facts = append(facts, f)
		if several && f.verb == "<" && e.Message.Model != "" {
			facts = append(facts, fact{verb: "by", words: []string{modelName(e.Message.Model)}})
		}
	}
	return facts
}

func callFact(c call, n *names) fact {
	f := fact{verb: "call", words: []string{c.Name, c.State}, json: n.json(c.Arguments), has: true, text: n.text(c.Error)}
	if f.text == "" && c.HTTPStatus != 0 {
		f.text = strconv.Itoa(c.HTTPStatus)
	}
	return f
}

// modelName is the name that a scenario gave to `transcript/KEY.NAME`.
func modelName(model string) string { return model[strings.LastIndexAny(model, "./")+1:] }

// inOrder leaves of each call's updates the last one, and puts calls whose events follow each other into the order of
// their ids, in which they were asked for.
func inOrder(events []event) []event {
	last := map[string]int{}
	for i, e := range events {
		if e.Type == "call.updated" && e.Call != nil {
			last[e.Call.ID] = i
		}
	}
	var out []event
	for i, e := range events {
		if e.Type != "call.updated" || e.Call == nil || last[e.Call.ID] == i {
			out = append(out, e)
		}
	}
	for i := 0; i < len(out); i++ {
		from := i
		for i < len(out) && out[i].Call != nil {
			i++
		}
		slices.SortStableFunc(out[from:i], func(a, b event) int { return cmp.Compare(a.Call.ID, b.Call.ID) })
	}
	return out
}
