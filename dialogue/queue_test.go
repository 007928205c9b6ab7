package dialogue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/agent"
	"parley/storage"
	"parley/storage/storagetest"
)

// A process that looks all the time whether its turns are still its own takes none for lost that it has only just begun: the
// model is asked once.
func TestATurnThatBeginsIsNotTakenForLost(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked atomic.Int32
		w := newWorld(t, db, always(func(ctx context.Context, _ model.Request) model.End {
			asked.Add(1)
			select { // long enough to be stopped
			case <-ctx.Done():
			case <-time.After(5 * time.Millisecond):
			}
			return ended(text("ok"))
		}), func(o *dialogue.Options) { o.PollFor = time.Millisecond })
		a := w.agent()
		const threads = 40
		var ids []string
		for range threads {
			ids = append(ids, w.thread(a, "Hi"))
		}
		for _, id := range ids {
			w.turns(id, 1)
		}
		equal(t, "questions to the model", asked.Load(), threads)
	})
}

// A message that waits for the next turn is answered although the turn before it failed.
func TestAQueuedMessageOutlivesAFailedTurn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		broken := func(context.Context, model.Request) model.End {
			g.reached <- struct{}{}
			<-g.open
			panic("the model is broken")
		}
		w := newWorld(t, db, answers(broken, broken, says("second")))
		id := w.thread(w.agent(busy(agent.OnBusyENQUEUE)), "one")
		<-g.reached
		w.say(id, "two")
		close(g.open)
		<-g.reached // tried again
		w.turns(id, 2)
		equal(t, "said", w.said(id), []string{"CUSTOMER one", "CUSTOMER two", "AGENT fallback", "AGENT second"})
	})
}
