package dialogue_test

import (
	"context"
	"testing"

	"parley/dialogue/model"
	"parley/ent/agent"
	"parley/storage"
	"parley/storage/storagetest"
)

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
