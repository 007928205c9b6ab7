package delivery_test

import (
	"fmt"
	"testing"

	"parley/delivery"
	"parley/storage"
	"parley/storage/storagetest"
)

// One message that a hundred integrations want goes to a hundred receivers, and each gets each event once.
func TestAHundredIntegrationsGetAMessageOnce(t *testing.T) {
	const receivers, texts = 100, 2
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		all := make([]*receiver, receivers)
		for i := range all {
			all[i] = receive(t, nil)
			f.integration(t, delivery.Input{Name: fmt.Sprint("receiver ", i), URL: all[i].URL})
		}
		f.start(t)
		threadID := f.thread(t)
		for n := range texts {
			f.say(t, threadID, fmt.Sprint("text ", n))
		}
		for _, rec := range all { // each has the time of one wait
			eventually(t, "every receiver has every event", func() bool { return rec.count() >= texts })
		}
		eventually(t, "every attempt is stored", func() bool {
			return db.Client.Attempt.Query().CountX(f.ctx) >= receivers*texts
		})
		for i, rec := range all {
			events := map[string]int{}
			for _, g := range rec.all() {
				events[read(g).Data.Message.Text]++
			}
			if len(events) != texts || len(rec.all()) != texts {
				t.Errorf("receiver %d got %v", i, events)
			}
		}
		if n := db.Client.Attempt.Query().CountX(f.ctx); n != receivers*texts {
			t.Errorf("there were %d attempts, want %d", n, receivers*texts)
		}
	})
}
