package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/integration"
	"parley/ent/ms"
	"parley/eventlog"
	"parley/outbound"
	"parley/seal"
	"parley/trace"
)

// Options are what a Service may be told beside what it needs. The zero value is right for a server.
type Options struct {
	Version        string        // of the program, for the User-Agent; empty means dev
	Workers        int           // deliveries sent at once by this process; 0 means 512
	PerWorkspace   int           // of one workspace by this process while others have something to send, too; 0 means 64
	PerIntegration int           // to one endpoint by this process; 0 means 8
	Timeout        time.Duration // of one POST, its answer included; 0 means 20 s
	Schedule       Schedule      // when to try again; nil means DefaultSchedule
	Poll           time.Duration // how often to look for due deliveries without being woken; 0 means 1 s
	LeaseMargin    time.Duration // what a lease is longer than Timeout: time to record the outcome; 0 means 15 s
	Breaker        Breaker       // how long failing endpoints are left alone
	HeldMost       int           // deliveries that one integration holds, the newest; 0 means 100,000
	HeldFor        time.Duration // how old a held delivery may get; 0 means 14 days
	DrainFor       time.Duration // how long running POSTs may go on when Run is told to end; 0 means 10 s

	// Sole says that no other process works on this database, so that Run takes over at once what an earlier one left
	// running, without waiting for its leases to end.
	Sole bool

	Tracer *trace.Tracer    // follows deliveries; nil follows none
	Now    func() time.Time // nil means time.Now
	Random func() float64   // for jitter, in [0,1); nil means math/rand
	Logger *slog.Logger     // nil means slog.Default
}

// Service manages integrations and delivers to them. It is safe for concurrent use. Make it with New.
type Service struct {
	log     *eventlog.Log
	keys    *seal.Keys
	client  *outbound.Client
	guard   *outbound.Guard
	o       Options
	metrics *metrics
	chores  eventlog.Signal // there is something for the sweep
	replays eventlog.Signal // there is something to replay, or a replay to end
	beats   beats
	texts   texts
	cache   signerCache
}

// WithDefaults returns the options with the default of each that is zero.
func (o Options) WithDefaults() Options {
	o.Version = cmp.Or(o.Version, "dev")
	o.Workers = cmp.Or(o.Workers, 512)
	o.PerWorkspace = cmp.Or(o.PerWorkspace, 64)
	o.PerIntegration = cmp.Or(o.PerIntegration, 8)
	o.Timeout = cmp.Or(o.Timeout, 20*time.Second)
	o.Poll = cmp.Or(o.Poll, time.Second)
	o.LeaseMargin = cmp.Or(o.LeaseMargin, 15*time.Second)
	o.Breaker.First = cmp.Or(o.Breaker.First, 15*time.Second)
	o.Breaker.Most = cmp.Or(o.Breaker.Most, 10*time.Minute)
	o.HeldMost = cmp.Or(o.HeldMost, 100_000)
	o.HeldFor = cmp.Or(o.HeldFor, 14*24*time.Hour)
	o.DrainFor = cmp.Or(o.DrainFor, 10*time.Second)
	if o.Schedule == nil {
		o.Schedule = DefaultSchedule
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// New returns the service of one database. The client sends; guard, which should be the client's own, judges URLs when
// they are saved. New starts nothing: see Run.
func New(log *eventlog.Log, keys *seal.Keys, client *outbound.Client, guard *outbound.Guard, o Options) *Service {
	o = o.WithDefaults()
	s := &Service{log: log, keys: keys, client: client, guard: guard, o: o, chores: eventlog.NewSignal(), replays: eventlog.NewSignal()}
	s.metrics, s.texts = newMetrics(s), s.newTexts()
	return s
}

// lease is how long a claimed delivery belongs to its worker.
func (s *Service) lease() time.Duration { return s.o.Timeout + s.o.LeaseMargin }

// lockIntegrations locks integrations until the end of the transaction and returns them by id, with the time of the
// database. They are locked before deliveries, in ascending order; those that ctx's viewer may not see are missing.
func (s *Service) lockIntegrations(ctx context.Context, tx *eventlog.Tx, ids ...string) (map[string]*ent.Integration, ms.Time, error) {
	q := tx.Client().Integration.Query().Where(integration.IDIn(ids...)).WithHealth().Order(integration.ByID())
	if s.log.Postgres() {
		// No-key: inserting deliveries, which takes a key share lock on the integration, may go on elsewhere.
		q.ForUpdate(entsql.WithLockClause("FOR NO KEY UPDATE"))
		q.Modify(func(sel *entsql.Selector) { sel.AppendSelectExprAs(entsql.Expr(s.log.NowSQL()), "now") })
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, 0, err
	}
	now, byID := ms.Time(0), make(map[string]*ent.Integration, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
		if v, err := row.Value("now"); err == nil {
			if n, ok := v.(int64); ok {
				now = max(now, ms.Time(n))
			}
		}
	}
	return byID, cmp.Or(now, tx.Now), nil
}

// lockIntegration locks one integration that was not deleted. The error is ent's NotFoundError when there is none.
func (s *Service) lockIntegration(ctx context.Context, tx *eventlog.Tx, id string) (*ent.Integration, ms.Time, error) {
	rows, now, err := s.lockIntegrations(ctx, tx, id)
	if err != nil {
		return nil, 0, err
	}
	if in := rows[id]; in != nil && in.DeletedAt == nil {
		return in, now, nil
	}
	// A query that finds nothing makes ent's own error, whose fields are not exported.
	_, err = tx.Client().Integration.Query().Where(integration.ID(id), integration.DeletedAtIsNil()).Only(ctx)
	return nil, 0, err
}
