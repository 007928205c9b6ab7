package delivery

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/integration"
	"parley/eventlog"
)

// ErrRunning is returned by Resend for a delivery that is being sent right now.
var ErrRunning = errors.New("the delivery is being sent right now")

// ErrDisabled is returned by Resend when the integration is disabled: enable it first.
var ErrDisabled = errors.New("the integration is disabled")

// Resent names a delivery that will be sent again.
type Resent struct{ ID string }

// Resend makes a delivery due now with a fresh schedule and the same webhook-id, whatever became of it before. One that
// waits keeps its place in the order; one that had ended, or is held, goes outside of it, so that it holds up nothing new. It returns
// ErrRunning, ErrDisabled, or ent's NotFoundError for an unknown id and for a delivery of a deleted integration.
func (s *Service) Resend(ctx context.Context, deliveryID string) (Resent, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Resent, error) {
		// Until the integration is locked the row may change; what it belongs to never does.
		integrationID, err := integrationOf(ctx, tx.Client(), deliveryID)
		if err != nil {
			return Resent{}, err
		}
		in, now, err := s.lockIntegration(ctx, tx, integrationID)
		if err != nil {
			return Resent{}, err
		}
		if in.State == integration.StateDISABLED {
			return Resent{}, ErrDisabled
		}
		change := tx.Client().Delivery.Update().
			Where(delivery.ID(deliveryID), delivery.StateNotIn(delivery.StateRUNNING, delivery.StatePENDING)).
			SetOutside(true)
		if err := change.Exec(ctx); err != nil {
			return Resent{}, fmt.Errorf("take %s out of the order: %w", deliveryID, err)
		}
		n, err := tx.Client().Delivery.Update().
			Where(delivery.ID(deliveryID), delivery.StateNEQ(delivery.StateRUNNING)).
			SetState(delivery.StatePENDING).SetTries(0).SetNextAt(now).ClearFinishedAt().
			SetResent(true).SetLane(delivery.LaneLIVE).ClearReplayID().Save(ctx)
		if err != nil {
			return Resent{}, fmt.Errorf("resend %s: %w", deliveryID, err)
		}
		if n == 0 {
			return Resent{}, ErrRunning
		}
		tx.WakeDeliveries()
		return Resent{ID: deliveryID}, nil
	})
}

func integrationOf(ctx context.Context, client *ent.Client, deliveryID string) (string, error) {
	row, err := client.Delivery.Query().Where(delivery.ID(deliveryID)).Select(delivery.FieldIntegrationID).Only(ctx)
	if err != nil {
		return "", err
	}
	return row.IntegrationID, nil
}
