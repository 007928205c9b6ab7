package dialogue_test

import (
	"errors"
	"net/http"
	"testing"

	"parley/dialogue"
	"parley/ent/call"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/storage"
	"parley/storage/storagetest"
)

// database/sql repeats a statement whose connection broke before the answer came. The mark that a call is about to leave was found
// set then, and taken for another worker's: the turn was left alone until its lease ran out, and the call, which was never
// sent, was unknown.
func TestAMarkIsRepeatedByItsMakerOnly(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("f", `{}`))))
		a := w.agent()
		w.function(a, "f", endpoint(t, func(http.ResponseWriter, *http.Request) {}), func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
		id := w.thread(a, "go")
		w.until("the parking", func() bool {
			return db.Client.Turn.Query().Where(turn.ThreadID(id), turn.StateEQ(turn.StatePARKED)).ExistX(w.ctx)
		})
		w.stop()
		c, tn := w.calls(id)[0], w.live(id)
		db.Client.Call.Update().Where(call.ID(c.ID)).SetState(call.StateRESERVED).ExecX(w.ctx)
		db.Client.Turn.Update().Where(turn.ID(tn.ID)).SetState(turn.StateRUNNING).SetFence(7).ExecX(w.ctx)
		c.State, tn.Fence = call.StateRESERVED, 7
		for range 2 {
			w.must(w.s.MarkSent(w.ctx, tn, c))
		}
		equal(t, "call", []any{w.calls(id)[0].State, w.calls(id)[0].Sends}, []any{"SENT", 1})
		tn.Fence = 6
		if err := w.s.MarkSent(w.ctx, tn, c); !errors.Is(err, dialogue.ErrLost) {
			t.Errorf("another worker: %v", err)
		}
		tn.Fence = 7
		db.Client.Thread.Update().Where(thread.ID(id)).AddEpoch(1).ExecX(w.ctx)
		if err := w.s.MarkSent(w.ctx, tn, c); !errors.Is(err, dialogue.ErrLost) {
			t.Errorf("after a take-over: %v", err)
		}
	})
}
