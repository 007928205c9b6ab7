package eventlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/event"
	"parley/ent/message"
	"parley/eventlog"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a workspace with one agent and customer.
type fixture struct {
	workspace string
	ctx       context.Context
	log       *eventlog.Log
	agent     *ent.Agent
}

func newFixture(t testing.TB, db *storage.DB) *fixture {
	t.Helper()
	workspace, ctx := storagetest.Workspace(t, db, t.Name())
	return &fixture{workspace, ctx, eventlog.New(db.Client, db.Dialect, nil), db.Client.Agent.Create().SetName("a").SaveX(ctx)}
}

func (f *fixture) thread(t testing.TB) string {
	t.Helper()
	var id string
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		c, err := tx.Client().Customer.Create().Save(ctx)
		if err != nil {
			return err
		}
		th, err := tx.NewThread(ctx, f.workspace, tx.Client().Thread.Create().SetAgent(f.agent).SetCustomer(c).SetChannel("test"))
		if err != nil {
			return err
		}
		id = th.Row.ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (f *fixture) say(threadID, text string) error {
	return f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.Thread(ctx, threadID)
		if err != nil {
			return err
		}
		_, err = th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text))
		return err
	})
}

func TestConcurrentWritersLeaveNoGap(t *testing.T) {
	const writers, threads, each = 200, 20, 3
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		f.log.Client().Integration.Create().SetName("all").SetURL("https://x.test").SetEventTypes([]string{"*"}).SaveX(f.ctx)
		var ids []string
		for range threads {
			ids = append(ids, f.thread(t))
		}
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					say := f.say
					if w%2 == 1 {
						say = func(id, text string) error {
							_, err := f.sayAssuming(id, text, nil)
							return err
						}
					}
					if err := say(ids[(w+i)%threads], fmt.Sprint(w, i)); err != nil {
						t.Errorf("writer %d: %v", w, err)
					}
				}
			})
		}
		wg.Wait()
		total := 0
		for _, id := range ids {
			rows, err := f.log.ThreadAfter(f.ctx, id, 0, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				if *row.Sequence != int64(i+1) {
					t.Fatalf("event %d of %s has sequence %d", i, id, *row.Sequence)
				}
			}
			total += len(rows)
		}
		if want := threads + writers*each; total != want {
			t.Errorf("%d events, want %d", total, want)
		}
		for shard := range eventlog.Shards {
			rows := db.Client.Event.Query().Where(event.Shard(shard)).Order(event.ByPosition()).AllX(f.ctx)
			for i, row := range rows {
				if row.Position != int64(i+1) {
					t.Fatalf("event %d of shard %d has position %d", i, shard, row.Position)
				}
			}
		}
		if n := db.Client.Delivery.Query().CountX(f.ctx); n != total {
			t.Errorf("%d deliveries for %d events", n, total)
		}
	})
}

func TestFollowReplaysThenGoesLive(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		for i := range 300 { // more than a page
			if err := f.say(id, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(f.ctx)
		defer cancel()
		last := int64(10)
		for row, err := range f.log.FollowThread(ctx, id, last) {
			if err != nil {
				t.Fatal(err)
			}
			if last++; *row.Sequence != last {
				t.Fatalf("sequence %d, want %d", *row.Sequence, last)
			}
			if last >= 301 && last < 320 {
				if err := f.say(id, "live"); err != nil {
					t.Fatal(err)
				}
			}
			if last == 320 {
				break
			}
		}
		if last != 320 {
			t.Errorf("followed to %d", last)
		}
	})
}

func TestLostHistoryIsAnError(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		for range 3 {
			if err := f.say(id, "x"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.log.ThreadAfter(f.ctx, id, 5, 10); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("a cursor of the future: %v", err)
		}
		db.Client.Event.Delete().Where(event.ThreadID(id), event.SequenceLTE(2)).ExecX(f.ctx)
		if _, err := f.log.ThreadAfter(f.ctx, id, 1, 10); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("a cursor before what is kept: %v", err)
		}
		if rows, err := f.log.ThreadAfter(f.ctx, id, 2, 10); err != nil || len(rows) != 2 {
			t.Errorf("the oldest cursor that is whole: %d events, %v", len(rows), err)
		}
		db.Client.Event.Delete().Where(event.ThreadID(id)).ExecX(f.ctx)
		if _, err := f.log.ThreadAfter(f.ctx, id, 2, 10); !errors.Is(err, eventlog.ErrCursorExpired) {
			t.Errorf("a cursor of which nothing is kept: %v", err)
		}
	})
}

func TestBodyHoldsTheSystemFieldsAfterTheEvent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Thread(ctx, id)
			if err != nil {
				return err
			}
			for range 2 { // the second time the tag is there already
				if _, err := th.SetTag(ctx, "success", "", ""); err != nil {
					return err
				}
			}
			return th.Emit(eventlog.DialogueSuccessful, eventlog.Data{}, th.Dialogue())
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.log.ThreadAfter(f.ctx, id, 1, 10)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d events, %v; want tag.added and dialogue.successful", len(rows), err)
		}
		var body struct {
			ID, Type string
			Sequence int64
			Data     eventlog.Dialogue
		}
		if err := json.Unmarshal([]byte(rows[1].Body), &body); err != nil {
			t.Fatal(err)
		}
		if body.ID != rows[1].ID || body.Sequence != 3 || !body.Data.Success || body.Data.ThreadID != id {
			t.Errorf("body %s", rows[1].Body)
		}
	})
}

func TestOnceRunsAVerbOnce(t *testing.T) {
	type result struct{ ID string }
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		runs := 0
		do := func(hash string) (result, error) {
			ctx := eventlog.WithOnce(f.ctx, eventlog.Once{Viewer: "key_1", Name: "createAgent", ID: "1", InputHash: hash})
			return eventlog.WriteOnce(ctx, f.log, func(ctx context.Context, tx *eventlog.Tx) (result, error) {
				runs++
				a, err := tx.Client().Agent.Create().SetName("b").Save(ctx)
				if err != nil {
					return result{}, err
				}
				return result{a.ID}, nil
			})
		}
		first, err := do("h")
		if err != nil {
			t.Fatal(err)
		}
		if second, err := do("h"); err != nil || second != first || runs != 1 {
			t.Errorf("again: %v, %v after %d runs, want %v", second, err, runs, first)
		}
		if _, err := do("other"); !errors.Is(err, eventlog.ErrOnceConflict) {
			t.Errorf("other input: %v", err)
		}
	})
}

func TestParallelRepetitionsAreOne(t *testing.T) {
	type result struct{ ID string }
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		ctx := eventlog.WithOnce(f.ctx, eventlog.Once{Viewer: "key_1", Name: "createAgent", ID: "1", InputHash: "h"})
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				_, err := eventlog.WriteOnce(ctx, f.log, func(ctx context.Context, tx *eventlog.Tx) (result, error) {
					// A check of the verb's own, which must not meet the row of the call that came first.
					if n, err := tx.Client().Agent.Query().Where(agent.Name("only one")).Count(ctx); err != nil || n > 0 {
						return result{}, errors.Join(err, errors.New("there is one already"))
					}
					a, err := tx.Client().Agent.Create().SetName("only one").Save(ctx)
					if err != nil {
						return result{}, err
					}
					return result{a.ID}, nil
				})
				if err != nil {
					t.Errorf("a repetition failed: %v", err)
				}
			})
		}
		wait.Wait()
	})
}

func TestAFailedVerbStoresNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		boom := errors.New("boom")
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Thread(ctx, id)
			if err != nil {
				return err
			}
			if _, err := th.SetTag(ctx, "x", "", ""); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if rows, err := f.log.ThreadAfter(f.ctx, id, 0, 10); err != nil || len(rows) != 1 {
			t.Errorf("%d events after a failed verb, %v", len(rows), err)
		}
		_, other := storagetest.Workspace(t, db, t.Name()+" other")
		err = f.log.Write(other, func(ctx context.Context, tx *eventlog.Tx) error {
			_, err := tx.Thread(ctx, id)
			return err
		})
		if !ent.IsNotFound(err) {
			t.Errorf("a thread of another workspace: %v, want not found", err)
		}
	})
}

func TestCursorsAreOpaqueAndAuthentic(t *testing.T) {
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	c := eventlog.Cursor{History: "h", Thread: "thr_1", Sequence: 7}
	got, err := eventlog.ReadCursor(keys, c.String(keys))
	if err != nil || got != c {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := eventlog.ReadCursor(keys, "x"+c.String(keys)); !errors.Is(err, eventlog.ErrCursorInvalid) {
		t.Errorf("forged: %v", err)
	}
}
