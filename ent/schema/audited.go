package schema

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent"

	gen "parley/ent"
	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/apikey"
	"parley/ent/function"
	"parley/ent/integration"
	"parley/ent/modelprice"
	"parley/ent/providercredential"
	"parley/ent/secret"
	"parley/ent/trail"
	"parley/ent/workspace"
)

// audited is a mixin of entities that administrators own: what an administrative mutation changes in them goes into the audit
// log, whichever verb does it.
type audited struct{ entity }

// Hooks adds to the trail of the context, if there is one.
func (audited) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			t := trail.FromContext(ctx)
			if t == nil {
				return next.Mutate(ctx, m)
			}
			changing, ok := m.(changingRows)
			if !ok {
				return nil, fmt.Errorf("audit %s: a mutation without ids", m.Type())
			}
			var ids []string
			var err error
			if !m.Op().Is(ent.OpCreate) {
				if ids, err = changing.IDs(ctx); err != nil {
					return nil, err
				}
			}
			before, err := rowsOf(ctx, changing.Client(), m.Type(), ids)
			if err != nil {
				return nil, err
			}
			done, err := next.Mutate(ctx, m)
			if err != nil {
				return done, err
			}
			if id, known := changing.ID(); m.Op().Is(ent.OpCreate) && known {
				ids = []string{id}
			}
			after, err := rowsOf(ctx, changing.Client(), m.Type(), ids)
			for _, id := range ids {
				if before[id] != nil || after[id] != nil {
					t.Add(m.Type(), id, before[id], after[id])
				}
			}
			return done, err
		})
	}}
}

// changingRows is what generated mutations offer.
type changingRows interface {
	ID() (id string, exists bool)
	IDs(context.Context) ([]string, error)
	Client() *gen.Client
}

// rowsOf reads rows of an audited entity.
func rowsOf(ctx context.Context, c *gen.Client, kind string, ids []string) (map[string]trail.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	switch kind {
	case gen.TypeAgent:
		return inTrail(c.Agent.Query().Where(agent.IDIn(ids...)).All(ctx))
	case gen.TypeAgentVersion:
		return inTrail(c.AgentVersion.Query().Where(agentversion.IDIn(ids...)).All(ctx))
	case gen.TypeFunction:
		return inTrail(c.Function.Query().Where(function.IDIn(ids...)).All(ctx))
	case gen.TypeIntegration:
		return inTrail(c.Integration.Query().Where(integration.IDIn(ids...)).All(ctx))
	case gen.TypeSecret:
		return inTrail(c.Secret.Query().Where(secret.IDIn(ids...)).All(ctx))
	case gen.TypeProviderCredential:
		return inTrail(c.ProviderCredential.Query().Where(providercredential.IDIn(ids...)).All(ctx))
	case gen.TypeModelPrice:
		return inTrail(c.ModelPrice.Query().Where(modelprice.IDIn(ids...)).All(ctx))
	case gen.TypeWorkspace:
		return inTrail(c.Workspace.Query().Where(workspace.IDIn(ids...)).All(ctx))
	case gen.TypeAPIKey:
		return inTrail(c.APIKey.Query().Where(apikey.IDIn(ids...)).All(ctx))
	}
	return nil, fmt.Errorf("audit %s: its rows cannot be read", kind)
}

// notInTrail are columns that say nothing to whoever reads the audit log. Sensitive ones are left out by ent.
var notInTrail = []string{"id", "edges", "workspace_id", "created_at", "updated_at", "revision", "last_used_at", "fifo_last", "integrations_revision", "history"}

func inTrail[T any](rows []*T, err error) (map[string]trail.Row, error) {
	if err != nil {
		return nil, err
	}
	found := map[string]trail.Row{}
	for _, row := range rows {
		text, err := json.Marshal(row)
		if err != nil {
			return nil, err
		}
		var r trail.Row
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, err
		}
		var id string
		if err := json.Unmarshal(r["id"], &id); err != nil {
			return nil, err
		}
		for _, name := range notInTrail {
			delete(r, name)
		}
		found[id] = r
	}
	return found, nil
}
