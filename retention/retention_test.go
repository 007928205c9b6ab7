package retention_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent/delivery"
	"parley/ent/deliveryfeed"
	"parley/ent/event"
	"parley/ent/ms"
	"parley/eventlog"
	"parley/retention"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestKeepIsReadWithDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": retention.DefaultKeep, "30d": 30 * 24 * time.Hour, " 1d12h ": 36 * time.Hour, "48h": 48 * time.Hour, "24h": 24 * time.Hour,
		"forever": retention.Forever, "36500d": 36_500 * 24 * time.Hour, "1d0h1m": 24*time.Hour + time.Minute,
	} {
		if got, err := retention.ParseKeep(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "0d", "23h", "-1d", "d", "30", "30 days", "1d-1h", "36501d", "99999999999d", "36500d9999999h", "never", "1h1d"} {
		if got, err := retention.ParseKeep(text); err == nil || !strings.Contains(err.Error(), "at least a day") {
			t.Errorf("%q is %v, %v; want an error that says what may be", text, got, err)
		}
	}
}

func TestOldEventsGoAndCursorsBeforeThemExpire(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		sent, waiting := f.thread(t), f.thread(t)
		f.say(t, sent, 3) // 2 to 4
		f.tag(t, sent, "vip")
		f.say(t, waiting, 1)
		f.end(t, sent, delivery.StateDONE, 1)
		begin, err := f.log.Pull(f.ctx, f.workspace, nil, 100)
		if err != nil || len(begin.Events) != 7 {
			t.Fatalf("%d events, %v", len(begin.Events), err)
		}
		f.age(t)
		f.say(t, sent, 2) // 6 and 7
		f.sweep(t)

		if n := f.count(t, `events WHERE thread_id = $1`, sent); n != 3 {
			t.Errorf("%d events are left, want that of the tag and the two new ones", n)
		}
		if n := f.count(t, `events WHERE thread_id = $1`, waiting); n != 1 {
			t.Errorf("%d events are left of the thread with a delivery that waits, want that of the delivery", n)
		}
		for after, want := range map[int64]int{0: -1, 1: -1, 3: -1, 4: 3, 5: 2, 6: 1, 7: 0} {
			rows, err := f.log.ThreadAfter(f.ctx, sent, after, 100)
			if expired := errors.Is(err, eventlog.ErrCursorExpired); expired != (want < 0) || !expired && (err != nil || len(rows) != want) {
				t.Errorf("after %d: %d events, %v; want %d", after, len(rows), err, want)
			}
		}
		if _, err := f.log.Pull(f.ctx, f.workspace, &begin.Start, 100); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("an old cursor of the feed: %v", err)
		}
		page, err := f.log.Pull(f.ctx, f.workspace, nil, 100)
		if err != nil || len(page.Events) != 2 {
			t.Errorf("from the oldest one kept: %d events, %v", len(page.Events), err)
		}
		if page, err = f.log.Pull(f.ctx, f.workspace, &begin.Positions, 100); err != nil || len(page.Events) != 2 {
			t.Errorf("from behind those that went: %d events, %v", len(page.Events), err)
		}

		f.end(t, waiting, delivery.StateEXHAUSTED, 2)
		f.age(t)
		f.sweep(t) // the event goes with the last delivery of it
		if n := f.count(t, `events WHERE thread_id = $1`, waiting); n != 0 {
			t.Errorf("%d events are left when the delivery has gone", n)
		}
		f.sweep(t) // nothing is left to do
	})
}

func TestDeliveriesThatHaveEndedGoWithTheirAttempts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		byState := map[delivery.State]string{}
		for _, state := range []delivery.State{delivery.StateDONE, delivery.StateEXHAUSTED, delivery.StateCANCELLED, delivery.StateHELD, delivery.StatePENDING, delivery.StateRUNNING} {
			byState[state] = f.thread(t)
			f.say(t, byState[state], 2)
			f.end(t, byState[state], state, 3)
		}
		f.age(t)
		young := f.thread(t)
		f.say(t, young, 1)
		f.end(t, young, delivery.StateDONE, 1)
		late := byState[delivery.StateEXHAUSTED]
		f.db.Client.Delivery.Update().Where(delivery.ThreadID(late)).SetFinishedAt(ms.Now()).ExecX(f.ctx) // made long ago, ended now
		f.sweep(t)
		for state, threadID := range byState {
			want := 2
			if state == delivery.StateDONE || state == delivery.StateCANCELLED {
				want = 0
			}
			n := f.count(t, `deliveries WHERE thread_id = $1`, threadID)
			attempts := f.count(t, `attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.thread_id = $1`, threadID)
			if n != want || attempts != 3*want {
				t.Errorf("%s: %d deliveries with %d attempts are left, want %d with %d", state, n, attempts, want, 3*want)
			}
		}
		if n, all := f.count(t, `deliveries WHERE thread_id = $1`, young), f.count(t, `attempts`); n != 1 || all != 2*4*3+1 {
			t.Errorf("%d young deliveries, and %d attempts in all", n, all)
		}
		feed := f.db.Client.DeliveryFeed.Query().Where(deliveryfeed.WorkspaceID(f.workspace)).OnlyX(f.ctx)
		if feed.FirstPosition != 19 { // CANCELLED had 13 to 18
			t.Errorf("the feed of attempts begins at %d", feed.FirstPosition)
		}
	})
}

func TestMuchGoesInSmallTransactions(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		threadID := f.thread(t)
		f.on(t, threadID, func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error {
			for range 1700 {
				if err := th.Emit(eventlog.TurnStarted, eventlog.Data{}, nil); err != nil {
					return err
				}
			}
			return nil
		})
		f.say(t, threadID, 1)
		f.end(t, threadID, delivery.StateDONE, 1200)
		f.age(t)
		f.sweep(t)
		if events, deliveries, attempts := f.count(t, `events`), f.count(t, `deliveries`), f.count(t, `attempts`); events+deliveries+attempts != 0 {
			t.Errorf("%d events, %d deliveries, %d attempts are left", events, deliveries, attempts)
		}
	})
}

func TestRememberedMutationsGo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		for i, at := range []ms.Time{ms.Now(), ms.Now().Add(-25 * time.Hour)} {
			f.db.Client.MutationResult.Create().SetViewer("key").SetName("x").SetClientMutationID(fmt.Sprint(i)).SetInputHash("").SetResult("{}").SetCreatedAt(at).ExecX(f.ctx)
		}
		f.sweep(t)
		if n := f.count(t, `mutation_results`); n != 1 {
			t.Errorf("%d are left, want the young one", n)
		}
	})
}

// A reader asks for the oldest position and then for events. What is deleted between the two is no silent gap.
func TestEventsDeletedBetweenTwoStatementsOfAReaderExpireItsCursor(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := address(t)
			f := newFixture(t, storagetest.Open(t, at), t.Name())
			f.exec(t, `DELETE FROM integration_health`)
			f.exec(t, `DELETE FROM integrations`)
			var armed atomic.Bool // to sweep before the next statement that reads events
			db, err := storage.Open(t.Context(), at, storage.Options{Guard: true, Trace: func(_ context.Context, query string) {
				query = strings.ReplaceAll(query, "`", `"`)
				if strings.HasPrefix(query, "SELECT") && strings.Contains(query, `FROM "events"`) && armed.CompareAndSwap(true, false) {
					f.sweep(t)
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			log := eventlog.New(db.Client, db.Dialect, nil)
			for what, read := range map[string]func(threadID string, from *[eventlog.Shards]int64) (int, error){
				"a thread": func(threadID string, _ *[eventlog.Shards]int64) (int, error) {
					rows, err := log.ThreadAfter(f.ctx, threadID, 2, 100)
					return len(rows), err
				},
				"a feed": func(_ string, from *[eventlog.Shards]int64) (int, error) {
					page, err := log.Pull(f.ctx, f.workspace, from, 100)
					return len(page.Events), err
				},
				"a feed with a filter": func(_ string, from *[eventlog.Shards]int64) (int, error) {
					page, err := log.Pull(f.ctx, f.workspace, from, 100, event.Type("no.such"))
					return len(page.Events), err
				},
				"a feed from its beginning": func(string, *[eventlog.Shards]int64) (int, error) {
					page, err := log.Pull(f.ctx, f.workspace, nil, 100)
					if err == nil && len(page.Events) == 1 { // who names no place gets what is there
						err = eventlog.ErrCursorExpired
					}
					return len(page.Events), err
				},
			} {
				f.sweep(t)
				begin, err := f.log.Pull(f.ctx, f.workspace, nil, 100)
				if err != nil {
					t.Fatal(err)
				}
				threadID := f.thread(t)
				f.say(t, threadID, 5)
				f.age(t)
				f.say(t, threadID, 1)
				armed.Store(true)
				n, err := read(threadID, &begin.Positions)
				if armed.Load() || !errors.Is(err, eventlog.ErrCursorExpired) {
					t.Errorf("%s: %d events, %v; want that the cursor has expired", what, n, err)
				}
			}
		})
	}
}

// Readers see every event in order or are told that they have missed some, while two processes delete and others write.
func TestReadersMissNothingSilently(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		threadID := f.thread(t)
		ctx, cancel := context.WithCancel(f.ctx)
		defer cancel()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				short := retention.New(f.log, retention.Options{KeepEvents: 30 * time.Millisecond, KeepDeliveries: time.Hour})
				for ctx.Err() == nil {
					if err := short.Sweep(ctx); err != nil && ctx.Err() == nil {
						t.Errorf("sweep: %v", err)
					}
				}
			})
		}
		var seen, expired atomic.Int64
		for slow := range 4 {
			wg.Go(func() {
				for after := int64(0); ctx.Err() == nil; time.Sleep(time.Duration(1+slow*30) * time.Millisecond) {
					rows, err := f.log.ThreadAfter(ctx, threadID, after, 3+slow)
					switch {
					case errors.Is(err, eventlog.ErrCursorExpired):
						expired.Add(1)
						after = db.Client.Thread.Query().OnlyX(f.ctx).LastSeq
					case err != nil && ctx.Err() == nil:
						t.Errorf("read: %v", err)
					}
					for _, row := range rows {
						if after++; *row.Sequence != after {
							t.Errorf("%d stands in the place of %d", *row.Sequence, after)
						}
						seen.Add(1)
					}
				}
			})
		}
		for range 150 {
			f.on(t, threadID, func(_ context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
				return th.Emit(eventlog.TurnStarted, eventlog.Data{}, nil)
			})
		}
		cancel()
		wg.Wait()
		if seen.Load() == 0 || expired.Load() == 0 {
			t.Errorf("%d events seen, %d cursors expired: the test shows nothing", seen.Load(), expired.Load())
		}
	})
}
