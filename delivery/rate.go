package delivery

import (
	"context"
	"fmt"
	"time"

	"parley/ent/ms"
	"parley/eventlog"
)

// MaxRate is the highest rate that can be set; an endpoint that can take more needs none.
const MaxRate = 1000

// rateOrNone returns a rate as it is stored, nil for none.
func rateOrNone(rate int) *int {
	if rate == 0 {
		return nil
	}
	return &rate
}

// rate is how many attempts a second an endpoint gets, by the generic cell rate algorithm
// (https://www.itu.int/rec/T-REC-I.371-200403-I): each attempt takes its share of a second after the one before it, and up
// to a tenth of a second's attempts may come at once, so that many are claimed together.
type rate int

// share is what one attempt takes, in microseconds, rounded up.
func (r rate) share() int64 { return (int64(time.Second/time.Microsecond) + int64(r) - 1) / int64(r) }

// burst is how many attempts may come at once.
func (r rate) burst() int64 { return max(1, int64(r)/10) }

// room returns how many attempts may begin now, when free is the end of all shares that were taken. Both are in
// microseconds.
func (r rate) room(free, now int64) int {
	return int(max(0, now+r.burst()*r.share()-max(free, now)) / r.share())
}

// take returns free after n more attempts, and how long to wait for the next ones: for half of what may come at once.
func (r rate) take(free, now int64, n int) (after int64, wait time.Duration) {
	after = max(free, now) + int64(n)*r.share()
	if r.room(after, now) > 0 {
		return after, 0
	}
	enough := max(1, r.burst()/2)
	return after, time.Duration(after+(enough-r.burst())*r.share()-now) * time.Microsecond
}

// lockedFor is how long to wait for an endpoint's health while another transaction writes it.
const lockedFor = 10 * time.Millisecond

// limit is what an endpoint under lock may get.
type limit struct {
	rate rate  // 0 means no limit
	free int64 // end of all shares that were taken, in microseconds
	now  int64
	room int
	wait time.Duration // by what is known of its pause and its breaker
}

// limitSQL locks the health of endpoints. What is locked already is passed over: a claim waits for nobody.
const limitSQL = `SELECT h.integration_id, COALESCE(i.rate_per_second, 0), h.rate_free_us, h.breaker,
	COALESCE(h.paused_until, 0), CASE WHEN h.breaker = 'OPEN' THEN COALESCE(h.breaker_until, 0) ELSE 0 END, {now}
FROM integration_health h JOIN integrations i ON i.id = h.integration_id WHERE h.integration_id IN (SELECT v.id FROM {v}) {lock}`

// freeSQL writes what the attempts have taken.
const freeSQL = `UPDATE integration_health SET rate_free_us = v.free FROM {v} WHERE integration_health.integration_id = v.id`

// takeLimited is take for endpoints of which each process must know what the others do: the health of each is locked, so
// that its rate holds over all processes, and so that a breaker lets one through and no more. What was not claimed is not
// taken from the rate.
func (s *Service) takeLimited(ctx context.Context, owner string, k kind, grants []grant) ([]*job, error) {
	var jobs []*job
	var waits map[string]time.Duration
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		jobs, waits = nil, map[string]time.Duration{}
		limits, err := s.lockLimits(ctx, tx, grants)
		if err != nil {
			return err
		}
		var open []grant
		for _, g := range grants {
			l := limits[g.id]
			switch {
			case l == nil:
				waits[g.id] = lockedFor
			case l.room == 0:
				waits[g.id] = l.wait
			default:
				g.n = min(g.n, l.room)
				open = append(open, g)
			}
		}
		if len(open) == 0 {
			return nil
		}
		if jobs, err = s.take(ctx, tx.Client(), owner, k, open); err != nil {
			return err
		}
		return s.takeShares(ctx, tx, jobs, limits, waits)
	})
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		g.tokenAt = time.Now().Add(waits[g.id])
	}
	return jobs, nil
}

func (s *Service) lockLimits(ctx context.Context, tx *eventlog.Tx, grants []grant) (map[string]*limit, error) {
	ids := make([]string, len(grants))
	for i, g := range grants {
		ids[i] = g.id
	}
	limits := map[string]*limit{}
	query, args := s.with(s.texts.limit, idList(ids))
	err := eventlog.Scan(ctx, tx.Client(), query, args, func(row eventlog.Row) error {
		var id, breaker string
		var paused, open, now ms.Time
		l := &limit{room: s.o.PerIntegration}
		if err := row.Scan(&id, &l.rate, &l.free, &breaker, &paused, &open, &now); err != nil {
			return err
		}
		l.now = int64(now) * 1000
		if breaker != "CLOSED" {
			l.room = 1
		}
		if l.rate > 0 {
			room := l.rate.room(l.free, l.now)
			l.room = min(l.room, room)
			if room == 0 {
				_, l.wait = l.rate.take(l.free, l.now, 0)
			}
		}
		if wait := max(paused.Sub(now), open.Sub(now)); wait > 0 {
			l.room, l.wait = 0, max(l.wait, wait)
		}
		limits[id] = l
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lock the health of endpoints: %w", err)
	}
	return limits, nil
}

// takeShares charges the claimed deliveries to the rates, and notes how long each endpoint has to wait for the next ones.
func (s *Service) takeShares(ctx context.Context, tx *eventlog.Tx, jobs []*job, limits map[string]*limit, waits map[string]time.Duration) error {
	taken := map[string]int{}
	for _, j := range jobs {
		if limits[j.integrationID].rate > 0 {
			taken[j.integrationID]++
		}
	}
	if len(taken) == 0 {
		return nil
	}
	free := newList("id text", "free bigint")
	for id, n := range taken {
		l := limits[id]
		end, wait := l.rate.take(l.free, l.now, n)
		waits[id] = wait
		free.add(id, end)
	}
	query, args := s.with(freeSQL, free)
	if _, err := tx.Client().ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("charge the rates of endpoints: %w", err)
	}
	return nil
}
