package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// replica is the log of another server on the same database. It hears nothing of what f's writes.
func (f *fixture) replica(db *storage.DB) *fixture {
	other := *f
	other.log = eventlog.New(db.Client, db.Dialect, nil)
	return &other
}

// Whoever writes where, and whenever a reader comes and goes: it sees each event once and in order.
func TestFollowersOfSeveralServersMissNothing(t *testing.T) {
	const threads, writers, readers, each = 4, 6, 24, 40
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		servers := []*fixture{f, f.replica(db)}
		var ids []string
		for range threads {
			ids = append(ids, f.thread(t))
		}
		total := int64(1 + writers*each/threads) // of a thread; the first event made it
		ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
		defer cancel()
		var all sync.WaitGroup
		for r := range readers {
			all.Go(func() {
				server, id, last := servers[r%2], ids[r%threads], int64(0)
				for last < total && ctx.Err() == nil {
					leaves := last + 1 + rand.Int64N(20)
					for row, err := range server.log.FollowThread(ctx, id, last) {
						if err != nil {
							t.Errorf("reader %d: %v", r, err)
							return
						}
						if last++; *row.Sequence != last || *row.ThreadID != id {
							t.Errorf("reader %d got %d after %d", r, *row.Sequence, last-1)
							return
						}
						if last == leaves || last == total {
							break
						}
					}
				}
				if last != total {
					t.Errorf("reader %d got %d of %d", r, last, total)
				}
			})
		}
		for r := range 4 {
			all.Go(func() {
				seen, last := 0, map[string]int64{}
				var place [eventlog.Shards]int64
				for seen < int(total)*threads && ctx.Err() == nil {
					leaves := seen + 1 + rand.IntN(40)
					for fed, err := range servers[r%2].log.FollowFeed(ctx, place) {
						if err != nil {
							t.Errorf("reader %d of the feed: %v", r, err)
							return
						}
						if last[*fed.ThreadID]++; *fed.Sequence != last[*fed.ThreadID] {
							t.Errorf("reader %d of the feed got %d after %d", r, *fed.Sequence, last[*fed.ThreadID]-1)
							return
						}
						place = fed.Positions
						if seen++; seen == leaves || seen == int(total)*threads {
							break
						}
					}
				}
				if seen != int(total)*threads {
					t.Errorf("reader %d of the feed got %d of %d", r, seen, int(total)*threads)
				}
			})
		}
		for w := range writers {
			all.Go(func() {
				for i := range each {
					if err := servers[w%2].say(ids[(w+i)%threads], fmt.Sprint(w, i)); err != nil {
						t.Errorf("writer %d: %v", w, err)
					}
				}
			})
		}
		all.Wait()
	})
}

// traced runs a test on both databases, with a count of how often events are read.
func traced(t *testing.T, test func(t *testing.T, db *storage.DB, reads *atomic.Int64)) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reads atomic.Int64
			db := storagetest.OpenWith(t, address(t), storage.Options{Guard: true, MaxConns: 12, Trace: func(_ context.Context, query string) {
				if strings.HasPrefix(query, "SELECT") && strings.Contains(query, `events`) && strings.Contains(query, "ORDER BY") {
					reads.Add(1)
				}
			}})
			test(t, db, &reads)
		})
	}
}

func TestManyFollowersReadNoEventTwice(t *testing.T) {
	traced(t, func(t *testing.T, db *storage.DB, reads *atomic.Int64) {
		f := newFixture(t, db)
		id := f.thread(t)
		const followers, events = 50, 30
		ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
		defer cancel()
		follow := func(after int64, until int64) {
			for row, err := range f.log.FollowThread(ctx, id, after) {
				if err != nil {
					t.Error(err)
					return
				}
				if *row.Sequence == until {
					return
				}
			}
			t.Errorf("did not come to %d", until)
		}
		var all sync.WaitGroup
		var got atomic.Int64 // events, at all followers
		following, leave := context.WithCancel(ctx)
		for range followers {
			all.Go(func() {
				for _, err := range f.log.FollowThread(following, id, 0) {
					if err != nil {
						t.Error(err)
						return
					}
					got.Add(1)
				}
			})
		}
		last := int64(1)
		arrived := func() {
			t.Helper()
			for got.Load() < last*followers {
				if ctx.Err() != nil {
					t.Fatalf("%d of %d events came", got.Load(), last*followers)
				}
				time.Sleep(time.Millisecond)
			}
		}
		say := func() {
			t.Helper()
			if err := f.say(id, "x"); err != nil {
				t.Fatal(err)
			}
			last++
			arrived()
		}
		arrived()
		for before := int64(-1); reads.Load() != before; { // until nobody reads what came before
			before = reads.Load()
			say()
		}
		reads.Store(0)
		first := last
		for range events {
			say()
		}
		leave()
		all.Wait()
		// A look now and then may find a commit before it was passed on.
		if n := reads.Load(); n > 3 {
			t.Errorf("%d events of this process were read %d times for %d followers", events, n, followers)
		}
		// All were cut off, and come back.
		reads.Store(0)
		for range followers {
			all.Go(func() { follow(first, last) })
		}
		all.Wait()
		if n := reads.Load(); n > 3 {
			t.Errorf("those who came back have read %d times", n)
		}
	})
}

func TestWhatIsTooOldToBeKeptIsRead(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
		defer cancel()
		const events = 600 // more than are kept
		last := int64(0)
		for row, err := range f.log.FollowThread(ctx, id, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if last++; *row.Sequence != last {
				t.Fatalf("%d after %d", *row.Sequence, last-1)
			}
			if last == 1 { // while this reader sleeps
				err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
					th, err := tx.Thread(ctx, id)
					for i := 0; i < events && err == nil; i++ {
						_, err = th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(fmt.Sprint(i)))
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if last == 1+events {
				break
			}
		}
		if last != 1+events {
			t.Errorf("followed to %d", last)
		}
	})
}

func TestFollowersOfAThreadThatIsGoneAreTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
		defer cancel()
		for row, err := range f.log.FollowThread(ctx, id, 0) {
			if err != nil {
				if !ent.IsNotFound(err) {
					t.Error(err)
				}
				return
			}
			if *row.Sequence < 4 { // so that it follows what comes by now
				if err := f.say(id, "x"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			other := f.replica(db).log.Client()
			other.Thread.Update().Where(thread.ID(id)).ClearLastMessageID().ExecX(f.ctx)
			other.Message.Delete().Where(message.ThreadID(id)).ExecX(f.ctx)
			other.Event.Delete().Where(event.ThreadID(id)).ExecX(f.ctx)
			other.Thread.Delete().Where(thread.ID(id)).ExecX(f.ctx)
		}
		t.Error("it was not told")
	})
}

func TestFollowingNeedsTheRight(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		_, other := storagetest.Workspace(t, db, "other")
		first := func(ctx context.Context, after int64) error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			for _, err := range f.log.FollowThread(ctx, id, after) {
				return err
			}
			return ctx.Err()
		}
		if err := first(f.ctx, 0); err != nil {
			t.Fatal(err)
		}
		if err := first(other, 0); !ent.IsNotFound(err) {
			t.Errorf("of another workspace: %v", err)
		}
		if err := first(f.ctx, 7); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("in the future: %v", err)
		}
		// What is in memory is for the same viewers, and of the same history.
		stop, said := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(said)
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
					if err := f.say(id, "x"); err != nil {
						t.Error(err)
					}
				}
			}
		}()
		last := int64(1)
		for row, err := range f.log.FollowThread(f.ctx, id, last) {
			if err != nil {
				t.Fatal(err)
			}
			if last = *row.Sequence; last > 20 { // by then from memory
				break
			}
		}
		close(stop)
		<-said
		guest := viewer.NewContext(f.ctx, viewer.Viewer{Workspace: f.workspace, Role: viewer.ThreadToken, Thread: f.thread(t)})
		if err := first(guest, last-1); !ent.IsNotFound(err) {
			t.Errorf("of another thread: %v", err)
		}
		if err := first(f.ctx, last+1000); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("in the future: %v", err)
		}
	})
}
