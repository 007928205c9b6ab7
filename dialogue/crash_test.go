package dialogue_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/call"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/turn"
	"parley/storage"
	"parley/storage/storagetest"
)

// abandoned is a world whose worker hangs in a call while its lease has run out, as after a crash.
func abandoned(t *testing.T, db *storage.DB, idempotent bool) (w *world, threadID string, keys func() []string) {
	var mu sync.Mutex
	var got []string
	reached, open := make(chan struct{}, 9), make(chan struct{})
	url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got = append(got, r.Header.Get("Idempotency-Key"))
		first := len(got) == 1
		mu.Unlock()
		if first {
			reached <- struct{}{}
			<-open
			_, _ = io.WriteString(rw, `{"from":"the dead"}`)
			return
		}
		_, _ = io.WriteString(rw, `{"from":"the living"}`)
	})
	w = newWorld(t, db, answers(does(calling("f", `{}`)), says("too late")), func(o *dialogue.Options) { o.DrainFor = time.Minute })
	t.Cleanup(func() { close(open) })
	a := w.agent()
	w.function(a, "f", url, func(in *dialogue.FunctionInput) { in.Idempotent = &idempotent })
	threadID = w.thread(a, "go")
	<-reached
	w.halt() // the dead claim nothing
	time.Sleep(100 * time.Millisecond)
	w.expire(threadID)
	return w, threadID, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return got
	}
}

// expire lets the lease of a thread's turn run out.
func (w *world) expire(threadID string) {
	w.db.Client.Turn.Update().Where(turn.ThreadID(threadID), turn.StateEQ(turn.StateRUNNING)).SetLeaseUntil(1).ExecX(w.ctx)
}

func TestAfterACrashASentCallIsUnknown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, threadID, keys := abandoned(t, db, false)
		told := make(chan *model.Result, 1)
		w.run(w.service(answers(func(_ context.Context, r model.Request) model.End {
			told <- r.Messages[len(r.Messages)-1].Parts[0].Result
			return ended(text("I do not know"))
		})))
		tn := w.turns(threadID, 1)[0]
		equal(t, "turn, whose death is forgotten after a step", []any{tn.Reason, tn.Attempts}, []any{"ANSWERED", 0})
		equal(t, "requests", len(keys()), 1)
		equal(t, "call", w.calls(threadID)[0].State.String(), "UNKNOWN")
		if r := <-told; !r.Failed || !strings.Contains(string(r.Body), "do not simply repeat it") {
			t.Errorf("the model was told %s", r.Body)
		}
		equal(t, "said", w.said(threadID), []string{"CUSTOMER go", "AGENT I do not know"})
		equal(t, "events", w.events(threadID), []string{"call.failed"})
	})
}

func TestAfterACrashAnIdempotentCallIsSentAgain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, threadID, keys := abandoned(t, db, true)
		w.run(w.service(answers(says("Done"))))
		w.turns(threadID, 1)
		c := w.calls(threadID)[0]
		equal(t, "call", []any{c.State, c.Sends}, []any{"ANSWERED", 2})
		equal(t, "keys", keys(), []string{c.ID, c.ID})
		equal(t, "the living answered", strings.Contains(c.Result.String(), "the living"), true)
		equal(t, "said", w.said(threadID), []string{"CUSTOMER go", "AGENT Done"})
	})
}

func TestAfterACrashAReservedCallIsSent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		got := make(chan seen, 2)
		url := endpoint(t, recorder(got, `{}`))
		w := newWorld(t, db, answers(says("first"), says("Done")))
		a := w.agent()
		w.function(a, "f", url)
		threadID := w.thread(a, "one")
		w.turns(threadID, 1)
		// What a worker leaves that died between storing its step and sending the call.
		f := db.Client.Function.Query().Where(function.AgentID(a), function.Name("f")).OnlyX(w.ctx)
		left := db.Client.Turn.Create().SetWorkspaceID(w.workspace).SetThreadID(threadID).SetAgentID(a).SetState(turn.StateRUNNING).
			SetDueAt(1).SetFirstMessageAt(1).SetLeaseUntil(ms.Now().Add(time.Hour)).SetLeaseOwner("dead").SetFence(4).SetStepsUsed(1).SetCallsUsed(1).
			SetReadSequence(2).SetNillableStartedAt(ptr(w.row(threadID).CreatedAt)).SaveX(w.ctx)
		step := db.Client.Step.Create().SetWorkspaceID(w.workspace).SetTurnID(left.ID).SetThreadID(threadID).SetNumber(1).
			SetProvider("fake").SetModel("one").SetContent(`[{"call":{"id":"x","name":"f","args":{"n":1}}}]`).SetFinish("tools").
			SetReadSequence(2).SetStartedAt(1).SaveX(w.ctx)
		c := db.Client.Call.Create().SetID(id.New(id.Call)).SetWorkspaceID(w.workspace).SetThreadID(threadID).SetTurnID(left.ID).
			SetStepID(step.ID).SetNumber(0).SetFunctionID(f.ID).SetName("f").SetProviderCallID("x").SetArguments(raw.JSON(`{"n":1}`)).SaveX(w.ctx)
		w.expire(threadID) // not before: without the step the turn would begin anew
		w.turns(threadID, 2)
		equal(t, "body", (<-got).body, `{"n":1}`)
		equal(t, "call", []any{w.calls(threadID)[0].ID, w.calls(threadID)[0].State}, []any{c.ID, call.StateANSWERED})
		equal(t, "said", w.said(threadID), []string{"CUSTOMER one", "AGENT first", "AGENT Done"})
	})
}

func TestATurnThatKillsItsWorkersEnds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		hang := g.then(says("too late"))
		w := newWorld(t, db, answers(hang, hang, hang, hang))
		t.Cleanup(func() { close(g.open) })
		threadID := w.thread(w.agent(), "go")
		for range 3 {
			<-g.reached
			w.expire(threadID)
		}
		tn := w.turns(threadID, 1)[0]
		equal(t, "turn", []any{tn.Reason, tn.Attempts}, []any{"FAILED", 3})
		equal(t, "said", w.said(threadID), []string{"CUSTOMER go", "AGENT fallback"})
	})
}

func TestDrainingGivesTurnsBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late"))), func(o *dialogue.Options) { o.DrainFor = 50 * time.Millisecond })
		threadID := w.thread(w.agent(), "go")
		<-g.reached
		w.stop()
		w.run(w.service(answers()))
		tn := w.turns(threadID, 1)[0]
		equal(t, "turn", []any{tn.Reason, tn.Attempts, tn.Fence}, []any{"ANSWERED", 0, 2})
		equal(t, "said", w.said(threadID), []string{"CUSTOMER go", "AGENT ok"})
	})
}

func TestDrainingLetsTurnsEnd(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("just in time"))), func(o *dialogue.Options) { o.DrainFor = 10 * time.Second })
		threadID := w.thread(w.agent(), "go")
		<-g.reached
		time.AfterFunc(50*time.Millisecond, func() { close(g.open) })
		w.stop()
		equal(t, "said", w.said(threadID), []string{"CUSTOMER go", "AGENT just in time"})
	})
}

func TestACallWhoseTurnEndedAndWhoseWorkerDiedIsUnknown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, id, _ := abandoned(t, db, false)
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "HANDED_OVER")
		equal(t, "state", w.calls(id)[0].State, call.StateSENT)
		w.run(w.service(answers(), func(o *dialogue.Options) { o.Sole = true }))
		w.until("the end of the call", func() bool { return w.calls(id)[0].State == call.StateUNKNOWN })
		equal(t, "events", w.events(id), []string{"operator.transferred", "call.failed"})
	})
}

func TestASoleProcessTakesOverAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late"))), func(o *dialogue.Options) { o.DrainFor = time.Minute })
		threadID := w.thread(w.agent(), "go")
		<-g.reached
		w.halt() // the dead claim nothing, and its lease holds for half a minute
		begin := time.Now()
		w.run(w.service(answers(), func(o *dialogue.Options) { o.Sole = true }))
		tn := w.turns(threadID, 1)[0]
		equal(t, "turn", []any{tn.Reason}, []any{"ANSWERED"})
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("the turn was taken over after %v", took)
		}
		close(g.open)
	})
}
