// Package retention deletes what is past its time, and all of a thread, a customer or a workspace that is to be erased. It does
// so in small transactions with pauses between, and goes on after a crash where it was.
//
//	r := retention.New(log, retention.Options{KeepEvents: 7 * 24 * time.Hour})
//	go r.Run(ctx)
//	erased, err := r.EraseThread(ctx, "thr_…")
package retention

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// batch is how many rows one transaction deletes at most: SQLite has one writer, and all others wait for it.
const batch = 500

// Options are what a Service may be told beside the log. The zero value is right for a server.
type Options struct {
	KeepEvents     time.Duration         // how long events are kept; 0 means DefaultKeep
	KeepDeliveries time.Duration         // how long deliveries are kept that have ended, with their attempts; 0 means DefaultKeep
	KeepAudit      time.Duration         // how long the audit log is kept; 0 means DefaultKeepAudit
	Every          time.Duration         // how often to look for what is past its time; 0 means 10 min
	EraseEvery     time.Duration         // how often to look for erasures to go on with; 0 means 10 s
	EraseFor       time.Duration         // how long a verb erases before it leaves the rest to the background; 0 means 10 s
	Pause          time.Duration         // least pause between two transactions of the background; 0 means 20 ms
	Forget         func(threadID string) // is told of each thread that is being erased, to end what this process does in it
	Logger         *slog.Logger          // nil means slog.Default
}

// Service deletes. It is safe for concurrent use, also by several processes on one database. Make it with New.
type Service struct {
	log     *eventlog.Log
	o       Options
	metrics *metrics
}

// New returns the service of one database. It starts nothing: see Run.
func New(log *eventlog.Log, o Options) *Service {
	o.KeepEvents = cmp.Or(o.KeepEvents, DefaultKeep)
	o.KeepDeliveries = cmp.Or(o.KeepDeliveries, DefaultKeep)
	o.KeepAudit = cmp.Or(o.KeepAudit, DefaultKeepAudit)
	o.Every = cmp.Or(o.Every, 10*time.Minute)
	o.EraseEvery = cmp.Or(o.EraseEvery, 10*time.Second)
	o.EraseFor = cmp.Or(o.EraseFor, 10*time.Second)
	o.Pause = cmp.Or(o.Pause, 20*time.Millisecond)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Forget == nil {
		o.Forget = func(string) {}
	}
	return &Service{log: log, o: o, metrics: newMetrics()}
}

// Run deletes what is past its time, and goes on with erasures that were begun, now and then until ctx ends. It returns nil.
// Trouble with the database is logged and waited out. Several processes may run it.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(min(s.o.Every, s.o.EraseEvery))
	defer tick.Stop()
	swept, erased := time.Time{}, time.Time{}
	for {
		var err error
		if time.Since(erased) >= s.o.EraseEvery {
			err, erased = s.eraseOn(ctx), time.Now()
		}
		if time.Since(swept) >= s.o.Every {
			err, swept = errors.Join(err, s.Sweep(ctx)), time.Now()
		}
		if err != nil && ctx.Err() == nil {
			s.o.Logger.Error("retention: not all could be deleted that is past its time; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep deletes, once, all that is past its time in every workspace.
func (s *Service) Sweep(ctx context.Context) error {
	ctx = system(ctx)
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.sweepEvents(ctx, now), s.sweepDeliveries(ctx, now), s.sweepRemembered(ctx, now), s.sweepAudit(ctx, now), s.sweepIdle(ctx, now))
}

// sweepRemembered deletes results of mutations that are not returned any more.
func (s *Service) sweepRemembered(ctx context.Context, now ms.Time) error {
	return s.past(ctx, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
		n, err := s.drop(ctx, tx, gone, "mutation_results", "created_at < $1 ORDER BY created_at", batch, int64(now.Add(-eventlog.OnceFor)))
		return n == batch, err
	})
}

// sweepAudit deletes what was administered long ago.
func (s *Service) sweepAudit(ctx context.Context, now ms.Time) error {
	since, ok := cutoff(now, s.o.KeepAudit)
	if !ok {
		return nil
	}
	return s.past(ctx, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
		n, err := s.drop(ctx, tx, gone, "audit_entries", "created_at < $1 ORDER BY created_at", batch, since)
		return n == batch, err
	})
}

// past deletes in the background what is past its time, by transactions that report whether there is more.
func (s *Service) past(ctx context.Context, some func(context.Context, *eventlog.Tx, rows) (more bool, err error)) error {
	gone := rows{}
	_, err := s.repeat(ctx, gone, time.Time{}, some)
	s.metrics.past(gone)
	return err
}

// repeat runs a transaction again and again as long as it reports more, and adds what it has deleted. It says whether it came
// to the end: it gives up at the given time. Without one it is in no hurry, and pauses after each for as long as that took.
func (s *Service) repeat(ctx context.Context, gone rows, until time.Time, some func(context.Context, *eventlog.Tx, rows) (more bool, err error)) (done bool, err error) {
	for {
		began, more := time.Now(), false
		err := s.write(ctx, gone, func(ctx context.Context, tx *eventlog.Tx, gone rows) (err error) {
			more, err = some(ctx, tx, gone)
			return err
		})
		switch {
		case err != nil || !more:
			return err == nil, err
		case until.IsZero() && !sleep(ctx, max(s.o.Pause, time.Since(began))):
			return false, ctx.Err()
		case !until.IsZero() && time.Now().After(until):
			return false, nil
		}
	}
}

// system returns a context whose statements cross workspaces.
func system(ctx context.Context) context.Context { return viewer.SystemContext(ctx, "retention") }

// now is the time by the database's clock.
func (s *Service) now(ctx context.Context) (now ms.Time, err error) {
	err = s.scan(ctx, s.log.Client(), `SELECT {now}`, nil, func(row eventlog.Row) error { return row.Scan(&now) })
	if err != nil {
		return 0, fmt.Errorf("read the clock: %w", err)
	}
	return now, nil
}

// sleep waits, and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
