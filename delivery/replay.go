package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/id"
	"parley/ent/integration"
	"parley/ent/ms"
	entreplay "parley/ent/replay"
	"parley/eventlog"
	"parley/invalid"
)

const (
	// replayBatch is how many deliveries one transaction of a replay looks at.
	replayBatch = 500
	// maxReplays is how many replays of one integration may run at once.
	maxReplays = 5
	// replayLease is how long a replay stays with a process that gives no sign of life.
	replayLease = 30 * time.Second
)

// ReplayInput says which deliveries are to be sent once more.
type ReplayInput struct {
	IntegrationID string
	Since         ms.Time // of the deliveries' making, included
	Until         ms.Time // not included; 0 and what is to come mean now
	EventTypes    []string
	States        []delivery.State // DONE, EXHAUSTED or both; empty means both
}

// ErrManyReplays is returned by Replay while as many replays of the integration run as may.
var ErrManyReplays = fmt.Errorf("%d replays of the integration are running: wait for one to end, or cancel it", maxReplays)

// Replay begins a run that makes past deliveries of an integration due again, oldest first, each with its webhook-id, its
// body as it was, and a fresh schedule. They go outside of the order and in a slower lane: they get a part of the endpoint
// that new deliveries leave. The run goes on in the background, over restarts. The error is an *invalid.Error for bad
// input, ErrDisabled, ErrManyReplays, or ent's NotFoundError for an unknown integration.
func (s *Service) Replay(ctx context.Context, in ReplayInput) (Result, error) {
	done, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		row, now, err := s.lockIntegration(ctx, tx, in.IntegrationID)
		if err != nil {
			return Result{}, err
		}
		if row.State == integration.StateDISABLED {
			return Result{}, ErrDisabled
		}
		if err := in.check(now); err != nil {
			return Result{}, err
		}
		running, err := tx.Client().Replay.Query().
			Where(entreplay.IntegrationID(row.ID), entreplay.StateEQ(entreplay.StateRUNNING)).Count(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("count the replays of %s: %w", row.ID, err)
		}
		if running >= maxReplays {
			return Result{}, ErrManyReplays
		}
		states := []string{}
		for _, state := range in.States {
			states = append(states, string(state))
		}
		made, err := tx.Client().Replay.Create().SetID(id.New(id.Replay)).SetCreatedAt(now).SetIntegrationID(row.ID).
			SetSince(in.Since).SetUntil(in.Until).SetEventTypes(unique(notNil(in.EventTypes))).SetStates(unique(states)).Save(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("store the replay: %w", err)
		}
		return Result{ID: made.ID}, nil
	})
	if err == nil {
		s.replays.Poke()
	}
	return done, err
}

func (in *ReplayInput) check(now ms.Time) error {
	var bad invalid.Error
	if in.Until == 0 || in.Until > now {
		in.Until = now
	}
	if in.Since >= in.Until {
		bad.Add("since", "must be before until and before now")
	}
	if len(in.EventTypes) > 0 {
		checkEventTypes(&bad, "types", in.EventTypes)
	}
	for _, state := range in.States {
		if state != delivery.StateDONE && state != delivery.StateEXHAUSTED {
			bad.Add("states", "may be DONE and EXHAUSTED: others are under way, held or cancelled; releaseHeldDeliveries sends what is held")
			break
		}
	}
	if len(in.States) == 0 {
		in.States = []delivery.State{delivery.StateDONE, delivery.StateEXHAUSTED}
	}
	return bad.Err()
}

// CancelReplay ends a replay. What it has made due and was not sent yet goes back to how it had ended before. The error is
// ent's NotFoundError for an unknown id; one that has ended stays as it is.
func (s *Service) CancelReplay(ctx context.Context, replayID string) (Result, error) {
	done, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		row, err := tx.Client().Replay.Query().Where(entreplay.ID(replayID)).Only(ctx)
		if err != nil {
			return Result{}, err
		}
		_, err = tx.Client().Replay.Update().Where(entreplay.ID(row.ID), entreplay.StateEQ(entreplay.StateRUNNING)).
			SetState(entreplay.StateCANCELLED).Save(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("cancel %s: %w", row.ID, err)
		}
		return Result{ID: row.ID}, nil
	})
	if err == nil {
		s.replays.Poke()
	}
	return done, err
}

// ReplayWaiting counts what a replay has made due and was not delivered yet, up to 10,000.
func (s *Service) ReplayWaiting(ctx context.Context, r *ent.Replay) (n int, err error) {
	const query = `SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE integration_id = $1 AND workspace_id = $2 AND state = '{state}'
	AND replay_id = $3 LIMIT {most}) AS few`
	for _, state := range []string{"PENDING", "RUNNING"} {
		var some int
		text := s.sql(query, "{state}", state, "{most}", fmt.Sprint(mostCounted))
		err := eventlog.Scan(ctx, s.log.Client(), text, []any{r.IntegrationID, r.WorkspaceID, r.ID}, func(row eventlog.Row) error { return row.Scan(&some) })
		if err != nil {
			return 0, fmt.Errorf("count what %s has made due: %w", r.ID, err)
		}
		n += some
	}
	return min(n, mostCounted), nil
}

// wantedBy says whether a replay is of a delivery.
func wantedBy(r *ent.Replay, d *ent.Delivery) bool {
	return len(r.EventTypes) == 0 || slices.ContainsFunc(r.EventTypes, func(p string) bool { return eventlog.Matches(p, d.EventType) })
}
