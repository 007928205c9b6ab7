package dialogue

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/function"
	"parley/ent/raw"
	"parley/eventlog"
)

// AgentInput are the settings of an agent. Nil means the default when an agent is made, and unchanged when it is
// updated. Defaults and bounds stand in ent/schema/agent.go.
type AgentInput struct {
	Name, Instructions *string
	Models             *[]string
	Script             *raw.JSON
	Region             *string
	Public             *bool
	OnBusy             *agent.OnBusy
	QuietMs, MaxWaitMs *int
	MaxCalls, MaxSteps *int
	MaxTurnTokens      *int
	MaxTurnSeconds     *int
	// DailyTokens of 0 takes the limit away.
	DailyTokens  *int64
	FallbackText *string
	// AnswerSchema is the JSON Schema of an object that each answer is then held to; null takes it away.
	AnswerSchema *raw.JSON
	// TimeZone is an IANA name; empty means UTC. In it the agent tells the time and keeps its quiet hours.
	TimeZone *string
	// FollowUps are what it writes when the customer stays silent, one after the other; at most 5.
	FollowUps *[]FollowUp
	// QuietHours hold follow-ups back.
	QuietHours *QuietHours
	// TagFunctions says whether a new agent gets the eight functions that raise the built-in tags; nil means yes.
	TagFunctions *bool
	// AllowedSites are the origins that may show the chat page in a frame, at most 20.
	AllowedSites *[]string
	// Chat says how the chat page looks.
	Chat *ChatSettings
}

// CreateAgent makes an agent. Name is required.
func (s *Service) CreateAgent(ctx context.Context, in AgentInput) (ID, error) {
	if err := s.checkAgent(ctx, in, true); err != nil {
		return ID{}, err
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		create := tx.Client().Agent.Create().SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now)
		if err := in.apply(create.Mutation()); err != nil {
			return ID{}, err
		}
		a, err := create.Save(ctx)
		if err != nil {
			return ID{}, fmt.Errorf("make the agent: %w", err)
		}
		if in.TagFunctions == nil || *in.TagFunctions {
			if err := makeBuiltins(ctx, tx, a); err != nil {
				return ID{}, fmt.Errorf("make the functions of the agent: %w", err)
			}
		}
		return ID{a.ID}, nil
	})
}

// UpdateAgent changes what in names. Turns read the agent before each step, so running ones see the change.
func (s *Service) UpdateAgent(ctx context.Context, agentID string, in AgentInput) (ID, error) {
	if err := s.checkAgent(ctx, in, false); err != nil {
		return ID{}, err
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		if _, err := liveAgent(ctx, tx, agentID); err != nil {
			return ID{}, err
		}
		update := tx.Client().Agent.Update().Where(agent.ID(agentID)).SetUpdatedAt(tx.Now)
		if err := in.apply(update.Mutation()); err != nil {
			return ID{}, err
		}
		return ID{agentID}, update.Exec(ctx)
	})
}

// DeleteAgent takes an agent out of use. Its turns end with STOPPED, its threads stay readable, and messages in them
// are stored without an answer. Deleting it again changes nothing.
func (s *Service) DeleteAgent(ctx context.Context, agentID string) (ID, error) {
	result, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		if _, err := tx.Client().Agent.Query().Where(agent.ID(agentID)).Only(ctx); err != nil {
			return ID{}, err
		}
		return ID{agentID}, tx.Client().Agent.Update().Where(agent.ID(agentID), agent.DeletedAtIsNil()).
			SetDeletedAt(tx.Now).SetUpdatedAt(tx.Now).Exec(ctx)
	})
	if err == nil {
		// The workers end the agent's turns, each in a transaction of its own: there may be thousands.
		s.running.stop(func(h *hold) bool { return h.agentID == agentID })
	}
	return result, err
}

// liveAgent returns an agent that was not deleted.
func liveAgent(ctx context.Context, tx *eventlog.Tx, agentID string) (*ent.Agent, error) {
	return tx.Client().Agent.Query().Where(agent.ID(agentID), agent.DeletedAtIsNil()).Only(ctx)
}

func makeBuiltins(ctx context.Context, tx *eventlog.Tx, a *ent.Agent) error {
	creates := make([]*ent.FunctionCreate, len(builtins))
	for i, b := range builtins {
		creates[i] = tx.Client().Function.Create().SetWorkspaceID(a.WorkspaceID).SetAgentID(a.ID).SetKind(function.KindTAG).
			SetName(b.tag).SetTag(b.tag).SetDescription(b.description).SetParameters(b.parameters).
			SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now)
	}
	return tx.Client().Function.CreateBulk(creates...).Exec(ctx)
}

// apply sets on the mutation what the input names.
func (in AgentInput) apply(m *ent.AgentMutation) error {
	set(in.Name, m.SetName)
	set(in.Instructions, m.SetInstructions)
	set(in.Models, m.SetModels)
	set(in.Script, func(script raw.JSON) { m.SetScript(kept(script)) })
	set(in.Region, m.SetRegion)
	set(in.Public, m.SetPublic)
	set(in.OnBusy, m.SetOnBusy)
	set(in.QuietMs, m.SetQuietMs)
	set(in.MaxWaitMs, m.SetMaxWaitMs)
	set(in.MaxCalls, m.SetMaxCalls)
	set(in.MaxSteps, m.SetMaxSteps)
	set(in.MaxTurnTokens, m.SetMaxTurnTokens)
	set(in.MaxTurnSeconds, m.SetMaxTurnSeconds)
	set(in.FallbackText, m.SetFallbackText)
	set(in.AnswerSchema, func(schema raw.JSON) { m.SetAnswerSchema(kept(schema)) })
	in.applyReminders(m)
	if in.DailyTokens != nil && *in.DailyTokens == 0 {
		m.ClearDailyTokens()
	} else {
		set(in.DailyTokens, m.SetDailyTokens)
	}
	return in.applyChat(m)
}

func set[T any](value *T, setter func(T)) {
	if value != nil {
		setter(*value)
	}
}
