package eventlog_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// sayAssuming is say by a verb that does not lock its thread. It runs meanwhile between what it reads and what it writes.
func (f *fixture) sayAssuming(threadID, text string, meanwhile func(run int)) (left eventlog.Known, err error) {
	run := 0
	err = f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		run++
		th, err := tx.Assume(ctx, threadID)
		if err != nil {
			return err
		}
		th.Leave(&left)
		if th.Assumed() && meanwhile != nil {
			meanwhile(run)
		}
		th.KnowTags(tx.Reader().ThreadTag.Query().Select("name").StringsX(ctx))
		_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text))
		return err
	})
	return left, err
}

// state is what transactions of a thread leave, to see that one left nothing.
func (f *fixture) state(threadID string) [3]int {
	return [3]int{int(f.log.Client().Thread.Query().Where(thread.ID(threadID)).OnlyX(f.ctx).LastSeq),
		f.log.Client().Message.Query().CountX(f.ctx), f.log.Client().Event.Query().Where(event.ThreadID(threadID)).CountX(f.ctx)}
}

func TestAnAssumptionIsProvedAtTheEnd(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		f.log.Client().Integration.Create().SetName("all").SetURL("https://x.test").SetEventTypes([]string{"*"}).SaveX(f.ctx)
		id := f.thread(t)
		left, err := f.sayAssuming(id, "one", nil)
		if err != nil {
			t.Fatal(err)
		}
		second := func(run int) {
			if run > 1 {
				t.Error("a verb that met another one assumes again")
			}
			if err := f.say(id, "two"); err != nil {
				t.Error(err)
			}
		}
		if db.Dialect == "sqlite3" { // where nobody writes meanwhile
			second(1)
		}
		_, err = f.sayAssuming(id, "three", second)
		if err != nil {
			t.Fatal(err)
		}
		texts := db.Client.Message.Query().Order(message.BySequence()).Select(message.FieldText).StringsX(f.ctx)
		if !slices.Equal(texts, []string{"one", "two", "three"}) {
			t.Errorf("stored are %q", texts)
		}
		if got, want := f.state(id), [3]int{4, 3, 4}; got != want {
			t.Errorf("sequence, messages and events are %d, want %d", got, want)
		}
		if n := db.Client.Delivery.Query().CountX(f.ctx); n != 4 {
			t.Errorf("%d deliveries for the thread and its messages", n)
		}
		if left.Row.LastSeq != 2 || left.Tags == nil {
			t.Errorf("the first message left %+v, tags %v", left.Row, left.Tags)
		}
	})
}

func TestWhoKnowsAThreadIsProvedRightOrRunsAgain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		left, err := f.sayAssuming(id, "one", nil)
		if err != nil {
			t.Fatal(err)
		}
		tag := func(known eventlog.Known, name string) (runs int, left eventlog.Known) {
			err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
				runs++
				th, err := tx.AssumeKnown(ctx, known)
				if err != nil {
					return err
				}
				th.Leave(&left)
				if err := th.LoadTags(ctx); err != nil { // known ones are not read again
					return err
				}
				_, err = th.SetTag(ctx, name, "", "key")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return runs, left
		}
		runs, second := tag(left, "a")
		if runs != 1 || !slices.Equal(second.Tags, []string{"a"}) {
			t.Errorf("%d runs left the tags %v", runs, second.Tags)
		}
		runs, third := tag(left, "b") // left is old by now
		if db.Dialect == "postgres" && runs != 2 || !slices.Equal(third.Tags, []string{"a", "b"}) {
			t.Errorf("%d runs left the tags %v", runs, third.Tags)
		}
	})
}

func TestAWriteWithoutLockIsAllOrNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		lost := errors.New("lost")
		tn := f.log.Client().Turn.Create().SetThreadID(id).SetAgentID(f.agent.ID).SetEpoch(0).SetDueAt(1).SetFirstMessageAt(1).SaveX(f.ctx)
		write := func(fence int64, also func(ctx context.Context, tx *eventlog.Tx) error) error {
			return f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
				th, err := tx.Assume(ctx, id)
				if err != nil {
					return err
				}
				if err := th.Emit(eventlog.NoteAdded, eventlog.Data{}, nil); err != nil {
					return err
				}
				th.KnowTags(nil)
				if _, err := th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorAGENT).SetText("x")); err != nil {
					return err
				}
				if err := also(ctx, tx); err != nil {
					return err
				}
				return tx.Later(lost).Turn.Update().Where(turn.ID(tn.ID), turn.Fence(fence)).AddFence(1).Exec(ctx)
			})
		}
		nothing := func(context.Context, *eventlog.Tx) error { return nil }
		if err := write(0, nothing); err != nil {
			t.Fatal(err)
		}
		if got, want := f.state(id), [3]int{3, 1, 3}; got != want {
			t.Errorf("sequence, messages and events are %d, want %d", got, want)
		}
		for name, also := range map[string]func(ctx context.Context, tx *eventlog.Tx) error{
			"in one statement": nothing,
			"with a statement between": func(ctx context.Context, tx *eventlog.Tx) error {
				return tx.Client().Turn.Query().Where(turn.ID(tn.ID)).Select(turn.FieldID).Scan(ctx, &[]string{})
			},
			"with two updates": func(ctx context.Context, tx *eventlog.Tx) error {
				return tx.Later(nil).Agent.Update().SetName("b").Exec(ctx)
			},
		} {
			if err := write(7, also); !errors.Is(err, lost) {
				t.Errorf("%s: %v", name, err)
			}
			if got, want := f.state(id), [3]int{3, 1, 3}; got != want {
				t.Errorf("%s: sequence, messages and events are %d, want %d", name, got, want)
			}
		}
	})
}

func TestAStatementLocksWhatWasAssumed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		runs := 0
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			runs++
			th, err := tx.Assume(ctx, id)
			if err != nil {
				return err
			}
			if th.Assumed() {
				if err := f.say(id, "meanwhile"); err != nil {
					return err
				}
			}
			n, err := tx.Client().Message.Query().Count(ctx)
			if err != nil {
				return err
			}
			if th.Assumed() || db.Dialect == "postgres" && n != 1 {
				t.Errorf("a statement ran on %d messages without the lock", n)
			}
			return th.Emit(eventlog.NoteAdded, eventlog.Data{}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"postgres": 2, "sqlite3": 1}[db.Dialect]; runs != want {
			t.Errorf("the verb ran %d times, want %d", runs, want)
		}
	})
}

// What a verb that meets nobody costs Postgres: reading, and one statement that is its own transaction.
func TestAWriteWithoutLockIsOneStatement(t *testing.T) {
	var heard []string
	listening := false
	db := storagetest.OpenWith(t, storagetest.Postgres(t), storage.Options{Guard: true, Trace: func(_ context.Context, query string) {
		if listening {
			heard = append(heard, query)
		}
	}})
	f := newFixture(t, db)
	id := f.thread(t)
	var known eventlog.Known
	for range 2 { // the first one reads the workspace's integrations
		var err error
		if known, err = f.sayAssuming(id, "x", nil); err != nil {
			t.Fatal(err)
		}
	}
	listening = true
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.AssumeKnown(ctx, known)
		if err != nil {
			return err
		}
		_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("y"))
		return err
	})
	listening = false
	if err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 {
		t.Errorf("it took %d statements: %q", len(heard), heard)
	}
}

// Whoever breaks off a verb whose one statement is under way must not be told that it failed when it was committed.
func TestAWriteWithoutLockIsNotBrokenOff(t *testing.T) {
	db := storagetest.Open(t, storagetest.Postgres(t))
	f := newFixture(t, db)
	id := f.thread(t)
	other, err := db.SQL.BeginTx(f.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Rollback() }()
	var holder int
	lock := `SELECT pg_backend_pid() FROM threads WHERE id = $1 AND workspace_id = $2 FOR UPDATE`
	if err := other.QueryRowContext(f.ctx, lock, id, f.workspace).Scan(&holder); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(f.ctx)
	done := make(chan error, 1)
	go func() {
		done <- f.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Assume(ctx, id)
			if err != nil {
				return err
			}
			return th.Emit(eventlog.NoteAdded, eventlog.Data{}, nil)
		})
	}()
	for waiting := 0; waiting == 0; {
		row := db.SQL.QueryRowContext(f.ctx, `SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))`, holder)
		if err := row.Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got, want := f.state(id), [3]int{2, 0, 2}; got != want {
		t.Errorf("sequence, messages and events are %d, want %d", got, want)
	}
}
