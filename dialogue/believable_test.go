package dialogue_test

import (
	"context"
	"math"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

// A model's server that counts wrongly must not make the sums overflow, which are read for the daily limit and for all figures of
// usage, nor give tokens back.
func TestCountsThatNobodyCanBelieve(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		counts := []model.Usage{
			{Input: math.MinInt64, Output: math.MinInt64, Cached: -1, Thinking: -1}, {Input: math.MaxInt64, Output: math.MaxInt64},
			{Input: math.MaxInt64, Cached: math.MaxInt64, Thinking: math.MaxInt64},
		}
		var all []answerFunc
		for _, use := range counts {
			all = append(all, func(context.Context, model.Request) model.End {
				end := ended(text("yes"))
				end.Usage = use
				return end
			})
		}
		w := newWorld(t, db, answers(all...))
		a := w.agent(func(in *dialogue.AgentInput) { in.DailyTokens = ptr(int64(1) << 40) })
		for range counts {
			equal(t, "reason", w.reason(w.thread(a, "Hi")), "ANSWERED")
		}
		rows, err := w.s.Usage(w.ctx, dialogue.UsageQuery{})
		w.must(err)
		equal(t, "usage", rows[0].Usage, dialogue.Usage{Steps: 3, Input: 2e9, Cached: 1e9, Output: 1e9})
	})
}

// A model that wants more at once than anybody means is asked again, and at last without functions: all that it wants is stored in
// one transaction, in which others wait, and the tags among it have no limit of their own.
func TestAnAnswerOfTooManyCalls(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		many := make([]model.Part, 5000)
		for i := range many {
			many[i] = calling("message_for_operator", `{"text":"x"}`)
		}
		w := newWorld(t, db, answers(does(many...), says("sorry")))
		id := w.thread(w.agent(), "Hi")
		equal(t, "reason", w.reason(id), "ANSWERED")
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT sorry"})
		equal(t, "calls", len(w.calls(id)), 0)
		equal(t, "steps", w.turns(id, 1)[0].StepsUsed, 2) // the first was stored, and did not fail
	})
}
