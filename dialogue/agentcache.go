package dialogue

import (
	"context"
	"fmt"
	"sync"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/detach"
	"parley/ent/function"
)

// maxAgents is how many agents a process keeps at hand.
const maxAgents = 1000

// agentCache keeps rows of agents, with the functions of their drafts, as of a revision. The revision of an agent grows
// with every change of either (ent/schema/agent.go), so what is kept is never stale to whoever knows the present one.
type agentCache struct {
	mu    sync.Mutex // protects known
	known map[string]*ent.Agent
}

// get returns an agent, deleted or not, as it is at a revision or later. Nobody may change what it returns.
func (c *agentCache) get(ctx context.Context, client *ent.Client, agentID string, revision int64) (*ent.Agent, error) {
	c.mu.Lock()
	found := c.known[agentID]
	c.mu.Unlock()
	if found != nil && found.Revision == revision {
		return found, nil
	}
	// The row first: functions that changed meanwhile are then kept under a revision that is too old, and read again.
	a, err := client.Agent.Query().Where(agent.ID(agentID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	a = detach.Row(a)
	functions, err := client.Function.Query().Where(function.AgentID(agentID)).Order(function.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the functions of %s: %w", agentID, err)
	}
	a.Edges.Functions = detach.Rows(functions)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxAgents {
		c.known = map[string]*ent.Agent{}
	}
	if kept := c.known[agentID]; kept == nil || kept.Revision <= a.Revision {
		c.known[agentID] = a
	}
	return a, nil
}

// agentAt returns the agent of a thread with its functions, enabled or not, as the thread's next step sees it: the version
// that the thread follows, or the draft. Revision is the agent's present one.
func (s *Service) agentAt(ctx context.Context, client *ent.Client, t *ent.Thread, revision int64) (*ent.Agent, error) {
	a, err := s.agents.get(ctx, client, t.AgentID, revision)
	if err != nil {
		return nil, err
	}
	v, err := s.versionOf(ctx, client, a, t)
	if err != nil || v == nil {
		return a, err
	}
	return v.over(a), nil
}

// agentOf is agentAt for who does not know the revision.
func (s *Service) agentOf(ctx context.Context, client *ent.Client, t *ent.Thread) (*ent.Agent, error) {
	revision, err := client.Agent.Query().Where(agent.ID(t.AgentID)).Select(agent.FieldRevision).Int(ctx)
	if err != nil {
		return nil, err
	}
	return s.agentAt(ctx, client, t, int64(revision))
}
