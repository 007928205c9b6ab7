package graph

import (
	"context"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/id"
	"parley/ent/raw"
	"parley/ent/relay"
	"parley/graph/gql"
)

// pageVersions reads the versions of an agent, newest first.
func (r *Resolver) pageVersions(ctx context.Context, a *ent.Agent, after *gql.Cursor, first *int, before *gql.Cursor, last *int) (*ent.AgentVersionConnection, error) {
	if !mayReadAgent(ctx) {
		return nil, nil
	}
	order := &ent.AgentVersionOrder{Direction: relay.OrderDirectionDesc, Field: ent.AgentVersionOrderFieldCreatedAt}
	p, err := newPage(placeIn(id.Version, order.Field.Value), after, first, before, last)
	if err != nil {
		return nil, err
	}
	return r.client.AgentVersion.Query().Where(agentversion.AgentID(a.ID)).
		Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithAgentVersionOrder(order))
}

// version reads a version by its id; "" is none.
func (r *Resolver) version(ctx context.Context, versionID string) (*ent.AgentVersion, error) {
	if versionID == "" {
		return nil, nil
	}
	return orNull(r.client.AgentVersion.Query().Where(agentversion.ID(versionID)).Only(ctx))
}

// versionOfThread returns the version that a thread follows; nil is the draft.
func (r *Resolver) versionOfThread(ctx context.Context, t *ent.Thread) (*ent.AgentVersion, error) {
	if !mayReadAgent(ctx) {
		return nil, nil
	}
	a, err := r.client.Agent.Query().Where(agent.ID(t.AgentID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	versionID, err := dialogue.FollowedVersion(ctx, r.client, a, t)
	if err != nil {
		return nil, err
	}
	return r.version(ctx, versionID)
}

// settingsOf returns what a version holds, for those who may read how an agent is made.
func settingsOf(ctx context.Context, v *ent.AgentVersion) *raw.JSON {
	if !mayReadAgent(ctx) {
		return nil
	}
	return &v.Settings
}

// versionPayload reads what publishing left.
func (r *Resolver) versionPayload(ctx context.Context, clientMutationID *string, done dialogue.VersionResult) (*gql.AgentVersionPayload, error) {
	a, err := r.client.Agent.Query().Where(agent.ID(done.AgentID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	v, err := r.client.AgentVersion.Query().Where(agentversion.ID(done.VersionID)).Only(ctx)
	return &gql.AgentVersionPayload{ClientMutationID: clientMutationID, Agent: a, Version: v}, err
}
