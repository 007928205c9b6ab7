package dialogue

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/raw"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// ErrNoChat is returned for an agent that is not there, was deleted, or is not public: a visitor learns no more.
var ErrNoChat = errors.New("there is no chat with this agent")

const (
	// chatChannel is the channel of threads that visitors begin.
	chatChannel = "chat"
	// maxVisitorMetadata bounds what a visitor may claim, in bytes.
	maxVisitorMetadata = 4 << 10
)

// ChatInput begins a thread for a visitor, who has no key.
type ChatInput struct {
	AgentID  string
	Name     *string
	Metadata *raw.JSON
}

// PublicAgent finds an agent that visitors may talk with. The error is ErrNoChat unless the database fails.
func (s *Service) PublicAgent(ctx context.Context, agentID string) (*ent.Agent, error) {
	workspaceID := ""
	err := eventlog.Scan(viewer.SystemContext(ctx, "start chat"), s.log.Client(),
		`SELECT workspace_id FROM agents WHERE id = $1 AND public AND deleted_at IS NULL`, []any{agentID},
		func(row eventlog.Row) error { return row.Scan(&workspaceID) })
	if err != nil {
		return nil, fmt.Errorf("look up a public agent: %w", err)
	}
	if workspaceID == "" {
		return nil, ErrNoChat
	}
	a, err := s.log.Client().Agent.Query().Where(agent.ID(agentID)).Only(viewer.WorkerContext(ctx, workspaceID, "start chat"))
	if ent.IsNotFound(err) {
		return nil, ErrNoChat
	}
	return a, err
}

// StartChat begins a thread of a public agent with a new customer. It is no app's word, so it takes up nobody who is known, and
// leaves the app's own ids alone. Call it with the agent's workspace in ctx.
func (s *Service) StartChat(ctx context.Context, in ChatInput) (ThreadResult, error) {
	var bad invalid.Error
	if in.Name != nil {
		bad.Text("name", *in.Name, 0, maxName)
	}
	if in.Metadata != nil && !absent(*in.Metadata) {
		checkObject(&bad, "metadata", *in.Metadata, maxVisitorMetadata)
	}
	if err := bad.Err(); err != nil {
		return ThreadResult{}, err
	}
	return s.CreateThread(ctx, ThreadInput{AgentID: in.AgentID, Customer: &CustomerInput{Name: in.Name}, Channel: chatChannel, Metadata: in.Metadata})
}
