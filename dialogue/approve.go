package dialogue

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/failpoint"
	"parley/invalid"
)

// ApproveCall lets a call that waits for approval be sent; the turn goes on. The error is ErrNotAwaiting when the call
// does not wait, for instance because somebody was faster or the turn has ended. The result is the call's id.
func (s *Service) ApproveCall(ctx context.Context, callID string) (ID, error) {
	defer failpoint.Hit("call.approved")
	return s.decide(ctx, callID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, c *ent.Call) error {
		n, err := tx.Client().Call.Update().Where(call.ID(c.ID), call.StateEQ(call.StateAWAITING_APPROVAL)).
			SetState(call.StateRESERVED).Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		return t.Emit(eventlog.CallUpdated, eventlog.Data{CallID: c.ID, TurnID: c.TurnID, Status: call.StateRESERVED.String()}, nil)
	})
}

// RefuseCall keeps a call that waits for approval from being sent; the model is told the reason, and the turn goes on.
// The error is ErrNotAwaiting when the call does not wait. The result is the call's id.
func (s *Service) RefuseCall(ctx context.Context, callID, reason string) (ID, error) {
	var bad invalid.Error
	if bad.Text("reason", reason, 0, 1000); bad.Err() != nil {
		return ID{}, bad.Err()
	}
	if reason == "" {
		reason = "no reason was given"
	}
	return s.decide(ctx, callID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, c *ent.Call) error {
		return closeCall(ctx, tx, t, c, refused("a person refused this call: "+reason))
	})
}

// decide runs a decision on a call that waits for approval, and lets its turn go on.
func (s *Service) decide(ctx context.Context, callID string, decision func(context.Context, *eventlog.Tx, *eventlog.Thread, *ent.Call) error) (ID, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		c, err := tx.Client().Call.Query().Where(call.ID(callID)).Only(ctx)
		if err != nil {
			return ID{}, err
		}
		t, err := tx.Thread(ctx, c.ThreadID)
		if err != nil {
			return ID{}, err
		}
		ctx = own(ctx)
		// Read again under the lock.
		if c, err = tx.Client().Call.Query().Where(call.ID(callID)).Only(ctx); err != nil {
			return ID{}, err
		}
		if c.State != call.StateAWAITING_APPROVAL {
			return ID{}, ErrNotAwaiting
		}
		if err := decision(ctx, tx, t, c); err != nil {
			return ID{}, err
		}
		parked, err := tx.Client().Turn.Query().Where(turn.ID(c.TurnID), turn.StateEQ(turn.StatePARKED)).Only(ctx)
		if ent.IsNotFound(err) {
			return ID{c.ID}, nil // it runs, and looks at its calls before it ends
		}
		if err != nil {
			return ID{}, fmt.Errorf("find the turn: %w", err)
		}
		return ID{c.ID}, unpark(ctx, tx, parked, tx.Now)
	})
}
