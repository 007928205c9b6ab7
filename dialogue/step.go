package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/turn"
	"parley/eventlog"
)

// step asks the model once and stores what it said.
func (r *run) step(ctx context.Context, v *view) (more bool, err error) {
	h, err := r.gather(ctx, v)
	if err != nil {
		return false, err
	}
	var cost int64
	if v.turn.StepsUsed > 0 {
		cost = (v.turn.InputTokens + v.turn.OutputTokens) / int64(v.turn.StepsUsed)
	}
	reached := limit(v.turn, v.agent, cost)
	last := reached != "" || r.garbled > maxGarbled
	question := model.Request{
		System: v.system(time.Now(), last), Messages: h.messages, Script: json.RawMessage(v.agent.Script), Region: v.agent.Region,
	}
	if !last {
		question.Functions = v.offered()
	}
	asked := ms.Now()
	timed, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()
	a, err := r.ask(timed, r.s.choices(v.agent), question)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case timed.Err() != nil:
		return true, nil // the wall clock: the next look ends the turn
	default:
		return false, r.end(ctx, turn.ReasonFAILED, sentence(err), true)
	}
	st := reply{answer: a, read: h.read, asked: asked, reached: reached, last: last}
	if err := r.record(ctx, v, &st); err != nil {
		return false, err
	}
	r.empty, r.garbled = r.empty+st.empty, r.garbled+st.garbled
	return !st.ended, nil
}

// sentence tells people why no model answered, without what a provider may have put into its error.
func sentence(err error) string {
	var e *model.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	switch e.Kind {
	case model.Auth:
		return "the model provider refused the server's key"
	case model.Quota:
		return "the model's quota is used up"
	case model.Retired:
		return "the model is no longer offered"
	case model.Timeout:
		return "the model did not answer in time"
	case model.KindBlocked:
		return "the model provider blocked the request"
	case model.Invalid:
		return "the model provider refused the request as invalid"
	}
	return "the model is not available: " + string(e.Kind)
}

// reply is an answer on its way into the database.
type reply struct {
	answer
	read    int64 // messages up to this sequence had been read
	asked   ms.Time
	reached string // the limit that made this the last step
	last    bool

	// What record makes of it, each time anew.
	text           string
	calls          []*wanted
	ended          bool // whether the turn has ended with it
	empty, garbled int  // 1 if the answer was without text and call, or with a call that cannot be read
}

// record stores a step in one transaction: what the model said, its text as a message, its calls, the effects of the
// tags it raised, and the end of the turn if this was it. Nothing is stored when the turn is no longer this worker's.
func (r *run) record(ctx context.Context, v *view, st *reply) error {
	return r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		st.ended, st.empty, st.garbled = false, 0, 0
		t, tn, err := r.guard(ctx, tx, false)
		if err != nil {
			return err
		}
		a, err := agentOf(ctx, tx.Client(), tn.AgentID)
		if err != nil {
			return err
		}
		if a.DeletedAt != nil {
			st.ended = true
			return endTurn(ctx, tx, t, tn, turn.ReasonSTOPPED, "the agent was deleted")
		}
		st.text, st.calls = st.split(v, st.last)
		row, err := r.storeStep(ctx, tx, tn, st)
		if err != nil {
			return err
		}
		use := st.end.Usage
		tn.StepsUsed, tn.ReadSequence = row.Number, max(tn.ReadSequence, st.read)
		tn.InputTokens, tn.OutputTokens = tn.InputTokens+use.Input, tn.OutputTokens+use.Output
		st.admit(v, tn, a)
		err = tx.Client().Turn.Update().Where(turn.ID(tn.ID)).SetStepsUsed(tn.StepsUsed).SetCallsUsed(tn.CallsUsed).SetAttempts(0).
			SetReadSequence(tn.ReadSequence).SetInputTokens(tn.InputTokens).SetOutputTokens(tn.OutputTokens).Exec(ctx)
		if err != nil {
			return fmt.Errorf("count the step: %w", err)
		}
		if st.text != "" {
			if err := r.say(ctx, tx, t, tn, a, st); err != nil {
				return err
			}
		}
		if err := st.perform(ctx, tx, t, a, row); err != nil {
			return err
		}
		return r.conclude(ctx, tx, t, tn, a, st)
	})
}

// storeStep stores what the model said, byte for byte.
func (r *run) storeStep(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn, st *reply) (*ent.Step, error) {
	content, err := encode(st.end.Message.Parts)
	if err != nil {
		return nil, fmt.Errorf("encode the step: %w", err)
	}
	use := st.end.Usage
	row, err := tx.Client().Step.Create().SetID(id.New(id.Step)).SetWorkspaceID(tn.WorkspaceID).SetTurnID(tn.ID).
		SetThreadID(tn.ThreadID).SetNumber(tn.StepsUsed + 1).SetProvider(st.provider).SetModel(st.end.Model).
		SetContent(content).SetFinish(st.end.Reason).SetFinishDetail(clean(st.end.Detail)).SetReadSequence(st.read).
		SetInputTokens(use.Input).SetCachedTokens(use.Cached).SetOutputTokens(use.Output).SetThinkingTokens(use.Thinking).
		SetStartedAt(st.asked).SetCreatedAt(tx.Now).Save(ctx)
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
func (r *run) say(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, a *ent.Agent, st *reply) error {
	earlier, err := tx.Client().Message.Query().Where(message.TurnID(tn.ID), message.ThreadID(tn.ThreadID)).All(ctx)
	if err != nil {
		return err
	}
	in, out := tn.InputTokens, tn.OutputTokens
	for _, m := range earlier {
		in, out = in-m.InputTokens, out-m.OutputTokens
	}
	_, err = t.AddMessage(ctx, tx.Client().Message.Create().SetID(st.messageID).SetAuthor(message.AuthorAGENT).
		SetAuthorName(a.Name).SetText(st.text).SetTurnID(tn.ID).SetModel(st.model()).SetInputTokens(in).SetOutputTokens(out))
	if err != nil {
		return fmt.Errorf("store the answer: %w", err)
	}
	return nil
}

// clean takes out what a database cannot store.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func withoutCalls(parts []model.Part) []model.Part {
	kept := []model.Part{}
	for _, p := range parts {
		if p.Call == nil {
			kept = append(kept, p)
		}
	}
	return kept
}

// folds says whether messages that arrived meanwhile belong to this turn.
func folds(a *ent.Agent) bool { return a.OnBusy != agent.OnBusyENQUEUE }
