package eventlog_test

import (
	"context"
	"errors"
	"testing"

	"parley/ent/message"
	"parley/ent/thread"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestWhatWaitsRunsBeforeWhatFollows(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Thread(ctx, id)
			if err != nil {
				return err
			}
			for _, text := range []string{"one", "two"} {
				if _, err := th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text)); err != nil {
					return err
				}
			}
			if n := tx.Client().Message.Query().CountX(ctx); n != 2 {
				t.Errorf("the verb sees %d messages", n)
			}
			_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("three"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Client.Message.Query().CountX(f.ctx); n != 3 {
			t.Errorf("%d messages are stored", n)
		}
		if th := db.Client.Thread.Query().Where(thread.ID(id)).OnlyX(f.ctx); th.MessageCount != 3 {
			t.Errorf("the thread counts %d messages", th.MessageCount)
		}
	})
}

func TestWhatWaitsMustTouchOneRow(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		mine := errors.New("mine")
		for name, also := range map[string]func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error{
			"at the end, with events": func(_ context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
				return th.Emit(eventlog.NoteAdded, eventlog.Data{}, nil)
			},
			"at the end": func(context.Context, *eventlog.Tx, *eventlog.Thread) error { return nil },
			"before a query": func(ctx context.Context, tx *eventlog.Tx, _ *eventlog.Thread) error {
				_, err := tx.Client().Message.Query().Count(ctx)
				return err
			},
		} {
			for _, c := range []struct{ given, want error }{{mine, mine}, {nil, eventlog.ErrNotOneRow}} {
				err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
					th, err := tx.Thread(ctx, id)
					if err != nil {
						return err
					}
					if _, err := th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("x")); err != nil {
						return err
					}
					if err := tx.Later(c.given).Turn.Update().SetAttempts(1).Exec(ctx); err != nil { // there is none
						return err
					}
					return also(ctx, tx, th)
				})
				if !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", name, err, c.want)
				}
			}
		}
		if n := db.Client.Message.Query().CountX(f.ctx); n != 0 {
			t.Errorf("%d messages of failed transactions are stored", n)
		}
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			_, err := tx.Later(nil).Turn.Query().Count(ctx)
			return err
		})
		if err == nil {
			t.Error("Later ran a query")
		}
	})
}
