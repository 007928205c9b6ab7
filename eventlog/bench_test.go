package eventlog_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkWriteBesideFollowers measures what those who follow cost the one who writes: messages to one thread, with nobody
// and with thousands following it, in turn within one run. What is reported is the middle of the times a write takes, and of
// those from the end of a write until the last follower has the event.
func BenchmarkWriteBesideFollowers(b *testing.B) {
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		f := newFixture(b, db)
		watched, alone := f.thread(b), f.thread(b)
		const followers = 5000
		ctx, cancel := context.WithCancel(f.ctx)
		var all, there sync.WaitGroup
		there.Add(followers)
		var reached atomic.Int64 // events that followers have got
		for range followers {
			all.Go(func() {
				first := true
				for _, err := range f.log.FollowThread(ctx, watched, 0) {
					if err != nil {
						b.Error(err)
						return
					}
					if reached.Add(1); first {
						there.Done()
						first = false
					}
				}
			})
		}
		there.Wait()
		time.Sleep(time.Second) // until all wait
		var with, without, behind []time.Duration
		write := func(threadID string, i int) time.Duration {
			began := time.Now()
			if err := f.say(threadID, fmt.Sprint(i)); err != nil {
				b.Fatal(err)
			}
			return time.Since(began)
		}
		for i := 0; b.Loop(); i++ {
			without = append(without, write(alone, i))
			want := reached.Load() + followers
			with = append(with, write(watched, i))
			began := time.Now()
			for reached.Load() < want {
				time.Sleep(100 * time.Microsecond)
			}
			behind = append(behind, time.Since(began))
		}
		cancel()
		all.Wait()
		middle := func(took []time.Duration) float64 {
			slices.Sort(took)
			return float64(took[len(took)/2].Microseconds())
		}
		b.ReportMetric(middle(without), "alone-µs")
		b.ReportMetric(middle(with), "followed-µs")
		b.ReportMetric(middle(behind), "all-behind-µs")
		b.ReportMetric(0, "ns/op")
	})
}
