package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// maxMutationID bounds a clientMutationId, in characters.
const maxMutationID = 200

// rememberMutations makes a mutation with a clientMutationId repeatable: its verb finds the id in the context and keeps
// its result in its own transaction. It stands around every field, and checks the arguments of each first.
func rememberMutations(ctx context.Context, next graphql.Resolver) (any, error) {
	if err := checkArguments(ctx); err != nil {
		return nil, err
	}
	fc := graphql.GetFieldContext(ctx)
	if fc.Object != "Mutation" {
		return next(ctx)
	}
	ctx = withAct(ctx, fc.Field)
	// Most mutations have no id, and need not be written down for their hash.
	sent, _ := fc.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)["input"].(map[string]any)
	named, ok := sent["clientMutationId"].(string)
	if !ok {
		return next(ctx)
	}
	input, err := json.Marshal(fc.Args["input"])
	if err != nil {
		return nil, err
	}
	var bad invalid.Error
	bad.Text("clientMutationId", named, 1, maxMutationID)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return next(ctx) // @auth will refuse it
	}
	sum := sha256.Sum256(input)
	return next(eventlog.WithOnce(ctx, eventlog.Once{
		Viewer: v.Key + v.Thread, Name: fc.Field.Name, ID: named, InputHash: hex.EncodeToString(sum[:]),
	}))
}
