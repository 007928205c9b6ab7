package graph

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/note"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/eventlog"
)

// exportedEvents are the events that a file of a thread tells of, besides messages. The others say in other words what
// these do.
var exportedEvents = []string{
	eventlog.CallUpdated, eventlog.NoteAdded, eventlog.TagAdded, eventlog.TagRemoved, eventlog.StatusChanged,
	eventlog.TurnEnded, eventlog.ContactReceived, eventlog.OperatorMessage, eventlog.ThreadMoved,
}

// pagesOf yields what happened in a thread up to the sequence of its row t, in order, some of it at a time. It ends after
// an error.
func (e *exports) pagesOf(ctx context.Context, t *ent.Thread) iter.Seq2[[]exportLine, error] {
	return func(yield func([]exportLine, error) bool) {
		for after := int64(0); after < t.LastSeq; {
			page, err := within(ctx, e, func(ctx context.Context) (linesUpTo, error) { return e.linesAfter(ctx, t, after) })
			if !yield(page.lines, err) || err != nil {
				return
			}
			after = page.sequence
		}
	}
}

// linesUpTo is all that happened up to a sequence, behind what was read before.
type linesUpTo struct {
	lines    []exportLine
	sequence int64
}

// linesAfter reads what happened after a sequence. Messages are read from their own rows, which outlive the log.
func (e *exports) linesAfter(ctx context.Context, t *ent.Thread, after int64) (page linesUpTo, err error) {
	client := e.resolver.client
	messages, err := client.Message.Query().
		Where(message.ThreadID(t.ID), message.SequenceGT(after), message.SequenceLTE(t.LastSeq)).
		Order(message.BySequence()).Limit(exportPage).All(ctx)
	if err != nil {
		return page, err
	}
	events, err := client.Event.Query().
		Where(event.ThreadID(t.ID), event.SequenceGT(after), event.SequenceLTE(t.LastSeq), event.TypeIn(exportedEvents...)).
		Order(event.BySequence()).Limit(exportPage).All(ctx)
	if err != nil {
		return page, err
	}
	// Asked afterwards: of a thread that is being erased some may be missing already.
	if _, err := client.Thread.Query().Where(thread.ID(t.ID)).OnlyID(ctx); err != nil {
		return page, err
	}
	page.sequence = t.LastSeq // unless one of the two goes on behind its last row
	if len(messages) == exportPage {
		page.sequence = messages[exportPage-1].Sequence
	}
	if len(events) == exportPage {
		page.sequence = min(page.sequence, *events[exportPage-1].Sequence)
	}
	lines, err := e.linesOf(ctx, events)
	if err != nil {
		return page, err
	}
	for _, m := range messages {
		lines = append(lines, exportLine{
			Type: eventlog.MessageCreated, Sequence: m.Sequence, At: m.CreatedAt,
			Message: &exportMessage{eventlog.MessageOf(m), m.TurnID, m.Model},
		})
	}
	page.lines = slices.DeleteFunc(lines, func(l exportLine) bool { return l.Sequence > page.sequence })
	slices.SortFunc(page.lines, func(a, b exportLine) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return page, nil
}

// linesOf makes events into lines. The rows that they speak of are read in one statement for each kind.
func (e *exports) linesOf(ctx context.Context, events []*ent.Event) ([]exportLine, error) {
	lines := make([]exportLine, len(events))
	facts := make([]eventlog.Data, len(events))
	var callIDs, noteIDs, turnIDs []string
	for i, row := range events {
		f := &facts[i]
		if err := row.Data.Decode(f); err != nil {
			return nil, err
		}
		lines[i] = exportLine{Type: row.Type, Sequence: *row.Sequence, At: row.CreatedAt}
		switch row.Type {
		case eventlog.CallUpdated:
			callIDs = append(callIDs, f.CallID)
		case eventlog.NoteAdded:
			noteIDs = append(noteIDs, f.NoteID)
		case eventlog.TurnEnded:
			turnIDs = append(turnIDs, f.TurnID)
		default:
			lines[i].Tag, lines[i].Text, lines[i].Status, lines[i].Contact = f.Tag, f.Text, f.Status, f.Contact
		}
	}
	client := e.resolver.client
	calls, err := byID(ctx, callIDs, func(c *ent.Call) string { return c.ID }, client.Call.Query().Where(call.IDIn(callIDs...)).All)
	if err != nil {
		return nil, err
	}
	notes, err := byID(ctx, noteIDs, func(n *ent.Note) string { return n.ID }, client.Note.Query().Where(note.IDIn(noteIDs...)).All)
	if err != nil {
		return nil, err
	}
	turns, err := byID(ctx, turnIDs, func(t *ent.Turn) string { return t.ID }, client.Turn.Query().Where(turn.IDIn(turnIDs...)).All)
	if err != nil {
		return nil, err
	}
	for i, f := range facts {
		if c := calls[f.CallID]; c != nil {
			lines[i].Call = callThen(c, call.State(f.Status))
		}
		if n := notes[f.NoteID]; n != nil {
			lines[i].Note = &exportNote{n.ID, n.AuthorName, n.Text}
		}
		if t := turns[f.TurnID]; t != nil && lines[i].Type == eventlog.TurnEnded {
			lines[i].Turn = &exportTurn{t.ID, f.Reason, f.Text, t.StepsUsed, t.CallsUsed, t.InputTokens, t.OutputTokens}
		}
	}
	return lines, nil
}

// byID reads rows by their ids, and nothing for none.
func byID[T any](ctx context.Context, ids []string, id func(*T) string, all func(context.Context) ([]*T, error)) (map[string]*T, error) {
	found := map[string]*T{}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := all(ctx)
	for _, row := range rows {
		found[id(row)] = row
	}
	return found, err
}

// callThen is a call as it was in a state: what came later is left out.
func callThen(c *ent.Call, state call.State) *exportCall {
	out := &exportCall{ID: c.ID, TurnID: c.TurnID, Name: c.Name, Arguments: c.Arguments, State: state.String()}
	if state == c.State {
		out.Result, out.HTTPStatus, out.Error = c.Result, c.HTTPStatus, c.Error
	}
	return out
}
