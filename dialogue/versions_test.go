package dialogue_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/agentversion"
	"parley/ent/function"
	"parley/ent/thread"
	"parley/invalid"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// instructed is a model that says the first line of its instructions.
func instructed() *fake {
	return always(func(_ context.Context, r model.Request) model.End {
		line, _, _ := strings.Cut(r.System, "\n")
		return ended(text(line))
	})
}

func (w *world) instruct(agentID, words string) {
	w.t.Helper()
	_, err := w.s.UpdateAgent(w.ctx, agentID, dialogue.AgentInput{Instructions: &words})
	w.must(err)
}

func (w *world) publish(agentID string, move bool) string {
	w.t.Helper()
	v, err := w.s.PublishAgent(w.ctx, dialogue.PublishInput{AgentID: agentID, MoveThreads: move})
	w.must(err)
	return v.VersionID
}

// asks sends a message and returns the agent's answer.
func (w *world) asks(threadID string) string {
	w.t.Helper()
	before := len(w.said(threadID))
	w.say(threadID, "?")
	w.until("an answer", func() bool { return len(w.said(threadID)) == before+2 })
	return strings.TrimPrefix(w.said(threadID)[before+1], "AGENT ")
}

func (w *world) silentThread(agentID string) string {
	w.t.Helper()
	r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: agentID})
	w.must(err)
	return r.ThreadID
}

func TestThreadsStayOnTheVersionTheyBeganWith(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, instructed())
		a := w.agent(func(in *dialogue.AgentInput) { in.Instructions = ptr("draft") })
		early := w.silentThread(a)
		equal(t, "before any publication", w.asks(early), "draft")
		w.instruct(a, "one")
		equal(t, "the draft is live", w.asks(early), "one")

		w.publish(a, false)
		w.instruct(a, "two")
		equal(t, "a thread from before the first publication", w.asks(early), "one")
		first := w.silentThread(a)
		equal(t, "a new thread follows what is published", w.asks(first), "one")

		w.publish(a, false)
		w.instruct(a, "three, unpublished")
		second := w.silentThread(a)
		equal(t, "pinned to version 1", w.asks(first), "one")
		equal(t, "pinned to version 2", w.asks(second), "two")

		_, err := w.s.MoveThread(w.operator, first, nil)
		w.must(err)
		equal(t, "moved by hand", w.asks(first), "two")

		_, err = w.s.RollbackAgent(w.ctx, dialogue.RollbackInput{AgentID: a, Number: 1})
		w.must(err)
		equal(t, "rolling back leaves threads alone", w.asks(second), "two")
		equal(t, "new threads follow the old version", w.asks(w.silentThread(a)), "one")

		_, err = w.s.RollbackAgent(w.ctx, dialogue.RollbackInput{AgentID: a, Number: 1, MoveThreads: true, RestoreDraft: true})
		w.must(err)
		equal(t, "all threads were moved", w.asks(second), "one")
		row := w.db.Client.Agent.Query().OnlyX(w.ctx)
		equal(t, "the draft was restored", row.Instructions, "one")
		changed, err := w.s.HasUnpublishedChanges(w.ctx, row)
		w.must(err)
		equal(t, "unpublished changes", changed, false)

		_, err = w.s.MoveThread(w.operator, second, ptr(2))
		w.must(err)
		equal(t, "moved by hand after all were moved", w.asks(second), "two")
		if _, err := w.s.MoveThread(w.operator, second, ptr(9)); !isInvalid(err) {
			t.Errorf("a version that is not there: %v", err)
		}
	})
}

func isInvalid(err error) bool {
	var bad *invalid.Error
	return errors.As(err, &bad)
}

func TestPublishingTheSameDraftTwiceMakesOneVersion(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, instructed())
		a := w.agent()
		w.function(a, "f", "http://127.0.0.1:1/")
		one := w.publish(a, false)
		equal(t, "published again", w.publish(a, false), one)
		w.instruct(a, "new")
		if w.publish(a, false) == one {
			t.Error("a changed draft made no version")
		}
		var wg sync.WaitGroup // numbers are unique, however many publish at once
		for range 8 {
			wg.Go(func() {
				w.instruct(a, "x")
				w.publish(a, false)
			})
		}
		wg.Wait()
		equal(t, "versions", w.db.Client.AgentVersion.Query().Where(agentversion.AgentID(a)).CountX(w.ctx), 3)
	})
}

func TestAVersionCallsItsFunctionsAsTheyWere(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var mu sync.Mutex
		var keys []string
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			mu.Lock()
			keys = append(keys, r.URL.Path+" "+r.Header.Get("X-Key"))
			mu.Unlock()
			_, _ = rw.Write([]byte(`{}`))
		})
		w := newWorld(t, db, answers(does(calling("f", `{}`)), says("done"), does(calling("f", `{}`)), says("done"), says("none")))
		a := w.agent()
		f := w.function(a, "f", url+"/old", func(in *dialogue.FunctionInput) {
			in.Headers = &[]dialogue.Header{{Name: "X-Key", Value: seal.Hide("first"), Secret: true}}
		})
		w.publish(a, false)
		th := w.silentThread(a)
		w.asks(th)
		_, err := w.s.UpdateFunction(w.ctx, f, dialogue.FunctionInput{
			URL: ptr(url + "/new"), Headers: &[]dialogue.Header{{Name: "X-Key", Value: seal.Hide("rotated"), Secret: true}},
		})
		w.must(err)
		_, err = w.s.DeleteFunction(w.ctx, f)
		w.must(err)
		w.asks(th)
		equal(t, "the old address with the secret as it is now", keys, []string{"/old first", "/old rotated"})

		_, err = w.s.RollbackAgent(w.ctx, dialogue.RollbackInput{AgentID: a, Number: 1, RestoreDraft: true})
		w.must(err)
		back := w.db.Client.Function.Query().Where(function.Name("f"), function.AgentID(a)).OnlyX(w.ctx)
		equal(t, "the function is back", back.ID+" "+back.URL, f+" "+url+"/old")
		equal(t, "and pinned", w.db.Client.Thread.Query().Where(thread.ID(th)).OnlyX(w.ctx).VersionID != nil, true)
	})
}
