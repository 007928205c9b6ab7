package main

import (
	"fmt"
	"maps"
	"slices"
)

// check holds what the API tells against what clients were told and receivers saw, and returns what is wrong, one
// sentence each. Events are the ids of those that webhooks carry. Nothing may change any more.
func check(stories []story, events []string, e *evidence) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &checker{e: e, faults: slices.Clone(e.faults)}
	if len(stories) == 0 || len(events) == 0 || len(e.requests) == 0 {
		c.fault("nothing to check: %d threads, %d events, %d requests", len(stories), len(events), len(e.requests))
	}
	for _, s := range stories {
		c.messages(s)
		c.reminders(s)
		c.turns(s)
		c.handOvers(s)
		c.answers(s)
		c.sequence(s.ID, s.Events)
		c.streamed(s)
	}
	c.calls(stories)
	c.webhooks(events)
	return c.faults
}

type checker struct {
	e      *evidence
	faults []string
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// messages: what was acknowledged is there exactly once, in the order of acknowledgement, and nothing else is.
func (c *checker) messages(s story) {
	told, stored := map[string][]string{}, map[string][]string{}
	for _, m := range c.e.messages[s.ID] {
		told[m.author] = append(told[m.author], m.id)
	}
	last := 0
	for _, edge := range s.Messages.Edges {
		m := edge.Node
		stored[m.Author] = append(stored[m.Author], m.ID)
		if m.Sequence <= last {
			c.fault("%s: message %s has sequence %d behind %d", s.ID, m.ID, m.Sequence, last)
		}
		last = m.Sequence
		at := slices.IndexFunc(s.Events, func(e event) bool { return e.Type == "message.created" && e.Message.ID == m.ID })
		if at < 0 || s.Events[at].Sequence != m.Sequence {
			c.fault("%s: message %s has no event with its sequence", s.ID, m.ID)
		}
	}
	for _, author := range []string{"CUSTOMER", "OPERATOR"} {
		if !slices.Equal(told[author], stored[author]) {
			c.fault("%s: acknowledged messages of %s %v, stored %v", s.ID, author, told[author], stored[author])
		}
	}
}

// reminders: what was acknowledged is there once and was sent once.
func (c *checker) reminders(s story) {
	there := map[string]string{}
	written := map[string]int{}
	for _, edge := range s.Messages.Edges {
		if edge.Node.Author == "AGENT" {
			written[edge.Node.Text]++
		}
	}
	for _, r := range s.Reminders {
		there[r.ID] = r.State
		if r.Text != nil && *r.Text != "" && written[*r.Text] != 1 {
			c.fault("%s: the text of reminder %s (%s) was sent %d times", s.ID, r.ID, r.State, written[*r.Text])
		}
	}
	for _, id := range c.e.reminders[s.ID] {
		if there[id] != "SENT" {
			c.fault("%s: reminder %s was acknowledged, and is %q", s.ID, id, there[id])
		}
		delete(there, id)
	}
	for id := range there {
		c.fault("%s: reminder %s was never acknowledged", s.ID, id)
	}
}

// turns: each has ended with one reason, and one event says so.
func (c *checker) turns(s story) {
	ends := map[string]int{}
	for _, e := range s.Events {
		if e.Type == "turn.ended" {
			ends[e.Turn.ID]++
		}
	}
	for _, tn := range s.Turns {
		if tn.State != "ENDED" || tn.Reason == "" {
			c.fault("%s: turn %s is %s %s", s.ID, tn.ID, tn.State, tn.Reason)
		}
		if ends[tn.ID] != 1 {
			c.fault("%s: %d events tell of the end of turn %s", s.ID, ends[tn.ID], tn.ID)
		}
		delete(ends, tn.ID)
	}
	for id := range ends {
		c.fault("%s: an event tells of the end of turn %s, which is not there", s.ID, id)
	}
}

// handOvers: each acknowledged take-over happened once, and the agent says nothing while an operator has the talk.
func (c *checker) handOvers(s story) {
	taken, status := 0, ""
	for _, e := range s.Events {
		switch {
		case e.Type == "status.changed":
			if status = e.Status; status == "OPERATOR" {
				taken++
			}
		case e.Type == "message.created" && e.Message.Author == "AGENT" && status == "OPERATOR":
			c.fault("%s: the agent wrote %s while an operator had the talk", s.ID, e.Message.ID)
		}
	}
	if taken != c.e.takeOvers[s.ID] {
		c.fault("%s: %d take-overs were acknowledged, %d happened", s.ID, c.e.takeOvers[s.ID], taken)
	}
}

// answers: what a customer said is followed by an answer, unless there is a reason why not.
func (c *checker) answers(s story) {
	open := s.Status == "OPEN"
	unanswered := ""
	for _, e := range s.Events {
		switch {
		case e.Type == "message.created" && e.Message.Author == "CUSTOMER":
			unanswered = e.Message.ID
		case e.Type == "message.created" && e.Message.Author != "SYSTEM":
			unanswered = ""
		case e.Type == "turn.ended" && e.Turn.Reason == "STOPPED":
			unanswered = ""
		}
	}
	if open && unanswered != "" {
		c.fault("%s: message %s was never answered", s.ID, unanswered)
	}
}

// sequence: events are gapless from the thread's beginning, which is behind thread.created, to the last note.
func (c *checker) sequence(threadID string, events []event) {
	if len(events) == 0 || events[0].Sequence > 2 || events[len(events)-1].Note.Text != lastNote {
		c.fault("%s: the events are not whole: %d of them", threadID, len(events))
	}
	for i := 1; i < len(events); i++ {
		if events[i].Sequence != events[i-1].Sequence+1 {
			c.fault("%s: event %d comes after %d", threadID, events[i].Sequence, events[i-1].Sequence)
		}
	}
}

// streamed: who followed live, over all crashes, saw what is there.
func (c *checker) streamed(s story) {
	live := c.e.streamed[s.ID]
	c.sequence(s.ID+", live", live)
	same := slices.EqualFunc(live, s.Events, func(a, b event) bool { return a.ID == b.ID && a.Sequence == b.Sequence && a.Type == b.Type })
	if !same {
		c.fault("%s: %d events were followed live, and %d others are there", s.ID, len(live), len(s.Events))
	}
}

// idempotent says of each function of the load whether a request may come again.
var idempotent = map[string]bool{"charge": false, "spend": false, "save": true, "look": true}

// calls: what the API tells of each call is what its receiver saw.
func (c *checker) calls(stories []story) {
	arrived := map[string]int{}
	function := map[string]string{}
	for _, r := range c.e.requests {
		if r.key != r.call || r.key == "" {
			c.fault("a request of call %s has the Idempotency-Key %s", r.call, r.key)
		}
		arrived[r.key]++
		function[r.key] = r.function
	}
	charged := map[string]string{}
	for _, s := range stories {
		for _, one := range s.calls() {
			again, isHTTP := idempotent[one.Name]
			if !isHTTP {
				continue
			}
			n := arrived[one.ID]
			if function[one.ID] == one.Name {
				delete(arrived, one.ID)
			}
			switch {
			case openCall(one.State):
				c.fault("call %s (%s) is still %s", one.ID, one.Name, one.State)
			case n > 1 && !again:
				c.fault("call %s (%s) was sent %d times", one.ID, one.Name, n)
			case n > 0 && one.State == "REFUSED":
				c.fault("call %s (%s) was refused, and sent", one.ID, one.Name)
			case n > 0 && one.State == "FAILED" && !again:
				c.fault("call %s (%s) failed without effect as it seems, and was received", one.ID, one.Name)
			case n == 0 && one.State == "ANSWERED" && (one.SentAt != nil || one.Name != "look"): // the same GET is asked once
				c.fault("call %s (%s) is answered, and was never received", one.ID, one.Name)
			case n > 0 && one.Name == "spend" && !c.e.approved[one.ID]:
				c.fault("call %s (spend) was sent without approval", one.ID)
			}
			if other := charged[one.Name+one.Arguments.What]; other != "" && !again && n > 0 {
				c.fault("call %s (%s) does again what %s did: %s", one.ID, one.Name, other, one.Arguments.What)
			}
			if n > 0 {
				charged[one.Name+one.Arguments.What] = one.ID
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(arrived)) {
		c.fault("a request of %s came for call %s, which the API does not tell of", function[id], id)
	}
}

// webhooks: every event arrived, none came with two bodies, and nothing came that did not happen.
func (c *checker) webhooks(events []string) {
	bodies := map[string]string{}
	for _, h := range c.e.hooks {
		if before, seen := bodies[h.id]; seen && before != h.body {
			c.fault("webhook %s came with two bodies", h.id)
		}
		bodies[h.id] = h.body
	}
	for _, id := range events {
		if _, came := bodies[id]; !came {
			c.fault("no webhook of event %s arrived", id)
		}
		delete(bodies, id)
	}
	for id := range bodies {
		c.fault("webhook %s tells of an event that the API does not", id)
	}
}
