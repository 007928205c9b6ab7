package main

import (
	"slices"
	"strings"
	"testing"
)

// honest is a thread, with its evidence, in which nothing is wrong.
func honest() (story, []string, *evidence) {
	say := func(sequence int, id, author string) event {
		e := event{ID: "evt_" + id, Type: "message.created", Sequence: sequence}
		e.Message.ID, e.Message.Author = id, author
		return e
	}
	status := func(sequence int, status string) event {
		return event{ID: "evt_" + status, Type: "status.changed", Sequence: sequence, Status: status}
	}
	ended := event{ID: "evt_end", Type: "turn.ended", Sequence: 4}
	ended.Turn.ID, ended.Turn.Reason = "trn_1", "ANSWERED"
	note := event{ID: "evt_note", Type: "note.added", Sequence: 9}
	note.Note.Text = lastNote
	s := story{ID: "thr_1", Status: "OPEN", Events: []event{
		say(2, "msg_1", "CUSTOMER"), say(3, "msg_2", "AGENT"), ended, status(5, "OPERATOR"), say(6, "msg_3", "OPERATOR"),
		status(7, "OPEN"), say(8, "msg_4", "AGENT"), note,
	}}
	for _, e := range s.Events {
		if e.Message.ID != "" {
			s.Messages.Edges = append(s.Messages.Edges, struct{ Node stored }{stored{ID: e.Message.ID, Author: e.Message.Author, Sequence: e.Sequence}})
		}
	}
	sent := "then"
	call := func(id, name, state, what string) callTold {
		c := callTold{ID: id, Name: name, State: state, SentAt: &sent}
		c.Arguments.What = what
		return c
	}
	s.Turns = []turnTold{{ID: "trn_1", State: "ENDED", Reason: "ANSWERED", Calls: []callTold{
		call("call_1", "charge", "ANSWERED", "a"), call("call_2", "save", "ANSWERED", "a"), call("call_3", "charge", "UNKNOWN", "b"),
		call("call_4", "spend", "ANSWERED", "c"), call("call_5", "spend", "REFUSED", "d"), call("call_6", "success", "ANSWERED", ""),
	}}}
	e := newEvidence()
	e.messages["thr_1"] = []acknowledged{{"CUSTOMER", "msg_1"}, {"OPERATOR", "msg_3"}}
	text := "Hello again"
	s.Reminders = []reminderTold{{"rem_1", "SENT", &text}}
	s.Messages.Edges[3].Node.Text = text
	e.reminders["thr_1"] = []string{"rem_1"}
	e.takeOvers["thr_1"] = 1
	e.approved["call_4"] = true
	for _, r := range [][2]string{{"charge", "call_1"}, {"save", "call_2"}, {"save", "call_2"}, {"spend", "call_4"}} {
		e.requests = append(e.requests, request{function: r[0], key: r[1], call: r[1]})
	}
	e.hooks = []hook{{"evt_msg_1", "1"}, {"evt_msg_2", "2"}, {"evt_msg_1", "1"}}
	e.streamed["thr_1"] = slices.Clone(s.Events)
	return s, []string{"evt_msg_1", "evt_msg_2"}, e
}

// Each check finds what it is for, and only that.
func TestCrashCheckerFindsWhatIsForged(t *testing.T) {
	t.Parallel()
	received := func(e *evidence, function, call string) {
		e.requests = append(e.requests, request{function: function, key: call, call: call})
	}
	for name, tt := range map[string]struct {
		forge func(s *story, events *[]string, e *evidence)
		want  string // part of the only fault; empty for none
	}{
		"nothing is wrong": {func(*story, *[]string, *evidence) {}, ""},
		"a message is lost": {func(_ *story, _ *[]string, e *evidence) {
			e.messages["thr_1"] = append(e.messages["thr_1"], acknowledged{"CUSTOMER", "msg_9"})
		}, "acknowledged messages of CUSTOMER"},
		"a message is there twice": {func(_ *story, _ *[]string, e *evidence) {
			e.messages["thr_1"] = e.messages["thr_1"][1:]
		}, "acknowledged messages of CUSTOMER"},
		"a message has another place": {func(s *story, _ *[]string, _ *evidence) { s.Messages.Edges[3].Node.Sequence = 20 }, "no event with its sequence"},
		"messages are in disorder": {func(s *story, _ *[]string, _ *evidence) {
			s.Messages.Edges[0], s.Messages.Edges[1] = s.Messages.Edges[1], s.Messages.Edges[0]
		}, "has sequence 2 behind 3"},
		"a POST came twice":         {func(_ *story, _ *[]string, e *evidence) { received(e, "charge", "call_1") }, "was sent 2 times"},
		"an unknown POST came once": {func(_ *story, _ *[]string, e *evidence) { received(e, "charge", "call_3") }, ""},
		"an unknown POST came twice": {func(_ *story, _ *[]string, e *evidence) {
			received(e, "charge", "call_3")
			received(e, "charge", "call_3")
		}, "was sent 2 times"},
		"a repetition has a new key":  {func(_ *story, _ *[]string, e *evidence) { e.requests[2].key = "call_7" }, "has the Idempotency-Key call_7;call call_7"},
		"an answered call never came": {func(_ *story, _ *[]string, e *evidence) { e.requests = e.requests[1:] }, "never received"},
		"a call is left open":         {func(s *story, _ *[]string, _ *evidence) { s.Turns[0].Calls[2].State = "SENT" }, "is still SENT"},
		"a refused call came":         {func(_ *story, _ *[]string, e *evidence) { received(e, "spend", "call_5") }, "was refused, and sent"},
		"a failed call came":          {func(s *story, _ *[]string, _ *evidence) { s.Turns[0].Calls[0].State = "FAILED" }, "failed without effect"},
		"nobody approved":             {func(_ *story, _ *[]string, e *evidence) { clear(e.approved) }, "without approval"},
		"one message charged twice": {func(s *story, _ *[]string, e *evidence) {
			s.Turns[0].Calls[2].Arguments.What = "a"
			received(e, "charge", "call_3")
		}, "does again what call_1 did"},
		"a call of nobody":          {func(_ *story, _ *[]string, e *evidence) { received(e, "charge", "call_9") }, "does not tell of"},
		"a reminder is lost":        {func(s *story, _ *[]string, _ *evidence) { s.Reminders = nil }, `and is ""`},
		"a reminder waits":          {func(s *story, _ *[]string, _ *evidence) { s.Reminders[0].State = "PENDING" }, `and is "PENDING"`},
		"a reminder was not sent":   {func(s *story, _ *[]string, _ *evidence) { s.Messages.Edges[3].Node.Text = "" }, "was sent 0 times"},
		"a reminder came twice":     {func(s *story, _ *[]string, _ *evidence) { s.Messages.Edges[1].Node.Text = "Hello again" }, "was sent 2 times"},
		"a reminder is there twice": {func(_ *story, _ *[]string, e *evidence) { clear(e.reminders) }, "never acknowledged"},
		"a turn has not ended":      {func(s *story, _ *[]string, _ *evidence) { s.Turns[0].State = "RUNNING" }, "turn trn_1 is RUNNING"},
		"a turn has no reason":      {func(s *story, _ *[]string, _ *evidence) { s.Turns[0].Reason = "" }, "turn trn_1 is ENDED"},
		"a turn ended twice":        {func(s *story, _ *[]string, e *evidence) { again(s, e, s.Events[2]) }, "2 events tell of the end"},
		"a turn's end is not told": {func(s *story, _ *[]string, _ *evidence) {
			s.Turns = append(s.Turns, turnTold{ID: "trn_2", State: "ENDED", Reason: "CUT"})
		}, "0 events tell of the end"},
		"the end of no turn": {func(s *story, _ *[]string, e *evidence) {
			ghost := s.Events[2]
			ghost.Turn.ID = "trn_9"
			again(s, e, ghost)
		}, "which is not there"},
		"the agent interrupts": {func(s *story, _ *[]string, _ *evidence) {
			s.Events[4].Message.Author = "AGENT"
		}, "while an operator had the talk"},
		"a take-over happened twice": {func(_ *story, _ *[]string, e *evidence) { e.takeOvers["thr_1"] = 2 }, "2 take-overs were acknowledged, 1 happened"},
		"a customer waits for ever": {func(s *story, _ *[]string, _ *evidence) {
			s.Events[6].Message.Author = "CUSTOMER"
		}, "msg_4 was never answered"},
		"a customer waits for a person": {func(s *story, _ *[]string, _ *evidence) {
			s.Status, s.Events[6].Message.Author = "WAITING_FOR_OPERATOR", "CUSTOMER"
		}, ""},
		"a stopped turn answers nothing": {func(s *story, _ *[]string, e *evidence) {
			s.Events[6].Message.Author = "CUSTOMER"
			stopped := s.Events[2]
			stopped.Turn.ID, stopped.Turn.Reason = "trn_2", "STOPPED"
			again(s, e, stopped)
			s.Turns = append(s.Turns, turnTold{ID: "trn_2", State: "ENDED", Reason: "STOPPED"})
		}, ""},
		"a gap in the log": {func(s *story, _ *[]string, e *evidence) {
			s.Events = slices.Delete(s.Events, 3, 4)
			e.streamed["thr_1"], e.takeOvers["thr_1"] = s.Events, 0
		}, "event 6 comes after 4;live: event 6 comes after 4"},
		"a gap in the stream": {func(_ *story, _ *[]string, e *evidence) {
			e.streamed["thr_1"] = slices.Delete(e.streamed["thr_1"], 3, 4)
		}, "live: event 6 comes after 4;7 events were followed live"},
		"the stream had another event": {func(_ *story, _ *[]string, e *evidence) { e.streamed["thr_1"][3].ID = "evt_9" }, "were followed live"},
		"the log begins too late": {func(s *story, _ *[]string, e *evidence) {
			for i := range s.Events {
				s.Events[i].Sequence++
				e.streamed["thr_1"][i].Sequence++
			}
			for i := range s.Messages.Edges {
				s.Messages.Edges[i].Node.Sequence++
			}
		}, "the events are not whole;live: the events are not whole"},
		"a webhook is lost":        {func(_ *story, _ *[]string, e *evidence) { e.hooks = e.hooks[:1] }, "no webhook of event evt_msg_2"},
		"a webhook has two bodies": {func(_ *story, _ *[]string, e *evidence) { e.hooks[2].body = "3" }, "two bodies"},
		"a webhook of nothing":     {func(_ *story, events *[]string, _ *evidence) { *events = (*events)[:1] }, "tells of an event that the API does not"},
		"a receiver saw a fault":   {func(_ *story, _ *[]string, e *evidence) { e.fault("bad signature") }, "bad signature"},
		"nothing happened":         {func(_ *story, events *[]string, e *evidence) { *events, e.hooks = nil, nil }, "nothing to check"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, events, e := honest()
			tt.forge(&s, &events, e)
			faults := check([]story{s}, events, e)
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, ";")
			}
			fits := func(fault, part string) bool {
				first, second, _ := strings.Cut(part, ": ")
				return strings.Contains(fault, first) && strings.Contains(fault, second)
			}
			if !slices.EqualFunc(faults, want, fits) {
				t.Errorf("found %q, want %q", faults, want)
			}
		})
	}
}

// again adds an event in the place before the last note, also to the live stream.
func again(s *story, e *evidence, one event) {
	last := len(s.Events) - 1
	note := s.Events[last]
	one.ID, one.Sequence = one.ID+"_again", note.Sequence
	note.Sequence++
	s.Events = append(s.Events[:last:last], one, note)
	e.streamed[s.ID] = slices.Clone(s.Events)
}
