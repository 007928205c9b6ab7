package delivery_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/id"
	"parley/ent/integrationhealth"
	"parley/ent/message"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/outbound"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a workspace with one agent, and a service that may send to this machine.
type fixture struct {
	*delivery.Service
	db        *storage.DB
	log       *eventlog.Log
	keys      *seal.Keys
	workspace string
	ctx       context.Context
	agent     *ent.Agent
}

// quick tries twelve times without waiting long.
var quick = delivery.Schedule{0, ms, ms, ms, ms, ms, ms, ms, ms, ms, ms, ms}

const ms = time.Millisecond

func newFixture(t testing.TB, db *storage.DB, o delivery.Options) *fixture {
	t.Helper()
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{db: db, log: eventlog.New(db.Client, db.Dialect, nil), keys: keys}
	f.workspace, f.ctx = workspace(t, db)
	f.agent = db.Client.Agent.Create().SetName("a").SaveX(f.ctx)
	if _, isTest := t.(*testing.T); isTest { // a benchmark would count it
		storagetest.CheckBodies(f.ctx, t, db)
	}
	f.Service = f.service(t, o)
	return f
}

// workspace is storagetest.Workspace for benchmarks too, and for more than one in a test.
func workspace(t testing.TB, db *storage.DB) (string, context.Context) {
	t.Helper()
	w := id.New(id.Workspace)
	ctx := viewer.WorkerContext(t.Context(), w, "test")
	if err := db.Client.Workspace.Create().SetID(w).SetName(w).SetHistory(w).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if err := eventlog.MakeFeed(ctx, db.Client, w); err != nil {
		t.Fatal(err)
	}
	return w, ctx
}

// service makes one more service on the fixture's database, as another process would have one.
func (f *fixture) service(t testing.TB, o delivery.Options) *delivery.Service {
	guard := outbound.NewGuard(outbound.GuardOptions{AllowLoopback: true, AllowHTTP: true})
	client := outbound.New(outbound.Options{Guard: guard, IdlePerHost: 512})
	t.Cleanup(client.CloseIdle)
	o.Poll = cmp.Or(o.Poll, 20*ms)
	o.Timeout = cmp.Or(o.Timeout, 5*time.Second)
	if o.Breaker == (delivery.Breaker{}) {
		o.Breaker = delivery.Breaker{First: ms, Most: 5 * ms}
	}
	if o.Schedule == nil {
		o.Schedule = quick
	}
	if o.Logger == nil { // what the service cannot do is a fault of the test
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	}
	return delivery.New(f.log, f.keys, client, guard, o)
}

// start runs the service until the test ends, or stop is called, which waits for it.
func (f *fixture) start(t testing.TB) (stop func()) { return start(f.ctx, t, f.Service) }

func start(ctx context.Context, t testing.TB, s *delivery.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (f *fixture) integration(t testing.TB, in delivery.Input) delivery.Result {
	t.Helper()
	in.Name = cmp.Or(in.Name, "test")
	if in.EventTypes == nil {
		in.EventTypes = []string{eventlog.MessageCreated}
	}
	made, err := f.CreateIntegration(f.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (f *fixture) thread(t testing.TB) string { return f.threadOf(t, f.agent, "test") }

func (f *fixture) threadOf(t testing.TB, a *ent.Agent, channel string) string {
	t.Helper()
	var threadID string
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		c, err := tx.Client().Customer.Create().Save(ctx)
		if err != nil {
			return err
		}
		th, err := tx.NewThread(ctx, f.workspace, tx.Client().Thread.Create().SetAgent(a).SetCustomer(c).SetChannel(channel))
		if err != nil {
			return err
		}
		threadID = th.Row.ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return threadID
}

// say stores messages in one transaction, each of which is an event.
func (f *fixture) say(t testing.TB, threadID string, texts ...string) {
	t.Helper()
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.Thread(ctx, threadID)
		if err != nil {
			return err
		}
		for _, text := range texts {
			if _, err := th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliveries returns the deliveries of an integration, oldest first.
func (f *fixture) deliveries(integrationID string) []*ent.Delivery {
	in := f.db.Client.Integration.GetX(f.ctx, integrationID)
	return in.QueryDeliveries().Order(ent.Asc("id")).AllX(f.ctx)
}

func (f *fixture) attempts(deliveryID string) []*ent.Attempt {
	return f.db.Client.Attempt.Query().Where(attempt.DeliveryID(deliveryID)).Order(attempt.ByNumber()).AllX(f.ctx)
}

func (f *fixture) health(integrationID string) *ent.IntegrationHealth {
	return f.db.Client.IntegrationHealth.Query().Where(integrationhealth.IntegrationID(integrationID)).OnlyX(f.ctx)
}

// got is a request that a receiver had.
type got struct {
	header http.Header
	body   []byte
	at     time.Time
}

// receiver is a webhook endpoint that keeps what it gets.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex // protects got
	got  []got
	each func(w http.ResponseWriter, r *http.Request, g got, nth int)
}

// receive starts a receiver; each answers, with the number of the request from 1 on. Nil answers 200.
func receive(t testing.TB, each func(w http.ResponseWriter, r *http.Request, g got, nth int)) *receiver {
	t.Helper()
	rec := &receiver{each: each}
	rec.Server = httptest.NewServer(rec)
	t.Cleanup(rec.Close)
	return rec
}

func (rec *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g := got{r.Header, body, time.Now()}
	rec.mu.Lock()
	rec.got = append(rec.got, g)
	nth := len(rec.got)
	rec.mu.Unlock()
	if rec.each != nil {
		rec.each(w, r, g, nth)
	}
}

func (rec *receiver) all() []got {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append([]got(nil), rec.got...)
}

// count returns how many requests came.
func (rec *receiver) count() int { return len(rec.all()) }

// eventually polls for what another goroutine is about to do.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	within(15*time.Second, t, what, ok)
}

// within is eventually for what takes long.
func within(most time.Duration, t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(3 * ms) {
		if ok() {
			return
		}
	}
	t.Fatal("never happened: " + what)
}
