package eventlog

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/delivery"
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

// manyDeliveries are as many as one statement holds: databases bound its parameters, SQLite to 32,766.
const manyDeliveries = 500

// deliverAtOnce lets a few deliveries wait for the end, and returns the plans of all others.
func (tx *Tx) deliverAtOnce(ctx context.Context, plans []planned) ([]planned, error) {
	n := 0
	for _, plan := range plans {
		n += len(plan.events)
	}
	if n > fewDeliveries {
		return plans, nil
	}
	for _, c := range tx.deliveries(tx.Later(nil), plans) {
		if err := c.Exec(ctx); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// insertDeliveries adds a delivery for every event that an integration wants, in the transaction that made the event.
func (tx *Tx) insertDeliveries(ctx context.Context, plans []planned) error {
	if len(plans) == 0 {
		return nil
	}
	for some := range slices.Chunk(tx.deliveries(tx.Client(), plans), manyDeliveries) {
		if err := tx.Client().Delivery.CreateBulk(some...).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// deliveries builds what is planned. A disabled integration gets its deliveries held, so that nothing is lost and all can
// be released.
func (tx *Tx) deliveries(client *ent.Client, plans []planned) (creates []*ent.DeliveryCreate) {
	for _, plan := range plans {
		for i, p := range plan.events {
			c := NewDelivery(client, &p.row, plan.integration).SetNextAt(tx.Now).SetCreatedAt(tx.Now)
			if plan.integration.Ordering == integration.OrderingFIFO {
				c.SetOrdinal(plan.ordinal + int64(i))
			}
			creates = append(creates, c)
			if plan.integration.State == integration.StateENABLED {
				tx.wake.New = append(tx.wake.New, plan.integration)
			}
		}
	}
	return creates
}

// NewDelivery begins a delivery of an event to an integration: pending, or held while the integration is disabled, and while a
// FIFO integration holds older ones.
func NewDelivery(client *ent.Client, event *ent.Event, in *ent.Integration) *ent.DeliveryCreate {
	state := delivery.StatePENDING
	if in.State == integration.StateDISABLED || in.Ordering == integration.OrderingFIFO && in.Holding != integration.HoldingNONE {
		state = delivery.StateHELD
	}
	return client.Delivery.Create().SetWorkspaceID(event.WorkspaceID).SetEventID(event.ID).SetEventType(event.Type).
		SetIntegrationID(in.ID).SetNillableThreadID(event.ThreadID).SetNillableSequence(event.Sequence).SetState(state)
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
