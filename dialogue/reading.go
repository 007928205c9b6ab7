package dialogue

import (
	"context"
	"fmt"
	"slices"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/message"
)

// reading is what the model has read in a turn, so that a later step of it reads only what is new.
type reading struct {
	entries []entry
	read    int64    // messages up to this sequence are in it
	count   int      // of the thread's messages, at most as many as are in it or in steps; below 0 if unknown
	steps   []*reply // steps of this worker that are not yet among the entries
}

// add puts a step behind what the model has read. On nil it does nothing: the next step reads all anew.
func (h *reading) add(st *reply) {
	if h == nil {
		return
	}
	h.steps = append(h.steps, st)
	if st.text != "" {
		h.count++
	}
}

// settle puts the steps that wait among the entries, with what their calls brought.
func (h *reading) settle(calls []*ent.Call) {
	for _, st := range h.steps {
		var own []*ent.Call
		for _, c := range calls {
			if c.StepID == st.row.ID {
				own = append(own, c)
			}
		}
		slices.SortFunc(own, func(a, b *ent.Call) int { return a.Number - b.Number })
		if e, ok := stepEntry(st.row, slices.Clone(st.end.Message.Parts), own); ok {
			h.entries = append(h.entries, e)
		}
	}
	h.steps = nil
}

// goOn adds to what the model has read in this turn what came since: its own steps, with what their calls brought, and
// messages of others.
func (r *run) goOn(ctx context.Context, v *view) (history, error) {
	past := r.reading
	past.settle(v.calls)
	if !keepsQueue(v.agent) && v.thread.MessageCount != past.count {
		texts, err := r.s.log.Client().Message.Query().Where(message.ThreadID(v.thread.ID), message.SequenceGT(past.read)).
			Order(ent.Asc(message.FieldSequence)).Limit(maxHistory).All(ctx)
		if err != nil {
			return history{}, fmt.Errorf("read the new messages: %w", err)
		}
		for _, m := range texts {
			past.read = m.Sequence
			if m.Author == message.AuthorAGENT && m.Model != "" && m.TurnID != nil && *m.TurnID == v.turn.ID {
				continue // stands in the step that wrote it
			}
			past.entries = append(past.entries, messageEntry(m))
		}
		past.count = v.thread.MessageCount
	}
	return history{messages: join(slices.Clone(past.entries)), read: max(past.read, v.turn.ReadSequence)}, nil
}

// stepEntry is what the model said in a step, and what its calls brought. It reports false when nothing was said.
func stepEntry(st *ent.Step, parts []model.Part, calls []*ent.Call) (entry, bool) {
	if len(calls) == 0 { // calls that came broken, or on a step without functions, were not made
		parts = withoutCalls(parts)
	}
	if len(parts) == 0 || st.Finish == model.Blocked {
		return entry{}, false
	}
	e := entry{sequence: st.ReadSequence, rank: 2, at: st.CreatedAt, number: st.Number, id: st.ID}
	e.messages = append(e.messages, model.Message{Role: model.Model, Provider: identity(st.CredentialID, st.Provider), Parts: parts})
	if len(calls) > 0 {
		answer := model.Message{Role: model.Tool}
		for _, c := range calls {
			answer.Parts = append(answer.Parts, model.Part{Result: resultOf(c)})
		}
		e.messages = append(e.messages, answer)
	}
	if st.Misfit != nil {
		e.messages = append(e.messages, model.Message{Role: model.User, Parts: []model.Part{{
			Text: "[system] The customer did not get your last text, because it does not fit the schema of answers: " + *st.Misfit}}})
	}
	return e, true
}
