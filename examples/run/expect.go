package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// unmet says what a step still waits for, "" for nothing. Mark is the sequence of the message that began it.
func (s Step) unmet(thread Thread, stream []Event, mark int, strict bool) string {
	if fault := s.unsettled(thread, stream); fault != "" {
		return fault
	}
	said := thread.words("AGENT", mark)
	heard := "the agent said nothing"
	if len(said) > 0 {
		heard = fmt.Sprintf("the agent said %q", said)
	}
	if s.Silent && len(said) > 0 {
		return "expected silence, but " + heard
	}
	if strict && s.Replies != 0 && s.Replies != len(said) {
		return fmt.Sprintf("expected %d messages of the agent, but %s", s.Replies, heard)
	}
	wanted, err := patterns(s.Reply)
	if err != nil {
		return err.Error()
	}
	for i, pattern := range wanted {
		if !slices.ContainsFunc(said, pattern.MatchString) {
			return fmt.Sprintf("expected a reply with /%s/, but %s", s.Reply[i], heard)
		}
	}
	if s.End != "" {
		if reason := lastEnd(stream, mark); reason != s.End {
			return fmt.Sprintf("expected the turn to end with %s, got %s", s.End, cmp.Or(reason, "no end"))
		}
	}
	return ""
}

// unsettled says why the agent may still be at work.
func (s Step) unsettled(thread Thread, stream []Event) string {
	parked := false
	for _, turn := range thread.Turns {
		switch {
		case turn.State == "PARKED" && s.Parked:
			parked = true
		case turn.State != "ENDED":
			return "the agent's turn is still " + turn.State
		case !slices.ContainsFunc(stream, func(e Event) bool { return e.Type == "turn.ended" && e.Turn.ID == turn.ID }):
			return "the subscription has not told of the end of " + turn.ID
		}
	}
	if s.Parked && !parked {
		return "expected a turn that waits for an approval"
	}
	return ""
}

func lastEnd(stream []Event, mark int) string {
	for _, e := range slices.Backward(stream) {
		if e.Type == "turn.ended" && e.Sequence > mark {
			return e.Turn.Reason
		}
	}
	return ""
}

// unmet lists what is missing at the end of a dialogue, and what nobody asked for. Strict is for a server that was not
// disturbed: then also the order of webhooks is sure.
func (x Expectation) unmet(got Evidence, integrations []Integration, strict bool) []string {
	var missing []string
	miss := func(format string, args ...any) { missing = append(missing, fmt.Sprintf(format, args...)) }
	if x.Status != "" && got.Thread.Status != x.Status {
		miss("status: expected %s, got %s", x.Status, got.Thread.Status)
	}
	if x.Success != nil && got.Thread.Success != *x.Success {
		miss("success: expected %v, got %v", *x.Success, got.Thread.Success)
	}
	if x.Tags != nil {
		if text := difference(got.Thread.tags(), x.Tags); text != "" {
			miss("tags: %s", text)
		}
	}
	if x.Contact != nil && !contains(got.Thread.Contact, x.Contact) {
		miss("contact: expected %s, got %s", compact(x.Contact), compact(got.Thread.Contact))
	}
	for _, want := range x.Calls {
		if text := count(want.Times, want.in(got.Thread.calls())); text != "" {
			miss("calls of %s: %s", with(want.Name, want.Arguments), text)
		}
	}
	for _, want := range x.Webhooks {
		if text := count(want.Times, want.in(got.Log)); text != "" {
			miss("webhooks %s: %s", with(want.Type, want.Data), text)
		}
	}
	for _, want := range x.Records {
		one := 1
		number := 0
		for _, record := range got.Records {
			if contains(record, want.Match) {
				number++
			}
		}
		if text := count(cmp.Or(want.Times, &one), number); text != "" {
			miss("%s: %s", with("records", want.Match), text)
		}
	}
	missing = append(missing, got.incomplete()...)
	return append(missing, got.undelivered(integrations, strict)...)
}

func (w CallWant) in(calls []Call) int {
	number := 0
	for _, call := range calls {
		fits := len(w.Arguments) == 0 || contains(call.Arguments, w.Arguments)
		if call.Name == w.Name && call.State == cmp.Or(w.State, "ANSWERED") && fits {
			number++
		}
	}
	return number
}

func (w HookWant) in(log []LogEvent) int {
	number := 0
	for _, event := range log {
		if event.Type == w.Type && (len(w.Data) == 0 || contains(event.Body["data"], w.Data)) {
			number++
		}
	}
	return number
}

// incomplete holds the stream against what is stored: every message and every event of the log must have come by.
func (got Evidence) incomplete() []string {
	var missing []string
	streamed := map[string]int{}
	messages := map[string]bool{}
	for _, event := range got.Stream {
		streamed[event.ID] = event.Sequence
		if event.Message != nil {
			messages[event.Message.ID] = true
		}
	}
	for _, event := range got.Log {
		if last := len(got.Stream) - 1; last >= 0 && event.Sequence < got.Stream[0].Sequence {
			continue // before the subscription began
		}
		if streamed[event.ID] != event.Sequence {
			missing = append(missing, fmt.Sprintf("subscription: event %d (%s) did not come", event.Sequence, event.Type))
		}
	}
	for _, edge := range got.Thread.Messages.Edges {
		if !messages[edge.Node.ID] {
			missing = append(missing, fmt.Sprintf("subscription: message %s (%q) did not come", edge.Node.ID, edge.Node.Text))
		}
	}
	return missing
}

// undelivered holds the webhooks against the log, for each integration: all that it asked for, nothing else, with the
// body that the log has, and in order.
func (got Evidence) undelivered(integrations []Integration, strict bool) []string {
	var missing []string
	for _, integration := range integrations {
		arrived := map[string]Hook{}
		last := 0
		for _, hook := range got.Hooks {
			if hook.Integration != integration.Name {
				continue
			}
			arrived[hook.ID] = hook
			if strict && integration.Ordering != "NONE" && hook.Sequence() < last {
				missing = append(missing, fmt.Sprintf("webhooks to %s: event %d came after event %d", integration.Name, hook.Sequence(), last))
			}
			last = hook.Sequence()
		}
		for _, event := range got.Log {
			hook, came := arrived[event.ID]
			switch {
			case !integration.wants(event.Type) || event.Body == nil:
				continue
			case !came:
				missing = append(missing, fmt.Sprintf("webhook %s (event %d) did not reach %s", event.Type, event.Sequence, integration.Name))
			case !reflect.DeepEqual(hook.Body, event.Body):
				missing = append(missing, fmt.Sprintf("webhook %s (event %d) to %s has another body than the log", event.Type, event.Sequence, integration.Name))
			}
			delete(arrived, event.ID)
		}
		for _, hook := range arrived {
			missing = append(missing, fmt.Sprintf("webhook %s (%s) came to %s uncalled for", hook.Type(), hook.ID, integration.Name))
		}
	}
	return missing
}

// with names what is wanted, and the part it must have if there is one.
func with(name string, part map[string]any) string {
	if len(part) == 0 {
		return name
	}
	return name + " with " + compact(part)
}

// compact is a value on one line, for people.
func compact(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(text.String())
}
