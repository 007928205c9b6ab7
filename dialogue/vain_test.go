package dialogue_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
)

// counting is a model that always fails, after it has said something and counted.
func counting(said string, used model.Usage) *fake {
	return &fake{func(context.Context, model.Request) iter.Seq2[model.Event, error] {
		return func(yield func(model.Event, error) bool) {
			if said != "" && !yield(model.Event{Delta: said}, nil) {
				return
			}
			yield(model.Event{}, &model.Error{Kind: model.Overloaded, Emitted: said != "", Usage: used, Err: errors.New("overloaded")})
		}
	}}
}

// What a model counted before another one took over is told with the turn's parking and with its end, each time behind the
// step that was taken.
func TestWhatAFailedModelCountedIsKept(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "{}") })
		w := newWorld(t, db, answers(does(calling("pay", `{}`)), says("after the call")), func(o *dialogue.Options) {
			o.Providers["bad"] = counting("", model.Usage{Input: 7, Output: 3, Thinking: 3})
		})
		agentID := w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{"bad/one", "fake/one"} })
		w.function(agentID, "pay", url, func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
		id := w.thread(agentID, "pay it")
		w.parked(id)
		steps := func() (all []string, in, out int64) {
			for _, st := range db.Client.Step.Query().Where(step.ThreadID(id)).Order(ent.Asc(step.FieldNumber)).AllX(w.ctx) {
				all, in, out = append(all, st.Provider+" "+st.Finish), in+st.InputTokens, out+st.OutputTokens
			}
			return all, in, out
		}
		all, in, _ := steps()
		equal(t, "steps so far", all, []string{"fake tools", "bad dropped"})
		equal(t, "tokens so far", w.parked(id).InputTokens, in)
		_, err := w.s.ApproveCall(w.operator, w.calls(id)[0].ID)
		w.must(err)
		equal(t, "reason", w.reason(id), "ANSWERED")
		w.stop()
		all, in, out := steps()
		equal(t, "steps", all, []string{"fake tools", "bad dropped", "fake stop", "bad dropped"})
		tn := w.turns(id, 1)[0]
		equal(t, "tokens", []int64{tn.InputTokens, tn.OutputTokens, int64(tn.StepsUsed)}, []int64{in, out, 2})
		equal(t, "counted", []int64{in, out}, []int64{34, 16})
	})
}

func TestWhatABrokenAnswerCountedIsKept(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, counting("One moment", model.Usage{Input: 5000, Cached: 20, Output: 70, Thinking: 60}))
		id := w.thread(w.agent(), "hello")
		equal(t, "reason", w.reason(id), "CUT")
		st := db.Client.Step.Query().Where(step.ThreadID(id)).OnlyX(w.ctx)
		equal(t, "counted", []int64{st.InputTokens, st.CachedTokens, st.OutputTokens, st.ThinkingTokens}, []int64{5000, 20, 70, 60})
	})
}
