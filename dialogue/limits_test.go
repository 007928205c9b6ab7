package dialogue_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestLimits(t *testing.T) {
	again := func(_ context.Context, r model.Request) model.End { // wants another call as long as it may
		if len(r.Functions) == 0 {
			return ended(text("that is all"))
		}
		end := ended(calling("success", `{}`))
		end.Usage = model.Usage{Input: 300, Output: 50}
		return end
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(again))
		check := func(name string, change func(*dialogue.AgentInput), steps int, why, said string) {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				id := w.thread(w.agent(change), "go")
				tn := w.turns(id, 1)[0]
				equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"LIMIT", why})
				equal(t, "said", w.said(id)[1:], []string{"AGENT " + said})
				equal(t, "steps", db.Client.Step.Query().Where(step.ThreadID(id)).CountX(w.ctx), steps)
			})
		}
		check("steps", func(in *dialogue.AgentInput) { in.MaxSteps = ptr(4) }, 4, "steps: the model took 4", "that is all")
		check("tokens", func(in *dialogue.AgentInput) { in.MaxTurnTokens = ptr(1000) }, 3, "tokens: the turn used 700 of 1000", "that is all")
		check("daily tokens", func(in *dialogue.AgentInput) { in.DailyTokens = ptr(int64(600)) }, 2, "daily tokens: the agent has used up its 600", "fallback")
	})
}

func TestWallClock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late"))))
		id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.MaxTurnSeconds = ptr(5) }), "go")
		start := time.Now()
		tn := w.turns(id, 1)[0]
		if took := time.Since(start); took < 4*time.Second || took > 8*time.Second {
			t.Errorf("the turn took %v", took)
		}
		equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"LIMIT", "wall clock: the turn took more than 5 s"})
		equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT fallback"})
	})
}

// breaking is a model that says some text and then fails.
func breaking(text string, err error) *fake {
	return &fake{func(context.Context, model.Request) iter.Seq2[model.Event, error] {
		return func(yield func(model.Event, error) bool) {
			if text != "" && !yield(model.Event{Delta: text}, nil) {
				return
			}
			if err != nil {
				yield(model.Event{}, err)
			}
		}
	}}
}

func TestModelsThatFail(t *testing.T) {
	overloaded := &model.Error{Kind: model.Overloaded, Status: 503, Err: errors.New("secret detail")}
	panics := &fake{func(context.Context, model.Request) iter.Seq2[model.Event, error] { panic("bug") }}
	hangs := &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
		return func(yield func(model.Event, error) bool) {
			<-ctx.Done()
			yield(model.Event{}, &model.Error{Kind: model.KindCut, Err: ctx.Err()})
		}
	}}
	rows := []struct {
		name         string
		first        model.Provider
		reason, said string
		text         string
	}{
		{"overloaded", breaking("", overloaded), "ANSWERED", "ok", ""},
		{"quota", breaking("", &model.Error{Kind: model.Quota, Err: overloaded}), "ANSWERED", "ok", ""},
		{"cut before a word", breaking("", nil), "ANSWERED", "ok", ""},
		{"foreign error", breaking("", errors.New("?")), "ANSWERED", "ok", ""},
		{"panic", panics, "ANSWERED", "ok", ""},
		{"silent for too long", hangs, "ANSWERED", "ok", ""},
		{"cut within a sentence", breaking("I was going to", nil), "CUT", "I was going to", "the model broke off"},
		{"bad key", breaking("", &model.Error{Kind: model.Auth, Status: 401, Err: overloaded}), "FAILED", "fallback", "the model provider refused the key"},
		{"blocked request", breaking("", &model.Error{Kind: model.KindBlocked, Err: overloaded}), "FAILED", "fallback", "the model provider blocked the request"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(), func(o *dialogue.Options) {
			o.ModelIdle = 300 * time.Millisecond
			for i, row := range rows {
				o.Providers[fmt.Sprint("p", i)] = row.first
			}
		})
		for i, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				w := w.in(t)
				id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{fmt.Sprint("p", i, "/x"), "fake"} }), "go")
				tn := w.turns(id, 1)[0]
				equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{row.reason, row.text})
				equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT " + row.said})
			})
		}
		t.Run("all of them", func(t *testing.T) {
			w := w.in(t)
			id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{"p0/x", "p1"} }), "go")
			tn := w.turns(id, 1)[0]
			equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"FAILED", "the model's quota is used up"})
			equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT fallback"})
		})
	})
}

func TestFinishesThatAreNoAnswer(t *testing.T) {
	finish := func(reason string, parts ...model.Part) answerFunc {
		return func(context.Context, model.Request) model.End {
			end := ended(parts...)
			end.Reason, end.Detail = reason, "WHY"
			return end
		}
	}
	rows := []struct {
		name         string
		answers      []answerFunc
		reason, said string
	}{
		{"blocked", []answerFunc{finish(model.Blocked, text("bad words"))}, "BLOCKED", "fallback"},
		{"too long", []answerFunc{finish(model.Length, text("and so on and"))}, "CUT", "and so on and"},
		{"cut", []answerFunc{finish(model.Cut)}, "CUT", "fallback"},
		{"garbled once", []answerFunc{finish(model.MalformedCall)}, "ANSWERED", "ok"},
		{"garbled for ever", []answerFunc{finish(model.MalformedCall), finish(model.MalformedCall), finish(model.MalformedCall), finish(model.MalformedCall)}, "FAILED", "fallback"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				w := newWorld(t, db, answers(row.answers...))
				id := w.thread(w.agent(), "go")
				equal(t, "reason", w.reason(id), row.reason)
				equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT " + row.said})
			})
		}
	})
}
