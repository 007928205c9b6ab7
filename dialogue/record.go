package dialogue

import (
	"context"
	"encoding/json"
	"fmt"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/turn"
	"parley/eventlog"
	"slices"
	"strings"
)

// reply is an answer on its way into the database.
type reply struct {
	answer
	read    int64 // messages up to this sequence had been read
	asked   ms.Time
	reached string // the limit that made this the last step
	last    bool
	misfit  string // why the model's text is not said; mostly empty

	// What record makes of it, each time anew.
	text           string
	calls          []*wanted
	ended          bool // whether the turn has ended with it
	empty, garbled int  // 1 if the answer was without text and call, or with a call that cannot be read
	again          bool // whether it did not fit and is asked for again
	heard          bool // whether there may be messages that the model has not read
	contact        bool // whether it gave a contact
	row            *ent.Step
}

// record stores a step in one transaction: what the model said, its text as a message, its calls, the effects of the
// tags it raised, and the end of the turn if this was it. Nothing is stored when the turn is no longer this worker's.
// What it left decides about the next move.
func (r *run) record(ctx context.Context, v *view, st *reply) error {
	next, said := *v, r.said
	var end ending
	var left eventlog.Known
	err := r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		st.ended, st.empty, st.garbled, st.again, st.contact = false, 0, 0, false, false
		t, tn, around, err := r.guardKnown(ctx, tx, v)
		if err != nil {
			return err
		}
		t.Leave(&left)
		st.heard = t.Row.MessageCount != v.thread.MessageCount
		st.text, st.calls = st.split(v, st.last)
		row, err := r.storeStep(ctx, tx, tn, st)
		if err != nil {
			return err
		}
		st.row = row
		use := st.end.Usage
		tn.StepsUsed, tn.ReadSequence, tn.Attempts = tn.StepsUsed+1, max(tn.ReadSequence, st.read), 0
		tn.InputTokens, tn.OutputTokens = tn.InputTokens+use.Input, tn.OutputTokens+use.Output
		st.admit(v, tn, v.agent)
		if said, err = r.spoken(ctx, tx, tn); err != nil {
			return err
		}
		if st.text != "" {
			if err := r.say(ctx, tx, t, tn, v.agent, st, *said); err != nil {
				return err
			}
			said = &spoken{said.messages + 1, tn.InputTokens, tn.OutputTokens}
		}
		if tn.ReminderID != nil { // a tag that it raises must not take it for one that has said nothing
			if err := tx.Client().Turn.Update().Where(turn.ID(tn.ID)).SetStepsUsed(tn.StepsUsed).Exec(ctx); err != nil {
				return fmt.Errorf("write the turn: %w", err)
			}
		}
		made, err := st.perform(ctx, tx, t, v.agent, row, r.s.o.ApprovalFor)
		if err != nil {
			return err
		}
		end, err = r.conclude(ctx, tx, t, tn, v, st, said.messages > 0)
		if err != nil {
			return err
		}
		st.ended = end.reason != ""
		next.turn, next.thread, next.calls = tn, t.Row, slices.Concat(v.calls, made)
		if err := r.place(ctx, tx.Reader(), &next, around); err != nil {
			return err
		}
		next.tags = t.Tags()
		open := len(next.in(call.StateRESERVED, call.StateAWAITING_APPROVAL)) > 0
		return r.close(ctx, tx, t, tn, v.agent, end, open, func(u *ent.TurnUpdate) {
			u.SetStepsUsed(tn.StepsUsed).SetCallsUsed(tn.CallsUsed).SetAttempts(0).SetReadSequence(tn.ReadSequence).
				SetInputTokens(tn.InputTokens).SetOutputTokens(tn.OutputTokens)
		})
	})
	if err != nil {
		r.reading = nil
		return err
	}
	// The step is stored: from here on nothing may fail. What cannot be read is looked up by the next move.
	fresh := left.AgentRevision == next.revision || r.placeAgent(ctx, r.s.log.Client(), &next, left.AgentRevision) == nil
	r.said, r.known, r.why = said, &left, end.reason
	r.reading.add(st)
	if fresh && !st.contact { // which changes the customer's row
		r.next = &next
	}
	if end.reason == turn.ReasonANSWERED || end.reason == turn.ReasonSILENT {
		r.remember(&next)
	}
	return nil
}

// spoken is what a turn has said to the customer so far, and the tokens that its messages account for.
type spoken struct {
	messages int
	in, out  int64
}

// spoken returns what the turn has said so far. Only its own worker adds to that.
func (r *run) spoken(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn) (*spoken, error) {
	if r.said != nil {
		return r.said, nil
	}
	said := &spoken{}
	if tn.StepsUsed == 1 {
		return said, nil
	}
	earlier, err := tx.Client().Message.Query().Where(message.TurnID(tn.ID), message.ThreadID(tn.ThreadID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what the turn has said: %w", err)
	}
	for _, m := range earlier {
		said.messages, said.in, said.out = said.messages+1, said.in+m.InputTokens, said.out+m.OutputTokens
	}
	return said, nil
}

// storeStep stores what the model said, byte for byte.
func (r *run) storeStep(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn, st *reply) (*ent.Step, error) {
	content, err := encode(st.end.Message.Parts)
	if err != nil {
		return nil, fmt.Errorf("encode the step: %w", err)
	}
	use := st.end.Usage
	row, err := tx.Later(nil).Step.Create().SetID(id.New(id.Step)).SetWorkspaceID(tn.WorkspaceID).SetTurnID(tn.ID).
		SetThreadID(tn.ThreadID).SetNumber(tn.StepsUsed + r.vain + 1).SetProvider(st.provider).SetModel(st.end.Model).SetCredentialID(st.credentialID).
		SetContent(content).SetFinish(st.end.Reason).SetFinishDetail(clean(st.end.Detail)).SetReadSequence(st.read).
		SetInputTokens(use.Input).SetCachedTokens(use.Cached).SetOutputTokens(use.Output).SetThinkingTokens(use.Thinking).
		SetEstimated(st.estimated).SetNillableModelWarning(st.warning()).SetNillableMisfit(orNil(st.misfit)).SetStartedAt(st.asked).SetCreatedAt(tx.Now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("store the step: %w", err)
	}
	return row, nil
}

// encode writes parts as JSON, the provider's bytes untouched, where encoding/json would close up their spaces.
func encode(parts []model.Part) (raw.JSON, error) {
	list := []string{}
	for _, p := range parts {
		wire := p.Wire
		p.Wire = nil
		own, err := raw.Of(p)
		if err != nil {
			return "", err
		}
		text := string(own)
		if json.Valid(wire) {
			comma := ","
			if text == "{}" {
				comma = ""
			}
			text = strings.TrimSuffix(text, "}") + comma + `"wire":` + string(wire) + "}"
		}
		list = append(list, text)
	}
	return raw.JSON(strings.ToValidUTF8("["+strings.Join(list, ",")+"]", "\uFFFD")), nil
}

// say stores the text of a step as the agent's message. It carries the tokens spent since the turn's last message.
func (r *run) say(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, a *ent.Agent, st *reply, earlier spoken) error {
	in, out := tn.InputTokens-earlier.in, tn.OutputTokens-earlier.out
	_, err := t.AddMessage(ctx, tx.Later(nil).Message.Create().SetID(st.messageID).SetAuthor(message.AuthorAGENT).
		SetAuthorName(a.Name).SetText(st.text).SetTurnID(tn.ID).SetModel(st.model()).SetInputTokens(in).SetOutputTokens(out))
	if err != nil {
		return fmt.Errorf("store the answer: %w", err)
	}
	if tn.ReminderID == nil {
		return nil // what the customer wrote has cancelled the follow-ups
	}
	return cancelReminders(ctx, tx, t, reasonAgent, isFollowUp)
}
