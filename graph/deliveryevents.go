package graph

import (
	"context"

	"parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/invalid"
)

// endOfDeliveries is the cursor of deliveryEvents behind the last attempt that there is now.
func (r *Resolver) endOfDeliveries(ctx context.Context) (eventlog.Cursor, error) {
	v, _ := viewer.FromContext(ctx)
	history, err := r.history(ctx)
	if err != nil {
		return eventlog.Cursor{}, err
	}
	last, err := r.delivery.Position(ctx)
	return eventlog.Cursor{History: history, Deliveries: v.Workspace, Sequence: last}, err
}

// followDeliveries streams attempts behind a cursor, or from now on, until ctx ends or there is an error; see failStream.
func (r *Resolver) followDeliveries(ctx context.Context, after *gql.Cursor, integrationID *string) (<-chan *gql.DeliveryEvent, error) {
	after = resumeAfter(ctx, after)
	last, err := r.endOfDeliveries(ctx)
	if err != nil {
		return nil, err
	}
	of := ""
	if integrationID != nil {
		if of = *integrationID; of == "" {
			return nil, invalid.One("integrationId", "is empty: leave it out for all integrations")
		}
		if _, err := r.client.Integration.Query().Where(integration.ID(of)).OnlyID(ctx); err != nil {
			return nil, err
		}
	}
	if after != nil && *after != "" {
		given, err := eventlog.ReadCursor(r.keys, string(*after))
		switch {
		case err != nil || given.Deliveries != last.Deliveries:
			return nil, invalid.One("after", "is no cursor of deliveries: use one that an earlier event or `workspace { deliveryCursor }` gave")
		case given.History != last.History:
			return nil, eventlog.ErrCursorExpired
		}
		last = given
		if _, _, err := r.delivery.After(ctx, of, last.Sequence, 1); err != nil { // says at once when the cursor has expired
			return nil, err
		}
	}
	out := make(chan *gql.DeliveryEvent, 1)
	tellPlace(ctx, standing{sequence: last.Sequence})
	go func() {
		defer close(out)
		if err := r.passDeliveries(ctx, last, of, out); err != nil {
			failStream(ctx, err)
		}
	}()
	return out, nil
}

func (r *Resolver) passDeliveries(ctx context.Context, last eventlog.Cursor, integrationID string, out chan<- *gql.DeliveryEvent) error {
	for row, err := range r.delivery.Follow(ctx, integrationID, last.Sequence) {
		if err != nil {
			return err
		}
		last.Sequence = *row.Position
		if row.Delivery == nil {
			tellPlace(ctx, standing{sequence: last.Sequence})
			continue
		}
		event := &gql.DeliveryEvent{Attempt: row.Attempt, Delivery: row.Delivery, State: delivery.State(row.StateAfter), Cursor: gql.Cursor(last.String(r.keys))}
		tellEvent(ctx, event.Cursor, standing{sequence: last.Sequence})
		select {
		case out <- event:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
