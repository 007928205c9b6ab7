package dialogue_test

import (
	"context"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

// A worker that lost its lease, and comes back while another one runs the same turn, can store nothing.
func TestAWorkerThatLostItsTurnIsRefused(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		frozen, other := newGate(), newGate()
		hang := func(g gate, words string) answerFunc {
			return func(context.Context, model.Request) model.End { // deaf to its context, as a process that was frozen
				g.reached <- struct{}{}
				<-g.open
				return ended(text(words))
			}
		}
		w := newWorld(t, db, answers(hang(frozen, "from the frozen")), func(o *dialogue.Options) {
			o.DrainFor, o.PollFor, o.LeaseFor = time.Minute, time.Hour, 4*time.Hour // frozen: it does not notice
		})
		id := w.thread(w.agent(), "Hi")
		<-frozen.reached
		w.halt() // it claims nothing more
		time.Sleep(100 * time.Millisecond)
		w.expire(id)
		w.run(w.service(answers(hang(other, "from the other"))))
		<-other.reached
		close(frozen.open)
		w.stop() // the frozen worker has tried to store its answer
		equal(t, "said so far", w.said(id), []string{"CUSTOMER Hi"})
		close(other.open)
		equal(t, "reason", w.reason(id), "ANSWERED")
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT from the other"})
	})
}
