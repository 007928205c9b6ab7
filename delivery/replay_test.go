package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	entms "parley/ent/ms"
	"parley/ent/replay"
	"parley/storage"
	"parley/storage/storagetest"
)

// ended waits until a replay is over and all that it made due was delivered.
func (f *fixture) ended(t *testing.T, replayID string) *ent.Replay {
	t.Helper()
	var row *ent.Replay
	eventually(t, "the replay is over", func() bool {
		row = f.db.Client.Replay.GetX(f.ctx, replayID)
		waiting, err := f.ReplayWaiting(f.ctx, row)
		return err == nil && row.FinishedAt != nil && waiting == 0
	})
	return row
}

func TestAReplaySendsWhatHadEnded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Schedule: delivery.Schedule{0}})
		var sick atomic.Bool
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) {
			if sick.Load() {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		thread := f.thread(t)
		f.say(t, thread, "one", "two")
		eventually(t, "two arrive", func() bool { return rec.count() == 2 })
		sick.Store(true)
		f.say(t, thread, "three")
		eventually(t, "the third is given up", func() bool {
			return db.Client.Delivery.Query().Where(entdelivery.StateEQ(entdelivery.StateEXHAUSTED)).CountX(f.ctx) == 1
		})
		sick.Store(false)
		before := rec.all()
		_, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1, States: []entdelivery.State{entdelivery.StateEXHAUSTED}})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the third arrives", func() bool {
			return db.Client.Delivery.Query().Where(entdelivery.StateNEQ(entdelivery.StateDONE)).CountX(f.ctx) == 0
		})
		last := rec.all()[len(before)]
		if last.header.Get("Webhook-Id") != before[len(before)-1].header.Get("Webhook-Id") || string(last.body) != string(before[len(before)-1].body) {
			t.Error("the replay sent something else")
		}
		whole, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1, EventTypes: []string{"message.*"}})
		if err != nil {
			t.Fatal(err)
		}
		row := f.ended(t, whole.ID)
		all := db.Client.Delivery.Query().AllX(f.ctx)
		if row.State != replay.StateDONE || row.Total != len(all) || row.Seen != len(all) || row.Queued != 3 {
			t.Errorf("replay %+v of %d deliveries", row, len(all))
		}
		for _, d := range all {
			log := f.attempts(d.ID)
			if strings.HasPrefix(d.EventType, "message.") && (d.State != entdelivery.StateDONE || log[len(log)-1].Trigger != attempt.TriggerREPLAY || d.SteppedAside) {
				t.Errorf("%+v, attempts %+v", d, log)
			}
		}
	})
}

func TestAReplayIsCancelledAndTakesBackWhatWasNotSent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE})
		stop := start(f.ctx, t, f.Service)
		f.say(t, f.thread(t), strings.Split(strings.Repeat("x,", 19)+"x", ",")...)
		eventually(t, "all arrive", func() bool {
			return db.Client.Delivery.Query().Where(entdelivery.StateNEQ(entdelivery.StateDONE)).CountX(f.ctx) == 0
		})
		all := rec.count()
		far := entms.Of(time.Now().Add(time.Hour))
		db.Client.IntegrationHealth.Update().SetPausedUntil(far).ExecX(f.ctx)
		run, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "all are due", func() bool { return db.Client.Replay.GetX(f.ctx, run.ID).State == replay.StateDONE })
		if n, err := f.ReplayWaiting(f.ctx, db.Client.Replay.GetX(f.ctx, run.ID)); n != all || err != nil {
			t.Errorf("%d of %d wait, %v", n, all, err)
		}
		// One that is over is not cancelled, and one that runs is.
		if _, err := f.CancelReplay(f.ctx, run.ID); err != nil {
			t.Fatal(err)
		}
		if row := db.Client.Replay.GetX(f.ctx, run.ID); row.State != replay.StateDONE {
			t.Errorf("%+v", row)
		}
		stop()
		db.Client.Replay.Update().SetState(replay.StateRUNNING).ClearFinishedAt().SetCursorAt(0).SetCursorID("").ExecX(f.ctx)
		if _, err := f.CancelReplay(f.ctx, run.ID); err != nil {
			t.Fatal(err)
		}
		start(f.ctx, t, f.Service)
		row := f.ended(t, run.ID)
		if n := db.Client.Delivery.Query().Where(entdelivery.StateEQ(entdelivery.StateDONE)).CountX(f.ctx); row.State != replay.StateCANCELLED || n != all {
			t.Errorf("%d of %d are done, replay %+v", n, all, row)
		}
		if rec.count() != all {
			t.Error("a cancelled replay sent something")
		}
	})
}

func TestAReplayGoesOnWithManyDeliveriesWhereADeadProcessWas(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE})
		f.say(t, f.thread(t), "x")
		first := db.Client.Delivery.Query().FirstX(f.ctx)
		var creates []*ent.DeliveryCreate
		for i := range 1200 { // several transactions, many made in the same millisecond
			creates = append(creates, db.Client.Delivery.Create().SetEventID(first.EventID).SetEventType("message.created").
				SetIntegrationID(made.ID).SetState(entdelivery.StateDONE).SetNextAt(1).SetCreatedAt(entms.Time(1000+i/400)))
		}
		for part := range slices.Chunk(creates, 200) {
			db.Client.Delivery.CreateBulk(part...).ExecX(f.ctx)
		}
		run, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1, Until: 2000})
		if err != nil {
			t.Fatal(err)
		}
		// As a process leaves it that dies after one transaction.
		db.Client.Replay.Update().SetLeaseOwner("dead").SetLeaseUntil(1).SetTotal(1200).ExecX(f.ctx)
		db.Client.Delivery.Update().Where(entdelivery.StateEQ(entdelivery.StatePENDING)).SetState(entdelivery.StateCANCELLED).ExecX(f.ctx)
		db.Client.IntegrationHealth.Update().SetPausedUntil(entms.Of(time.Now().Add(time.Hour))).ExecX(f.ctx)
		f.start(t)
		eventually(t, "all are due", func() bool { return db.Client.Replay.GetX(f.ctx, run.ID).State == replay.StateDONE })
		row := db.Client.Replay.GetX(f.ctx, run.ID)
		due := db.Client.Delivery.Query().Where(entdelivery.StateEQ(entdelivery.StatePENDING), entdelivery.LaneEQ(entdelivery.LaneREPLAY)).CountX(f.ctx)
		if row.Seen != 1200 || row.Queued != 1200 || due != 1200 {
			t.Errorf("%d deliveries are due, replay %+v", due, row)
		}
	})
}

func TestReplaysAreRefusedWithAReason(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "https://example.com/"})
		for name, c := range map[string]struct {
			in   delivery.ReplayInput
			want string
		}{
			"range":     {delivery.ReplayInput{IntegrationID: made.ID, Since: 5, Until: 5}, "since: must be before"},
			"type":      {delivery.ReplayInput{IntegrationID: made.ID, Since: 1, EventTypes: []string{"nothing"}}, "types: "},
			"state":     {delivery.ReplayInput{IntegrationID: made.ID, Since: 1, States: []entdelivery.State{entdelivery.StateHELD}}, "states: may be DONE and EXHAUSTED"},
			"not there": {delivery.ReplayInput{IntegrationID: "int_none", Since: 1}, "not found"},
		} {
			if _, err := f.Replay(f.ctx, c.in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for i := range 6 {
			_, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1})
			if want := i == 5; (err != nil) != want {
				t.Errorf("replay %d: %v", i+1, err)
			}
		}
		f.set(t, made.ID, delivery.Update{State: &disabled})
		if _, err := f.Replay(f.ctx, delivery.ReplayInput{IntegrationID: made.ID, Since: 1}); fmt.Sprint(err) != delivery.ErrDisabled.Error() {
			t.Errorf("a disabled integration: %v", err)
		}
	})
}
