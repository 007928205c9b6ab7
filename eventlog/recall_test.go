package eventlog_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"parley/ent/message"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// recalling is a verb that recalls its thread, and what its runs did.
type recalling struct {
	*fixture
	log   *eventlog.Log
	runs  int
	known []bool                                                                // whether each run recalled
	also  func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error // before the message
	needs string                                                                // what is provided where the thread is recalled
}

// say adds a message, by memory if it can.
func (r *recalling) say(ctx context.Context, threadID, text string) error {
	r.runs, r.known = 0, nil
	return r.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		r.runs++
		th, beside, ok := tx.Recall(ctx, threadID, func(eventlog.Recollection) bool { return true })
		r.known = append(r.known, ok)
		if ok && beside != "beside" {
			return errors.New("what was known beside is gone")
		}
		if !ok {
			var err error
			if th, err = tx.Assume(ctx, threadID); err != nil {
				return err
			}
			th.KnowTags(tx.Reader().ThreadTag.Query().Select("name").StringsX(r.ctx))
		}
		if ok && r.needs != "" {
			th.Provided(r.needs, th.Row.CustomerID, th.Row.WorkspaceID)
		}
		th.Remember("beside")
		if r.also != nil {
			if err := r.also(ctx, tx, th); err != nil {
				return err
			}
		}
		_, err := th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text))
		return err
	})
}

func (r *recalling) expect(t *testing.T, what string, err error, known ...bool) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if !slices.Equal(r.known, known) {
		t.Errorf("%s: runs recalled %v, want %v", what, r.known, known)
	}
}

// onPostgres returns a thread that is remembered. SQLite has nothing to save: its verbs run inside a transaction anyway.
func onPostgres(t *testing.T, options storage.Options) (*recalling, string) {
	t.Helper()
	f := newFixture(t, storagetest.OpenWith(t, storagetest.Postgres(t), options))
	r := &recalling{fixture: f, log: f.log}
	id := f.thread(t)
	if err := r.say(f.ctx, id, "first"); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "the first", nil, false)
	return r, id
}

func TestAThreadThatIsRememberedIsNotRead(t *testing.T) {
	var heard []string
	listening := false
	r, id := onPostgres(t, storage.Options{Guard: true, Trace: func(_ context.Context, query string) {
		if listening {
			heard = append(heard, query)
		}
	}})
	listening = true
	err := r.say(r.ctx, id, "second")
	listening = false
	r.expect(t, "the second", err, true)
	if len(heard) != 1 {
		t.Errorf("it took %d statements: %q", len(heard), heard)
	}
	if got, want := r.state(id), [3]int{3, 2, 3}; got != want {
		t.Errorf("sequence, messages and events are %d, want %d", got, want)
	}
	// Others of this process are remembered with it, also those that know no tags, and those that change them.
	for name, verb := range map[string]func(th *eventlog.Thread, ctx context.Context) error{
		"a lock without tags": func(th *eventlog.Thread, _ context.Context) error {
			return th.Emit(eventlog.NoteAdded, eventlog.Data{}, nil)
		},
		"a tag": func(th *eventlog.Thread, ctx context.Context) error {
			if err := th.LoadTags(ctx); err != nil {
				return err
			}
			_, err := th.SetTag(ctx, "a", "", "key")
			return err
		},
	} {
		err := r.log.Write(r.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Lock(ctx, id)
			if err != nil {
				return err
			}
			return verb(th, ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		r.expect(t, "behind "+name, r.say(r.ctx, id, name), true)
	}
	r.also = func(_ context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
		if !th.Has("a") {
			t.Error("the tag is forgotten")
		}
		return nil
	}
	r.expect(t, "the last", r.say(r.ctx, id, "last"), true)
}

func TestWhatIsRememberedIsProvedOrReadAgain(t *testing.T) {
	r, id := onPostgres(t, storage.Options{Guard: true})
	for range 32 { // so that memory is trusted through all of this
		if err := r.say(r.ctx, id, "x"); err != nil {
			t.Fatal(err)
		}
	}
	other := eventlog.New(r.log.Client(), "postgres", nil) // another server
	elsewhere := &fixture{r.workspace, r.ctx, other, r.agent}
	moved := func() {
		if err := elsewhere.say(id, "elsewhere"); err != nil {
			t.Fatal(err)
		}
	}
	moved()
	r.expect(t, "behind another server", r.say(r.ctx, id, "x"), true, false)

	before := r.state(id)
	r.needs = `NOT EXISTS (SELECT 1 FROM customers WHERE id = ? AND workspace_id = ?)`
	r.expect(t, "a condition that does not hold", r.say(r.ctx, id, "y"), true, false)
	if got := r.state(id); got[1] != before[1]+1 {
		t.Errorf("%d messages were stored", got[1]-before[1])
	}

	// A statement in between begins the transaction, which then proves all of it under the lock.
	if err := r.say(r.ctx, id, "remembered again"); err != nil {
		t.Fatal(err)
	}
	between := func(ctx context.Context, tx *eventlog.Tx, _ *eventlog.Thread) error {
		_, err := tx.Client().Message.Query().Count(ctx)
		return err
	}
	r.needs, r.also = `EXISTS (SELECT 1 FROM customers WHERE id = ? AND workspace_id = ?)`, between
	r.expect(t, "a statement in between", r.say(r.ctx, id, "z"), true)
	moved()
	r.expect(t, "a statement in between, behind another server", r.say(r.ctx, id, "z"), true, false)
	r.also = func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error {
		if r.known[len(r.known)-1] {
			th.Provided(`1 = ?`, 2)
		}
		return between(ctx, tx, th)
	}
	r.expect(t, "a condition that does not hold under the lock", r.say(r.ctx, id, "z"), true, false)

	// What a verb decides by memory alone is not believed.
	r.needs = ""
	refused := errors.New("refused")
	r.also = func(_ context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
		if r.known[len(r.known)-1] {
			return refused
		}
		return nil
	}
	r.expect(t, "an error by memory", r.say(r.ctx, id, "z"), true, false)
	if got := r.state(id); got[0] != got[2] {
		t.Errorf("the sequence is %d with %d events", got[0], got[2])
	}
}

func TestOnlyWhoMayReadAThreadRecallsIt(t *testing.T) {
	r, id := onPostgres(t, storage.Options{Guard: true})
	second := r.thread(t)
	for name, v := range map[string]viewer.Viewer{
		"another workspace": {Workspace: "wsp_other", Role: viewer.App, Key: "k", Name: "n"},
		"another thread":    {Workspace: r.workspace, Role: viewer.ThreadToken, Thread: second},
		"nobody":            {},
	} {
		if err := r.say(viewer.NewContext(t.Context(), v), id, "stolen"); err == nil || slices.Contains(r.known, true) {
			t.Errorf("%s: recalled %v, error %v", name, r.known, err)
		}
	}
	r.log.Gone(r.workspace, []string{id})
	r.expect(t, "an erased one", r.say(r.ctx, id, "x"), false)
}

func TestMemoryThatIsWrongIsTrustedLess(t *testing.T) {
	r, id := onPostgres(t, storage.Options{})
	elsewhere := &fixture{r.workspace, r.ctx, eventlog.New(r.log.Client(), "postgres", nil), r.agent}
	inVain := 0
	for range 20 {
		if err := elsewhere.say(id, "x"); err != nil {
			t.Fatal(err)
		}
		if err := r.say(r.ctx, id, "y"); err != nil {
			t.Fatal(err)
		}
		inVain += r.runs - 1
	}
	if inVain != 4 {
		t.Errorf("%d of 20 messages were tried in vain, want every fifth", inVain)
	}
	for range 20 {
		if err := r.say(r.ctx, id, "y"); err != nil {
			t.Fatal(err)
		}
	}
	r.expect(t, "when it is right again", nil, true)
}
