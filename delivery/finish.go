package delivery

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/id"
	"parley/ent/integration"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// result is a claimed delivery with what came of it; no outcome means that nothing was sent and it is given back.
type result struct {
	*job
	outcome *Outcome
}

// failed says that the endpoint did not take the delivery. A crash or a stop of our own is no failure.
func (r result) failed() bool {
	return r.outcome != nil && r.outcome.Result != attempt.OutcomeSUCCEEDED && r.outcome.Result != attempt.OutcomeLOST
}

func (r result) succeeded() bool {
	return r.outcome != nil && r.outcome.Result == attempt.OutcomeSUCCEEDED
}

// stepAsideAfter is how many failed tries a delivery of a THREAD integration holds up the later ones of its thread.
const stepAsideAfter = 3

// standing is where a delivery stands after an attempt.
type standing struct {
	state        delivery.State
	tries        int
	steppedAside bool
	nextAt       ms.Time
}

// next decides where a delivery stands after r, to integration in as it is now. It is a pure function; random in [0,1)
// is for jitter.
func (s Schedule) next(r result, in *ent.Integration, now ms.Time, random float64) standing {
	st := standing{delivery.StatePENDING, r.tries, r.steppedAside, r.nextAt}
	if r.succeeded() {
		st.state = delivery.StateDONE
		return st
	}
	if r.failed() {
		st.tries++
	}
	wait, more := s.Next(st.tries, random)
	switch {
	case in.DeletedAt != nil:
		st.state = delivery.StateCANCELLED
	case in.State == integration.StateDISABLED:
		st.state = delivery.StateHELD
	case !r.failed():
	case !more:
		st.state = delivery.StateEXHAUSTED
	default:
		st.nextAt = now.Add(wait)
		st.steppedAside = r.steppedAside || in.Ordering == integration.OrderingTHREAD && st.tries >= stepAsideAfter
	}
	return st
}

// record stores outcomes in one transaction and returns those that were stored: one whose delivery no longer belongs to
// its worker is refused by the fence and left out.
func (s *Service) record(ctx context.Context, batch []result) (stored []result, err error) {
	ctx = viewer.SystemContext(ctx, "delivery finish")
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		stored, err = s.recordIn(ctx, tx, batch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record %d outcomes: %w", len(batch), err)
	}
	return stored, nil
}

// recordGone stores the outcome of a receiver that wants no deliveries any more, and disables its integration, unless
// that has got another URL meanwhile.
func (s *Service) recordGone(ctx context.Context, r result) (stored []result, err error) {
	ctx = viewer.WorkerContext(ctx, r.workspace, "delivery finish")
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		rows, _, err := s.lockIntegrations(ctx, tx, r.integrationID)
		if err != nil {
			return err
		}
		ours, err := tx.Client().Delivery.Query().
			Where(delivery.ID(r.id), delivery.Attempts(r.attempt), delivery.StateEQ(delivery.StateRUNNING)).Exist(ctx)
		if err != nil {
			return err
		}
		in := rows[r.integrationID]
		if ours && in != nil && in.DeletedAt == nil && in.State == integration.StateENABLED && in.URL == r.url {
			if err := s.disable(ctx, tx, in, "the receiver answered 410 Gone"); err != nil {
				return err
			}
		}
		stored, err = s.recordIn(viewer.SystemContext(ctx, "delivery finish"), tx, []result{r})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record that %s is gone: %w", r.integrationID, err)
	}
	return stored, nil
}

// recordIn stores outcomes of many workspaces: deliveries under their fence, attempts, health of the integrations.
func (s *Service) recordIn(ctx context.Context, tx *eventlog.Tx, batch []result) ([]result, error) {
	ids := map[string]bool{}
	for _, r := range batch {
		ids[r.integrationID] = true
	}
	rows, now, err := s.lockIntegrations(ctx, tx, slices.Collect(maps.Keys(ids))...)
	if err != nil {
		return nil, err
	}
	stored, err := s.finishDeliveries(ctx, tx, batch, rows, now)
	if err != nil || len(stored) == 0 {
		return nil, err
	}
	if err := insertAttempts(ctx, tx, stored, now); err != nil {
		return nil, err
	}
	return stored, updateHealth(ctx, tx, stored, rows, now)
}

// finishDeliveries moves deliveries on that still belong to their worker, and returns their results.
func (s *Service) finishDeliveries(ctx context.Context, tx *eventlog.Tx, batch []result, rows map[string]*ent.Integration, now ms.Time) ([]result, error) {
	kinds := []string{"text", "bigint", "text", "bigint", "boolean", "bigint", "bigint"}
	var values []string
	var args []any
	for _, r := range batch {
		in := rows[r.integrationID]
		if in == nil {
			continue // the whole workspace was erased meanwhile
		}
		st := s.o.Schedule.next(r, in, now, s.o.Random())
		var finished *int64
		switch st.state {
		case delivery.StateDONE, delivery.StateEXHAUSTED, delivery.StateCANCELLED:
			at := int64(now)
			finished = &at
		}
		values = append(values, tuple(len(args), kinds))
		args = append(args, r.id, r.attempt, string(st.state), st.tries, st.steppedAside, int64(st.nextAt), finished)
	}
	if len(values) == 0 {
		return nil, nil
	}
	query := `WITH v (id, attempt, state, tries, stepped_aside, next_at, finished_at) AS (VALUES ` + strings.Join(values, ", ") + `)
UPDATE deliveries SET state = v.state, tries = v.tries, stepped_aside = v.stepped_aside, next_at = v.next_at,
	finished_at = v.finished_at, lease_until = NULL, lease_owner = '' FROM v
WHERE deliveries.id = v.id AND deliveries.attempts = v.attempt AND deliveries.state = 'RUNNING' RETURNING deliveries.id`
	moved := map[string]bool{}
	err := scan(ctx, tx.Client(), query, args, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		moved[id] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finish deliveries: %w", err)
	}
	var stored []result
	for _, r := range batch {
		if moved[r.id] {
			stored = append(stored, r)
		}
	}
	return stored, nil
}

// insertAttempts keeps what was sent.
func insertAttempts(ctx context.Context, tx *eventlog.Tx, stored []result, now ms.Time) error {
	var creates []*ent.AttemptCreate
	for _, r := range stored {
		o := r.outcome
		if o == nil {
			continue
		}
		c := tx.Client().Attempt.Create().SetID(id.New(id.Attempt)).SetWorkspaceID(r.workspace).SetCreatedAt(now).
			SetDeliveryID(r.id).SetNumber(r.attempt).SetTrigger(r.trigger()).SetOutcome(o.Result).SetError(o.Error).
			SetAnswer(o.Answer).SetRemoteAddress(o.RemoteAddress).SetStartedAt(o.StartedAt).
			SetDNSUs(int64(o.Phases.DNS / time.Microsecond)).SetConnectUs(int64(o.Phases.Connect / time.Microsecond)).
			SetTLSUs(int64(o.Phases.TLS / time.Microsecond)).SetFirstByteUs(int64(o.Phases.FirstByte / time.Microsecond)).
			SetTotalUs(int64(o.Phases.Total / time.Microsecond))
		if o.Status != 0 {
			c.SetStatus(o.Status)
		}
		creates = append(creates, c)
	}
	if len(creates) == 0 {
		return nil
	}
	if err := tx.Client().Attempt.CreateBulk(creates...).Exec(ctx); err != nil {
		return fmt.Errorf("store attempts: %w", err)
	}
	return nil
}

// trigger tells a resent delivery from one that its schedule sends: only Resend puts one with no tries out of order.
func (r result) trigger() attempt.Trigger {
	if r.steppedAside && r.tries == 0 {
		return attempt.TriggerRESEND
	}
	return attempt.TriggerSCHEDULE
}
