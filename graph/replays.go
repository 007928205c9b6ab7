package graph

import (
	"context"

	"parley/delivery"
	"parley/ent"
	entdelivery "parley/ent/delivery"
	"parley/ent/replay"
	"parley/graph/gql"
)

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
