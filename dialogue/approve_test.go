package dialogue_test

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/turn"
	"parley/storage"
	"parley/storage/storagetest"
)

// approval is a world with a turn that is parked at a call that needs approval.
func approval(t *testing.T, db *storage.DB, onBusy agent.OnBusy, change ...func(*dialogue.Options)) (w *world, threadID string, sent *atomic.Int32) {
	sent = &atomic.Int32{}
	url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		_, _ = io.WriteString(rw, "{}")
	})
	w = newWorld(t, db, answers(does(calling("pay", `{}`)), says("after the call"), says("and more")), change...)
	a := w.agent(busy(onBusy))
	w.function(a, "pay", url, func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
	threadID = w.thread(a, "pay it")
	return w, threadID, sent
}

func (w *world) parked(threadID string) *ent.Turn {
	w.t.Helper()
	q := w.db.Client.Turn.Query().Where(turn.ThreadID(threadID), turn.StateEQ(turn.StatePARKED))
	w.until("the turn to park", func() bool { return q.Clone().ExistX(w.ctx) })
	return q.OnlyX(w.ctx)
}

func TestApproval(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, sent := approval(t, db, agent.OnBusyFOLD)
		tn := w.parked(id)
		equal(t, "parked", []any{tn.LeaseOwner, sent.Load(), w.calls(id)[0].State}, []any{"", 0, "AWAITING_APPROVAL"})
		// A week passes, which does not count against the turn's clock.
		db.Client.Turn.Update().Where(turn.ID(tn.ID)).SetStartedAt(tn.StartedAt.Add(-7 * 24 * time.Hour)).
			SetLeaseUntil(tn.LeaseUntil.Add(-7 * 24 * time.Hour)).ExecX(w.ctx)
		_, err := w.s.ApproveCall(w.operator, w.calls(id)[0].ID)
		w.must(err)
		equal(t, "reason", w.reason(id), "ANSWERED")
		equal(t, "sent", sent.Load(), 1)
		equal(t, "said", w.said(id), []string{"CUSTOMER pay it", "AGENT after the call"})
		_, err = w.s.ApproveCall(w.operator, w.calls(id)[0].ID)
		if !errors.Is(err, dialogue.ErrNotAwaiting) {
			t.Errorf("a second approval: %v", err)
		}
	})
}

func TestRefusal(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, sent := approval(t, db, agent.OnBusyFOLD)
		w.parked(id)
		_, err := w.s.RefuseCall(w.operator, w.calls(id)[0].ID, "too dear")
		w.must(err)
		equal(t, "reason", w.reason(id), "ANSWERED")
		c := w.calls(id)[0]
		equal(t, "call", []any{c.State, c.Error, sent.Load()}, []any{"REFUSED", "a person refused this call: too dear", 0})
	})
}

func TestApprovalThatNeverComes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, sent := approval(t, db, agent.OnBusyFOLD, func(o *dialogue.Options) { o.ApprovalFor = 300 * time.Millisecond })
		equal(t, "reason", w.reason(id), "ANSWERED")
		c := w.calls(id)[0]
		equal(t, "call", []any{c.State, c.Error, sent.Load()}, []any{"REFUSED", "nobody approved this call in time", 0})
	})
}

func TestMessageWhileACallWaitsForApproval(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, sent := approval(t, db, agent.OnBusyFOLD)
		w.parked(id)
		w.say(id, "hurry up")
		w.until("an answer meanwhile", func() bool { return len(w.said(id)) == 3 })
		w.parked(id)
		_, err := w.s.ApproveCall(w.operator, w.calls(id)[0].ID)
		w.must(err)
		equal(t, "reason", w.reason(id), "ANSWERED")
		equal(t, "said", w.said(id), []string{"CUSTOMER pay it", "CUSTOMER hurry up", "AGENT after the call", "AGENT and more"})
		equal(t, "sent", sent.Load(), 1)
		w.stop()

		w, id, _ = approval(t, db, agent.OnBusyENQUEUE)
		w.parked(id)
		w.say(id, "hurry up")
		w.parked(id)
		_, err = w.s.ApproveCall(w.operator, w.calls(id)[0].ID)
		w.must(err)
		w.turns(id, 2)
		w.stop()

		w, id, _ = approval(t, db, agent.OnBusyREJECT)
		w.parked(id)
		_, err = w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: id, Text: "hurry up"})
		if !errors.Is(err, dialogue.ErrThreadBusy) {
			t.Errorf("got %v, want ErrThreadBusy", err)
		}
	})
}

func TestTakeOverWhileACallWaitsForApproval(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, sent := approval(t, db, agent.OnBusyFOLD)
		w.parked(id)
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "HANDED_OVER")
		c := w.calls(id)[0]
		equal(t, "call", []any{c.State, sent.Load()}, []any{"REFUSED", 0})
		_, err = w.s.ApproveCall(w.operator, c.ID)
		if !errors.Is(err, dialogue.ErrNotAwaiting) {
			t.Errorf("got %v, want ErrNotAwaiting", err)
		}
	})
}
