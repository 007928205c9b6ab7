package delivery

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
	"parley/eventlog"
)

// health is what is known about an endpoint. A time of 0 is none.
type health struct {
	failures     int64 // in a row
	firstFailure ms.Time
	lastFailure  ms.Time
	lastSuccess  ms.Time
	pausedUntil  ms.Time
	breaker      integrationhealth.Breaker
	breakerUntil ms.Time
	trips        int64 // openings of the breaker in a row
	windowFrom   ms.Time
	windowTotal  int64
	windowFailed int64
	notices      int64
}

func healthOf(row *ent.IntegrationHealth) health {
	at := func(t *ms.Time) ms.Time {
		if t == nil {
			return 0
		}
		return *t
	}
	return health{
		int64(row.ConsecutiveFailures), at(row.FirstFailureAt), at(row.LastFailureAt), at(row.LastSuccessAt), at(row.PausedUntil),
		row.Breaker, at(row.BreakerUntil), int64(row.BreakerTrips), at(row.WindowFrom), int64(row.WindowTotal), int64(row.WindowFailed),
		int64(row.Notices),
	}
}

// restFor is how long a healthy endpoint's row is left alone while there is nothing but successes.
const restFor = time.Second

// resting says that one more success need not be written down.
func (h health) resting(now ms.Time) bool {
	return h.failures == 0 && h.breaker == integrationhealth.BreakerCLOSED && now.Sub(h.lastSuccess) < restFor
}

// endpointState is an integration as recording needs it.
type endpointState struct {
	state    integration.State
	ordering integration.Ordering
	deleted  bool
	health   health
}

const endpointsSQL = `SELECT i.id, i.state, i.ordering, i.deleted_at IS NOT NULL, h.consecutive_failures, COALESCE(h.first_failure_at, 0),
	COALESCE(h.last_failure_at, 0), COALESCE(h.last_success_at, 0), COALESCE(h.paused_until, 0), h.breaker, COALESCE(h.breaker_until, 0),
	h.breaker_trips, COALESCE(h.window_from, 0), h.window_total, h.window_failed, h.notices, {now}
FROM {v} JOIN integrations i ON i.id = v.id JOIN integration_health h ON h.integration_id = i.id`

// readEndpoints returns endpoints by id, with the time of the database. With lock set their health, and nothing else, is
// locked until the end of the transaction, in ascending order.
func (s *Service) readEndpoints(ctx context.Context, tx *eventlog.Tx, ids []string, lock bool) (map[string]endpointState, ms.Time, error) {
	text := endpointsSQL
	if lock && s.log.Postgres() {
		text += ` ORDER BY h.integration_id FOR NO KEY UPDATE OF h`
	}
	query, args := s.with(text, idList(ids))
	found, now := make(map[string]endpointState, len(ids)), tx.Now
	err := eventlog.Scan(ctx, tx.Client(), query, args, func(row eventlog.Row) error {
		var id string
		var e endpointState
		h := &e.health
		err := row.Scan(&id, &e.state, &e.ordering, &e.deleted, &h.failures, &h.firstFailure, &h.lastFailure, &h.lastSuccess, &h.pausedUntil,
			&h.breaker, &h.breakerUntil, &h.trips, &h.windowFrom, &h.windowTotal, &h.windowFailed, &h.notices, &now)
		found[id] = e
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the health of integrations: %w", err)
	}
	return found, now, nil
}

const healthSQL = `UPDATE integration_health SET consecutive_failures = v.failures, first_failure_at = NULLIF(v.first_failure, 0),
	last_failure_at = NULLIF(v.last_failure, 0), last_success_at = NULLIF(v.last_success, 0), paused_until = NULLIF(v.paused, 0),
	breaker = v.breaker, breaker_until = NULLIF(v.breaker_until, 0), breaker_trips = v.trips, window_from = NULLIF(v.window_from, 0),
	window_total = v.window_total, window_failed = v.window_failed, notices = v.notices
FROM {v} WHERE integration_health.integration_id = v.id`

// writeHealth writes what the outcomes that were stored say about their endpoints; before is how these were. It touches no
// endpoint that is resting.
func (s *Service) writeHealth(ctx context.Context, tx *eventlog.Tx, done *recording, before map[string]endpointState, now ms.Time) error {
	outcomes := map[string][]result{}
	for _, r := range done.stored {
		if r.verdict() != silent {
			outcomes[r.integrationID] = append(outcomes[r.integrationID], r)
		}
	}
	var ids []string
	for id, list := range outcomes {
		if before[id].health.resting(now) && !slices.ContainsFunc(list, func(r result) bool { return r.verdict() != took }) {
			done.unwritten[id] = len(list)
			continue
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	if s.log.Postgres() {
		var err error
		if before, now, err = s.readEndpoints(ctx, tx, ids, true); err != nil {
			return err
		}
	}
	l := newList("id text", "failures bigint", "first_failure bigint", "last_failure bigint", "last_success bigint", "paused bigint",
		"breaker text", "breaker_until bigint", "trips bigint", "window_from bigint", "window_total bigint", "window_failed bigint", "notices bigint")
	for _, id := range ids {
		h := before[id].health
		if n := s.beats.of(id); n > 0 {
			h = h.counted(n, false, now)
		}
		opened := h.trips
		for _, r := range outcomes[id] {
			h = s.o.Breaker.after(h, r, now)
		}
		done.opened += int(max(0, h.trips-opened))
		done.attend = done.attend || h.notice(now) > h.notices || h.hopeless(now)
		done.written = append(done.written, id)
		l.add(id, h.failures, int64(h.firstFailure), int64(h.lastFailure), int64(h.lastSuccess), int64(h.pausedUntil), string(h.breaker),
			int64(h.breakerUntil), h.trips, int64(h.windowFrom), h.windowTotal, h.windowFailed, h.notices)
	}
	query, args := s.with(healthSQL, l)
	if _, err := tx.Client().ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("update the health of integrations: %w", err)
	}
	return nil
}

// beats counts, by integration, the successes that are recorded and not yet in the window of the endpoint's health. They
// die with the process, which makes a window a little smaller.
type beats struct {
	mu    sync.Mutex // protects count
	count map[string]int
}

func (b *beats) of(id string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count[id]
}

func (b *beats) update(written []string, unwritten map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count == nil {
		b.count = map[string]int{}
	}
	for _, id := range written {
		delete(b.count, id)
	}
	for id, n := range unwritten {
		b.count[id] += n
	}
}
