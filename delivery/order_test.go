package delivery_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/delivery"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/storage"
	"parley/storage/storagetest"
)

// sent is what order tests read of a body.
type sent struct {
	ID       string
	Thread   string `json:"thread_id"`
	Sequence int64
	Data     struct{ Message struct{ Text string } }
}

func read(g got) sent {
	var m sent
	if err := json.Unmarshal(g.body, &m); err != nil {
		panic(err)
	}
	return m
}

// ledger notes what a receiver took, and finds what came too early.
type ledger struct {
	mu         sync.Mutex // protects all below
	taken      map[string]int64
	failures   map[string]int // by event
	violations []string
}

// judge is to be called when a request comes; it says whether to fail it. A message must come only when the one before
// it in its thread was taken.
func (l *ledger) judge(m sent, fail func(m sent, nth int) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.taken[m.Thread]; ok && m.Sequence != last+1 || !ok && m.Sequence != 2 { // thread.created is 1
		l.violations = append(l.violations, fmt.Sprintf("%s %d came after %d", m.Thread, m.Sequence, last))
	}
	if fail(m, l.failures[m.ID]) {
		l.failures[m.ID]++
		return true
	}
	l.taken[m.Thread] = m.Sequence
	return false
}

func TestOrderWithinThreads(t *testing.T) {
	const threads, each = 12, 15
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		l := &ledger{taken: map[string]int64{}, failures: map[string]int{}}
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, g got, nth int) {
			// Every fifth request fails, but no event three times.
			if l.judge(read(g), func(_ sent, failed int) bool { return nth%5 == 0 && failed < 2 }) {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		var ids []string
		for range threads {
			ids = append(ids, f.thread(t))
		}
		for i := range each {
			for _, id := range ids {
				f.say(t, id, fmt.Sprint(i))
			}
		}
		f.allDone(t, made.ID, threads*each)
		if len(l.violations) > 0 {
			t.Errorf("%d violations: %v", len(l.violations), l.violations[:min(5, len(l.violations))])
		}
		if len(l.failures) == 0 {
			t.Error("nothing failed: the test tests nothing")
		}
	})
}

// texts returns the texts that were taken, in order of their arrival.
func texts(rec *receiver, bad string) []string {
	var list []string
	for _, g := range rec.all() {
		if text := read(g).Data.Message.Text; text != bad {
			list = append(list, text)
		}
	}
	return list
}

func TestAStuckDeliveryStepsAside(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Schedule: delivery.Schedule{0, ms, ms, time.Hour}})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, g got, nth int) {
			if read(g).Data.Message.Text == "bad" {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "1", "bad", "2", "3")
		f.start(t)
		eventually(t, "later ones flow", func() bool { return len(texts(rec, "bad")) == 3 })
		if got := texts(rec, "bad"); !slices.Equal(got, []string{"1", "2", "3"}) {
			t.Errorf("order %v", got)
		}
		var order []string
		for _, g := range rec.all() {
			order = append(order, read(g).Data.Message.Text)
		}
		if want := []string{"1", "bad", "bad", "bad", "2", "3"}; !slices.Equal(order, want) {
			t.Errorf("requests %v, want %v", order, want)
		}
		ds := f.deliveries(made.ID)
		if d := ds[1]; d.State != entdelivery.StatePENDING || !d.SteppedAside || d.Tries != 3 {
			t.Errorf("delivery %+v", d)
		}
		if ds[0].SteppedAside || ds[2].SteppedAside {
			t.Error("others stepped aside")
		}
	})
}

func TestFIFONeverStepsAside(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, g got, nth int) {
			switch text := read(g).Data.Message.Text; {
			case text == "lost", text == "bad" && nth < 8:
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingFIFO})
		one, two := f.thread(t), f.thread(t)
		f.say(t, one, "1")
		f.say(t, two, "bad")
		f.say(t, one, "2", "lost", "3")
		f.say(t, two, "4")
		f.start(t)
		eventually(t, "all arrive", func() bool { return f.deliveries(made.ID)[5].State == entdelivery.StateDONE })
		var order []string
		for _, g := range rec.all() {
			if text := read(g).Data.Message.Text; len(order) == 0 || order[len(order)-1] != text {
				order = append(order, text)
			}
		}
		if want := []string{"1", "bad", "2", "lost", "3", "4"}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
		if d := f.deliveries(made.ID)[3]; d.State != entdelivery.StateEXHAUSTED || d.SteppedAside || d.Tries != 12 {
			t.Errorf("the lost one: %+v", d)
		}
		if n := rec.count(); n != 1+7+1+12+1+1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestWhatWaitedGoesFirstInAQueueThatBecomesFIFO(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		one, two := f.thread(t), f.thread(t)
		f.say(t, one, "1", "2")
		f.say(t, two, "3")
		fifo := integration.OrderingFIFO
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{Ordering: &fifo}); err != nil {
			t.Fatal(err)
		}
		f.say(t, two, "4", "5")
		f.start(t)
		f.allDone(t, made.ID, 5)
		if got, want := texts(rec, ""), []string{"1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
			t.Errorf("order %v, want %v", got, want)
		}
	})
}

func TestWithoutOrderNothingWaits(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(_ http.ResponseWriter, _ *http.Request, g got, _ int) {
			if read(g).Data.Message.Text == "slow" {
				<-release
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE})
		f.start(t)
		f.say(t, f.thread(t), "slow", "1", "2")
		eventually(t, "later ones pass", func() bool {
			ds := f.deliveries(made.ID)
			return ds[0].State == entdelivery.StateRUNNING && ds[1].State == entdelivery.StateDONE && ds[2].State == entdelivery.StateDONE
		})
		close(release)
		f.allDone(t, made.ID, 3)
	})
}

// allDone waits until an integration has n deliveries, all of them done.
func (f *fixture) allDone(t testing.TB, integrationID string, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d deliveries are done", n), func() bool {
		done, err := f.db.Client.Delivery.Query().
			Where(entdelivery.IntegrationID(integrationID), entdelivery.StateEQ(entdelivery.StateDONE)).Count(f.ctx)
		return err == nil && done == n
	})
}
