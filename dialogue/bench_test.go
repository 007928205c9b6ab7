package dialogue_test

import (
	"context"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkTurn is the engine's own cost of one turn on one core: a message comes in, the model raises a tag and calls an
// HTTP function, and then replies. Model and endpoint answer at once. It reports the median and the 99th percentile from
// sendMessage to the event that ends the turn.
func BenchmarkTurn(b *testing.B) {
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		url := endpoint(b, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"free":true}`)) })
		said := make(chan struct{}, 1)
		last := func(context.Context, model.Request) model.End {
			said <- struct{}{}
			return ended(text("Yes, it is free."))
		}
		w := newWorld(b, db, alternating(does(calling("interest", `{}`), calling("f", `{"n":1}`)), last), func(o *dialogue.Options) { o.PollFor = time.Second })
		a := w.agent()
		w.function(a, "f", url)
		follow := w.follower()
		threads := make([]string, 100)
		for i := range threads {
			threads[i] = w.silentThread(a)
		}
		var took []time.Duration
		for i := 0; b.Loop(); i++ {
			id := threads[i%len(threads)]
			start := time.Now()
			w.say(id, "Is it free?")
			<-said // looking earlier would add to what is measured
			follow(id)
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	})
}

// alternating is a model that gives one answer after the other, again and again.
func alternating(all ...answerFunc) *fake {
	var n atomic.Int64
	return &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
		return answers(all[int(n.Add(1)-1)%len(all)]).Generate(ctx, r)
	}}
}

// follower returns a function that waits until the last turn of a thread has ended, awake at every commit.
func (w *world) follower() (wait func(threadID string)) {
	signal := eventlog.NewSignal()
	w.t.Cleanup(w.log.OnWake(func(eventlog.Wake) { signal.Poke() }))
	return func(threadID string) {
		for range signal {
			if n := w.db.Client.Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).CountX(w.ctx); n == 0 {
				return
			}
		}
	}
}
