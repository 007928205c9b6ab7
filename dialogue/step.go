package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/turn"
	"parley/failpoint"
	"parley/trace"
)

// step asks the model once and stores what it said.
func (r *run) step(ctx context.Context, v *view) (more bool, err error) {
	ctx, span := r.s.o.Tracer.Start(ctx, "step", trace.Internal)
	defer span.End()
	span.Int("parley.step.number", int64(v.turn.StepsUsed+1))
	if v.hidden, err = r.s.hidden(ctx, v.thread.WorkspaceID); err != nil {
		return false, err
	}
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
	now := time.Now().In(zoneOf(v.agent))
	r.again = r.again && h.read <= v.turn.ReadSequence // who has written more asks anew
	bare := last || r.again                            // without functions every provider can hold the answer to its schema
	question := model.Request{
		System: v.system(now, bare), Messages: h.messages, AnswerSchema: json.RawMessage(v.agent.AnswerSchema),
		Script: json.RawMessage(v.agent.Script), Region: v.agent.Region, Now: now,
	}
	if !bare {
		question.Functions = v.offered()
	}
	sources, err := r.s.sources(ctx, v.agent)
	if err != nil {
		return false, err
	}
	defer releaseAll(sources)
	failpoint.Hit("turn.asked")
	asked := ms.Now()
	timed, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()
	a, err := r.ask(timed, sources, question, h.read)
	defer func() { a.writing.end(false) }() // unless it was stored
	switch {
	case err == nil:
	case ctx.Err() != nil:
		r.drop(question, a, h.read, asked)
		return false, context.Cause(ctx)
	case timed.Err() != nil:
		r.drop(question, a, h.read, asked)
		return true, nil // the wall clock: the next look ends the turn
	default:
		span.Fail("no model answered")
		return false, r.end(ctx, turn.ReasonFAILED, sentence(err), true)
	}
	st := reply{answer: a, read: h.read, asked: asked, reached: reached, last: last}
	if st.misfit = misfit(v.agent.AnswerSchema, a); st.misfit != "" {
		st.messageID = id.New(id.Message) // no other text may replace what was heard of this one
	}
	failpoint.Hit("turn.answered")
	if err := r.record(ctx, v, &st); err != nil {
		r.drop(question, a, h.read, asked)
		return false, err
	}
	r.toldStep(span, &st)
	a.writing.end(st.text != "" && st.misfit == "")
	failpoint.Hit("step.stored")
	r.empty, r.garbled, r.again = r.empty+st.empty, r.garbled+st.garbled, st.again
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
		return "the model provider refused the key"
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
