package main

import (
	"strings"
	"testing"
)

func event(sequence int, id, eventType string) Event {
	return Event{ID: id, Type: eventType, Sequence: sequence}
}

func ended(sequence int, turn, reason string) Event {
	e := event(sequence, "evt_"+turn, "turn.ended")
	e.Turn = &struct{ ID, Reason string }{turn, reason}
	return e
}

func thread(turnState string, messages ...Message) Thread {
	t := Thread{Turns: []Turn{{ID: "trn_1", State: turnState}}}
	for _, m := range messages {
		t.Messages.Edges = append(t.Messages.Edges, struct{ Node Message }{m})
	}
	return t
}

func TestStepUnmet(t *testing.T) {
	t.Parallel()
	early := Message{Author: "AGENT", Text: "Hello, flowers?", Sequence: 2}
	asked := Message{Author: "CUSTOMER", Text: "Flowers!", Sequence: 5}
	reply := Message{Author: "AGENT", Text: "Which Day?", Sequence: 8}
	done := thread("ENDED", early, asked, reply)
	over := []Event{ended(9, "trn_1", "ANSWERED")}
	for _, test := range []struct {
		name   string
		step   Step
		thread Thread
		stream []Event
		lax    bool
		want   string // part of the answer
	}{
		{"nothing expected", Step{}, done, over, false, ""},
		{"reply", Step{Reply: []string{"which day"}, Replies: 1, End: "ANSWERED"}, done, over, false, ""},
		{"still running", Step{}, thread("RUNNING"), over, false, "still RUNNING"},
		{"not parked yet", Step{Parked: true}, done, over, false, "waits for an approval"},
		{"parked", Step{Parked: true}, thread("PARKED"), nil, false, ""},
		{"parked by surprise", Step{}, thread("PARKED"), nil, false, "still PARKED"},
		{"stream lags", Step{}, done, nil, false, "has not told of the end of trn_1"},
		{"words of an earlier step", Step{Reply: []string{"flowers"}}, done, over, false, `expected a reply with /flowers/`},
		{"no words", Step{Reply: []string{"x"}}, thread("ENDED", early, asked), over, false, "the agent said nothing"},
		{"not silent", Step{Silent: true}, done, over, false, "expected silence"},
		{"silent", Step{Silent: true}, thread("ENDED", early, asked), over, false, ""},
		{"too few replies", Step{Replies: 2}, done, over, false, "expected 2 messages"},
		{"not counted after kills", Step{Replies: 2}, done, over, true, ""},
		{"another end", Step{End: "CLOSED"}, done, over, false, "expected the turn to end with CLOSED, got ANSWERED"},
		{"an earlier end", Step{End: "ANSWERED"}, done, []Event{ended(4, "trn_1", "ANSWERED")}, false, "got no end"},
	} {
		got := test.step.unmet(test.thread, test.stream, 5, !test.lax)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func body(id, text string) map[string]any {
	return map[string]any{"id": id, "thread_id": "thr_1", "type": "contact.received", "data": map[string]any{"text": text}}
}

func hook(integration, id, text string, sequence float64) Hook {
	b := body(id, text)
	b["sequence"] = sequence
	return Hook{ID: id, Integration: integration, Body: b}
}

func logged(id, text string, sequence int) LogEvent {
	b := body(id, text)
	b["sequence"] = float64(sequence)
	return LogEvent{ID: id, Type: "contact.received", Sequence: sequence, Body: b}
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	integrations := []Integration{{Name: "a", EventTypes: []string{"contact.*"}}, {Name: "b", EventTypes: []string{"dialogue.*"}}}
	log := []LogEvent{logged("e1", "x", 3), logged("e2", "y", 5)}
	for _, test := range []struct {
		name  string
		hooks []Hook
		lax   bool
		want  string // the one fault
	}{
		{"all", []Hook{hook("a", "e1", "x", 3), hook("a", "e2", "y", 5)}, false, ""},
		{"missing", []Hook{hook("a", "e1", "x", 3)}, false, "event 5) did not reach a"},
		{"other body", []Hook{hook("a", "e1", "x", 3), hook("a", "e2", "z", 5)}, false, "another body"},
		{"disorder", []Hook{hook("a", "e2", "y", 5), hook("a", "e1", "x", 3)}, false, "event 3 came after event 5"},
		{"disorder after kills", []Hook{hook("a", "e2", "y", 5), hook("a", "e1", "x", 3)}, true, ""},
		{"never happened", []Hook{hook("a", "e1", "x", 3), hook("a", "e2", "y", 5), hook("a", "e9", "y", 9)}, false, "uncalled for"},
		{"not asked for", []Hook{hook("a", "e1", "x", 3), hook("a", "e2", "y", 5), hook("b", "e1", "x", 3)}, false, "came to b uncalled for"},
	} {
		missing := Evidence{Log: log, Hooks: test.hooks}.undelivered(integrations, !test.lax)
		if test.want == "" && len(missing) != 0 || test.want != "" && (len(missing) != 1 || !strings.Contains(missing[0], test.want)) {
			t.Errorf("%s: %q, want %q", test.name, missing, test.want)
		}
	}
}

func TestIncomplete(t *testing.T) {
	t.Parallel()
	message := event(4, "e2", "message.created")
	message.Message = &struct{ ID, Author, AuthorName, Text string }{ID: "m1"}
	got := Evidence{
		Thread: thread("ENDED", Message{ID: "m1"}, Message{ID: "m2", Text: "lost"}),
		Log:    []LogEvent{logged("e0", "", 1), logged("e1", "", 3), logged("e2", "", 4), logged("e3", "", 6)},
		Stream: []Event{event(3, "e1", "contact.received"), message, event(5, "e9", "turn.ended")},
	}
	missing := strings.Join(got.incomplete(), "\n")
	if missing != "subscription: event 6 (contact.received) did not come\nsubscription: message m2 (\"lost\") did not come" {
		t.Error(missing)
	}
}

func TestExpectationUnmet(t *testing.T) {
	t.Parallel()
	yes, two := true, 2
	got := Evidence{
		Thread: Thread{
			Status: "OPEN", Tags: []struct{ Name string }{{"interest"}}, Contact: map[string]any{"phone": "+44"},
			Turns: []Turn{
				{Calls: []Call{{Name: "order", State: "FAILED"}}},
				{Calls: []Call{{Name: "order", State: "ANSWERED", Arguments: map[string]any{"item": "tulips"}}}},
			},
		},
		Records: []any{map[string]any{"item": "tulips"}},
	}
	fine := Expectation{
		Status: "OPEN", Tags: []string{"interest"}, Contact: map[string]any{"phone": "+44"},
		Calls:   []CallWant{{Name: "order", Arguments: map[string]any{"item": "~tul"}}, {Name: "order", State: "FAILED"}},
		Records: []RecordWant{{Match: map[string]any{"item": "tulips"}}},
	}
	if missing := fine.unmet(got, nil, true); len(missing) != 0 {
		t.Errorf("missing: %q", missing)
	}
	wrong := Expectation{
		Status: "CLOSED", Success: &yes, Tags: []string{}, Contact: map[string]any{"email": "x"},
		Calls:    []CallWant{{Name: "order", Times: &two}},
		Webhooks: []HookWant{{Type: "dialogue.closed"}},
		Records:  []RecordWant{{Match: map[string]any{"item": "roses"}}},
	}
	if missing := wrong.unmet(got, nil, true); len(missing) != 7 {
		t.Errorf("%d are missing: %q", len(missing), missing)
	}
}
