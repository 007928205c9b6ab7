package eventlog

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/id"
	"parley/ent/integration"
)

// planned are the events of the transaction that one integration wants.
type planned struct {
	integration *ent.Integration
	events      []*pending
	ordinal     int64 // place of the first in a FIFO queue
}

// planDeliveries finds who wants which event, and takes places in FIFO queues. It comes before the feed shards: who
// disables an integration holds its row when it emits an event.
func (tx *Tx) planDeliveries(ctx context.Context) ([]planned, error) {
	if !slices.ContainsFunc(tx.events, func(p pending) bool { return p.row.Body != "" }) {
		return nil, nil
	}
	all, err := tx.integrations(ctx, tx.events[0].row.WorkspaceID)
	if err != nil {
		return nil, err
	}
	tx.planned = &all.revision
	var plans []planned
	for _, in := range all.rows {
		plan := planned{integration: in}
		for i := range tx.events {
			if wants(in, &tx.events[i]) {
				plan.events = append(plan.events, &tx.events[i])
			}
		}
		if len(plan.events) == 0 {
			continue
		}
		if plan.ordinal, err = tx.takeOrdinals(ctx, in, len(plan.events)); err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// fewDeliveries go to the database together with the events; more are one statement of their own.
const fewDeliveries = 4

// manyDeliveries are as many as one statement holds. SQLite goes through the names of all parameters for each that it binds, so that
// the time of a statement grows with the square of their number.
const manyDeliveries = 32

// deliverAtOnce lets a few deliveries wait for the end, and returns the plans of all others.
func (tx *Tx) deliverAtOnce(ctx context.Context, plans []planned) ([]planned, error) {
	n := 0
	for _, plan := range plans {
		n += len(plan.events)
	}
	if n > fewDeliveries {
		return plans, nil
	}
	for _, row := range tx.deliveries(plans) {
		var w statement
		w.add(intoDeliveries).row(row)
		tx.waiting = append(tx.waiting, queued{w.text.String(), w.args, ErrNotOneRow})
	}
	return nil, nil
}

// insertDeliveries adds a delivery for every event that an integration wants, in the transaction that made the event.
func (tx *Tx) insertDeliveries(ctx context.Context, plans []planned) error {
	for some := range slices.Chunk(tx.deliveries(plans), manyDeliveries) {
		var w statement
		w.add(intoDeliveries)
		for i, row := range some {
			if i > 0 {
				w.add(`, `)
			}
			w.row(row)
		}
		if _, err := tx.Client().ExecContext(ctx, w.text.String(), w.args...); err != nil {
			return fmt.Errorf("store deliveries: %w", err)
		}
	}
	return nil
}

// intoDeliveries begins a statement by hand: with ent's builder a delivery cost its transaction half as much again. Other columns
// begin with their defaults.
const intoDeliveries = `INSERT INTO deliveries (id, workspace_id, created_at, event_type, thread_id, sequence, ordinal, state, next_at, event_id, integration_id) VALUES `

// deliveries are the rows of what is planned. A delivery begins pending, or held while the integration is disabled, and while a
// FIFO integration holds older ones, so that nothing is lost and all can be released.
func (tx *Tx) deliveries(plans []planned) (rows [][]any) {
	for _, plan := range plans {
		in := plan.integration
		state := delivery.StatePENDING
		if in.State == integration.StateDISABLED || in.Ordering == integration.OrderingFIFO && in.Holding != integration.HoldingNONE {
			state = delivery.StateHELD
		}
		for i, p := range plan.events {
			var ordinal *int64
			if in.Ordering == integration.OrderingFIFO {
				ordinal = new(plan.ordinal + int64(i))
			}
			e := &p.row
			rows = append(rows, []any{id.New(id.Delivery), e.WorkspaceID, tx.Now, e.Type, e.ThreadID, e.Sequence, ordinal, string(state), tx.Now, e.ID, in.ID})
			if in.State == integration.StateENABLED {
				tx.wake.New = append(tx.wake.New, in)
			}
		}
	}
	return rows
}

// takeOrdinals returns the first of n places in the queue of a FIFO integration.
func (tx *Tx) takeOrdinals(ctx context.Context, in *ent.Integration, n int) (int64, error) {
	if in.Ordering != integration.OrderingFIFO {
		return 0, nil
	}
	const take = `UPDATE integrations SET fifo_last = fifo_last + $1 WHERE workspace_id = $2 AND id = $3 RETURNING fifo_last`
	if err := tx.begin(ctx); err != nil {
		return 0, err
	}
	last, err := queryInt(ctx, tx.raw, take, n, in.WorkspaceID, in.ID)
	if err != nil {
		return 0, fmt.Errorf("take places in the queue of %s: %w", in.ID, err)
	}
	return last - int64(n) + 1, nil
}

func wants(in *ent.Integration, p *pending) bool {
	if p.row.Body == "" || p.about == in.ID || !slices.ContainsFunc(in.EventTypes, func(pattern string) bool { return Matches(pattern, p.row.Type) }) {
		return false
	}
	if p.host == nil {
		return true
	}
	return (len(in.AgentIds) == 0 || slices.Contains(in.AgentIds, p.host.Row.AgentID)) &&
		(len(in.Channels) == 0 || slices.Contains(in.Channels, p.host.Row.Channel))
}
