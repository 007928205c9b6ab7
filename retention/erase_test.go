package retention_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/delivery"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/eventlog"
	"parley/retention"
	"parley/storage"
	"parley/storage/storagetest"
)

// left says what is left of a thread, by table.
func (f *fixture) left(t testing.TB, threadID string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, table := range []string{"events", "messages", "turns", "steps", "calls", "notes", "reminders", "thread_tags", "deliveries", "mutation_results"} {
		if n := f.count(t, table+` WHERE thread_id = $1`, threadID); n > 0 {
			found[table] = n
		}
	}
	if n := f.count(t, `threads WHERE id = $1`, threadID); n > 0 {
		found["threads"] = n
	}
	return found
}

func TestALongErasureGoesOnInTheBackground(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		one, two := f.thread(t), f.thread(t)
		for _, threadID := range []string{one, two} {
			f.on(t, threadID, func(_ context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
				for range 1200 {
					if err := th.Emit(eventlog.TurnStarted, eventlog.Data{}, nil); err != nil {
						return err
					}
				}
				return nil
			})
			f.say(t, threadID, 2)
			f.end(t, threadID, delivery.StatePENDING, 600)
		}
		s := retention.New(f.log, retention.Options{EraseFor: time.Nanosecond, EraseEvery: 20 * time.Millisecond, Pause: time.Millisecond})
		e, err := s.EraseThread(f.ctx, one)
		if err != nil || e.Done || e.Attempts != 500 || e.Events+e.Messages+e.Deliveries != 0 {
			t.Fatalf("one transaction erased %+v, %v", e, err)
		}
		if _, err := db.Client.Thread.Query().Where(thread.ID(one)).Only(f.ctx); !ent.IsNotFound(err) {
			t.Errorf("the thread is seen: %v", err)
		}
		if again, err := s.EraseThread(f.ctx, one); err != nil || again.Done {
			t.Errorf("asked again it does not go on: %+v, %v", again, err)
		}
		if e, err = s.EraseCustomer(f.ctx, f.customer.ID); err != nil || e.Done {
			t.Errorf("the customer: %+v, %v", e, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 2 { // processes
			wg.Go(func() { _ = s.Run(ctx) })
		}
		defer wg.Wait()
		defer cancel()
		for deadline := time.Now().Add(20 * time.Second); f.count(t, `customers`) > 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it is not finished")
			}
		}
		for _, threadID := range []string{one, two} {
			if left := f.left(t, threadID); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		}
		if n := f.count(t, `attempts`); n > 0 {
			t.Errorf("%d attempts are left", n)
		}
	})
}

func TestNobodyWritesToAThreadThatIsBeingErased(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		threadID := f.thread(t)
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
					err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
						lock := tx.Thread
						if w%2 == 0 {
							lock = func(ctx context.Context, id string) (*eventlog.Thread, error) {
								th, err := tx.Assume(ctx, id)
								if err == nil {
									th.KnowTags(nil)
								}
								return th, err
							}
						}
						th, err := lock(ctx, threadID)
						if err != nil {
							return err
						}
						_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("Hello"))
						return err
					})
					if ent.IsNotFound(err) {
						return
					}
					if err != nil {
						t.Errorf("write: %v", err)
						return
					}
				}
				t.Error("the thread is never erased")
			})
		}
		for f.count(t, `messages`) < 30 {
			time.Sleep(10 * time.Millisecond)
		}
		e, err := f.service().EraseThread(f.ctx, threadID)
		if err != nil || !e.Done || e.Messages < 30 || e.Deliveries != e.Messages {
			t.Errorf("erased %+v, %v", e, err)
		}
		wg.Wait()
		if left := f.left(t, threadID); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
	})
}

func TestACustomerForgetsWhatAnErasedThreadHasTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		tell := func(threadID, contact, email, phone string) {
			f.on(t, threadID, func(ctx context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
				return th.SetContact(ctx, raw.JSON(contact), email, phone)
			})
		}
		db.Client.Customer.Update().SetName("Ann").ExecX(f.ctx)
		first, second := f.thread(t), f.thread(t)
		tell(first, `{"email":"a@x.test","phone":"+491","name":"Ann"}`, "a@x.test", "+491")
		tell(second, `{"email":"a@x.test","phone":"+492"}`, "a@x.test", "+492")
		erase := func(threadID string) *ent.Customer {
			if e, err := f.service().EraseThread(f.ctx, threadID); err != nil || !e.Done {
				t.Fatalf("%+v, %v", e, err)
			}
			return db.Client.Customer.Query().Where(customer.ID(f.customer.ID)).OnlyX(f.ctx)
		}
		if c := erase(first); c.Name != "" || c.Email != "a@x.test" || c.Phone != "+492" || c.Contact == "" {
			t.Errorf("after the first: %v", c)
		}
		if c := erase(second); c.Name != "" || c.Email != "" || c.Phone != "" || c.Contact != "" {
			t.Errorf("after the second: %v", c)
		}
	})
}

func TestUsageOfErasedThreadsStaysByTheHour(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, t.Name())
		threadID := f.thread(t)
		begin := ms.Time(1_767_225_600_000)
		for i := range 700 {
			db.Client.Step.Create().SetTurnID("trn").SetThreadID(threadID).SetNumber(i).SetProvider("p").SetModel("m").SetContent("[]").SetFinish("stop").
				SetReadSequence(1).SetInputTokens(2).SetCachedTokens(3).SetOutputTokens(1).SetStartedAt(begin).
				SetCreatedAt(begin.Add(time.Duration(i) * 6 * time.Second)).ExecX(f.ctx)
		}
		if e, err := f.service().EraseThread(f.ctx, threadID); err != nil || !e.Done {
			t.Fatalf("%+v, %v", e, err)
		}
		sums := db.Client.ErasedUsage.Query().Order(ent.Asc("created_at")).AllX(f.ctx)
		if len(sums) != 2 || sums[0].CreatedAt != begin || sums[0].Steps != 600 || sums[0].InputTokens != 1200 || sums[0].CachedTokens != 1200 ||
			sums[1].CreatedAt != begin.Add(time.Hour) || sums[1].Steps != 100 || sums[1].OutputTokens != 100 || sums[1].AgentID != f.agent.ID {
			t.Errorf("kept is %v", sums)
		}
	})
}
