package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/eventlog"
)

// The statements of finishing. They run as the system worker "delivery finish".
const (
	// The fence: only who claimed a delivery last may move it on.
	finishSQL = `UPDATE deliveries SET state = v.state, tries = v.tries, next_at = v.next_at, finished_at = NULLIF(v.finished_at, 0),
	stepped_aside = deliveries.stepped_aside OR (v.steps_aside AND NOT deliveries.outside), lease_until = NULL, lease_owner = ''
FROM {v} WHERE deliveries.id = v.id AND deliveries.attempts = v.attempt AND deliveries.state = 'RUNNING'
RETURNING deliveries.id, deliveries.resent, deliveries.lane`

	saidSQL = `UPDATE deliveries SET resent = false FROM {v} WHERE deliveries.id = v.id`

	// positionsSQL takes places in the feeds of workspaces, in ascending order. The feed of a workspace is made when it is
	// first needed. WHERE true tells SQLite that ON belongs to the INSERT.
	positionsSQL = `INSERT INTO delivery_feeds (id, workspace_id, created_at, last_position, first_position)
SELECT v.id, v.workspace_id, v.now, v.n, 1 FROM {v} WHERE true ORDER BY v.workspace_id
ON CONFLICT (workspace_id) DO UPDATE SET last_position = delivery_feeds.last_position + excluded.last_position
RETURNING workspace_id, last_position`

	attemptsSQL = `INSERT INTO attempts (id, workspace_id, created_at, delivery_id, integration_id, "position", state_after, "number", "trigger",
	outcome, status, error, answer, remote_address, started_at, dns_us, connect_us, tls_us, first_byte_us, total_us)
SELECT v.id, v.workspace_id, v.created_at, v.delivery_id, v.integration_id, v.place, v.state_after, v.nth, v.cause,
	v.outcome, NULLIF(v.status, 0), v.error, v.answer, v.remote_address, v.started_at, v.dns, v.connect, v.tls, v.first_byte, v.total
FROM {v}`
)

// finished is a result that was stored.
type finished struct {
	result
	state   delivery.State // of the delivery now
	trigger attempt.Trigger
}

// finishDeliveries moves deliveries on that still belong to their worker, and returns their results.
func (s *Service) finishDeliveries(ctx context.Context, tx *eventlog.Tx, batch []result, rows map[string]endpointState, now ms.Time) ([]finished, error) {
	l := newList("id text", "attempt bigint", "state text", "tries bigint", "steps_aside boolean", "next_at bigint", "finished_at bigint")
	byID := map[string]finished{}
	for _, r := range slices.SortedFunc(slices.Values(batch), func(a, b result) int { return strings.Compare(a.id, b.id) }) {
		in, ok := rows[r.integrationID]
		if !ok {
			continue // the whole workspace was erased meanwhile
		}
		st := s.o.Schedule.next(r, in, now, s.o.Random())
		ended := int64(0)
		switch st.state {
		case delivery.StateDONE, delivery.StateEXHAUSTED, delivery.StateCANCELLED:
			ended = int64(now)
		}
		l.add(r.id, int64(r.attempt), string(st.state), int64(st.tries), st.stepsAside, int64(st.nextAt), ended)
		byID[r.id] = finished{r, st.state, attempt.TriggerSCHEDULE}
	}
	if l.rows == 0 {
		return nil, nil
	}
	var said []string
	moved := map[string]finished{}
	query, args := s.with(finishSQL, l)
	err := eventlog.Scan(ctx, tx.Client(), query, args, func(row eventlog.Row) error {
		var id string
		var resent bool
		var lane delivery.Lane
		err := row.Scan(&id, &resent, &lane)
		f := byID[id]
		if resent && f.outcome != nil {
			said = append(said, id)
			f.trigger = attempt.TriggerRESEND
			if lane == delivery.LaneREPLAY {
				f.trigger = attempt.TriggerREPLAY
			}
		}
		moved[id] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finish deliveries: %w", err)
	}
	if len(said) > 0 {
		query, args := s.with(saidSQL, idList(said))
		if _, err := tx.Client().ExecContext(ctx, query, args...); err != nil {
			return nil, fmt.Errorf("finish resent deliveries: %w", err)
		}
	}
	var stored []finished
	for _, r := range batch {
		if f, ok := moved[r.id]; ok {
			stored = append(stored, f)
		}
	}
	return stored, nil
}

// insertAttempts keeps what was sent, each with its position in the feed of its workspace. Whoever holds a feed's row
// commits before the next one takes positions, so that their order is that of the commits.
func (s *Service) insertAttempts(ctx context.Context, tx *eventlog.Tx, stored []finished, now ms.Time) error {
	next, err := s.takePositions(ctx, tx, stored, now)
	if err != nil {
		return err
	}
	l := newList("id text", "workspace_id text", "created_at bigint", "delivery_id text", "integration_id text", "place bigint",
		"state_after text", "nth bigint", "cause text", "outcome text", "status bigint", "error text", "answer text", "remote_address text",
		"started_at bigint", "dns bigint", "connect bigint", "tls bigint", "first_byte bigint", "total bigint")
	us := func(d time.Duration) int64 { return int64(d / time.Microsecond) }
	for _, f := range stored {
		o := f.outcome
		if o == nil {
			continue
		}
		l.add(id.New(id.Attempt), f.workspace, int64(now), f.id, f.integrationID, next[f.workspace], string(f.state), int64(f.attempt),
			string(f.trigger), string(o.Result), int64(o.Status), o.Error, o.Answer, o.RemoteAddress, int64(o.StartedAt),
			us(o.Phases.DNS), us(o.Phases.Connect), us(o.Phases.TLS), us(o.Phases.FirstByte), us(o.Phases.Total))
		next[f.workspace]++
	}
	if l.rows == 0 {
		return nil
	}
	tx.WakeAttempts()
	query, args := s.with(attemptsSQL, l)
	if _, err := tx.Client().ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("store attempts: %w", err)
	}
	return nil
}

// takePositions returns, by workspace, the position of its first attempt among those stored.
func (s *Service) takePositions(ctx context.Context, tx *eventlog.Tx, stored []finished, now ms.Time) (map[string]int64, error) {
	count := map[string]int64{}
	for _, f := range stored {
		if f.outcome != nil {
			count[f.workspace]++
		}
	}
	if len(count) == 0 {
		return nil, nil
	}
	l := newList("id text", "workspace_id text", "now bigint", "n bigint")
	for workspace, n := range count {
		l.add(id.New(id.DeliveryFeed), workspace, int64(now), n)
	}
	first := map[string]int64{}
	query, args := s.with(positionsSQL, l)
	err := eventlog.Scan(ctx, tx.Client(), query, args, func(row eventlog.Row) error {
		var workspace string
		var last int64
		err := row.Scan(&workspace, &last)
		first[workspace] = last - count[workspace] + 1
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take positions of attempts: %w", err)
	}
	return first, nil
}
