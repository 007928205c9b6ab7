package graph

import (
	"context"
	"time"

	"parley/delivery"
	"parley/ent"
	entdelivery "parley/ent/delivery"
	"parley/ent/ms"
	"parley/ent/replay"
	"parley/graph/gql"
)

// usualRange is how far Integration.stats goes back without a beginning.
const usualRange = 23 * time.Hour

// countAttempts reads how the attempts of an integration went.
func (r *Resolver) countAttempts(ctx context.Context, integrationID string, since, until *ms.Time, bucket gql.StatsBucket) ([]*delivery.Stats, error) {
	if until == nil {
		until = new(ms.Now())
	}
	if since == nil {
		since = new(until.Add(-usualRange))
	}
	size := delivery.Hour
	if bucket == gql.StatsBucketDay {
		size = delivery.Day
	}
	counted, err := r.delivery.Stats(ctx, integrationID, *since, *until, size)
	if err != nil {
		return nil, err
	}
	out := make([]*delivery.Stats, len(counted))
	for i := range counted {
		out[i] = &counted[i]
	}
	return out, nil
}

// maxReplays is how many replays of an integration are listed.
const maxReplays = 50

func newReplay(in gql.ReplayDeliveriesInput) delivery.ReplayInput {
	out := delivery.ReplayInput{IntegrationID: in.IntegrationID, Since: in.Since, EventTypes: in.Types, States: in.States}
	if in.Until != nil {
		out.Until = *in.Until
	}
	return out
}

// replayed answers with the replay that a mutation has begun or ended.
func (r *Resolver) replayed(ctx context.Context, clientMutationID *string, replayID string, err error) (*gql.ReplayPayload, error) {
	if err != nil {
		return nil, err
	}
	row, err := r.client.Replay.Query().Where(replay.ID(replayID)).Only(ctx)
	return &gql.ReplayPayload{ClientMutationID: clientMutationID, Replay: row}, err
}

func statesOf(row *ent.Replay) []entdelivery.State {
	states := make([]entdelivery.State, len(row.States))
	for i, s := range row.States {
		states[i] = entdelivery.State(s)
	}
	return states
}
