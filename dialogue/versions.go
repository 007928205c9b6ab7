package dialogue

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/raw"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// PublishInput says how a draft is published.
type PublishInput struct {
	AgentID string
	// Note says what is new, in at most 1,000 characters.
	Note string
	// MoveThreads takes all threads of the agent along, from their next step on.
	MoveThreads bool
}

// RollbackInput says which version is published again.
type RollbackInput struct {
	AgentID     string
	Number      int
	MoveThreads bool
	// RestoreDraft makes the draft equal to the version.
	RestoreDraft bool
}

// VersionResult names the version that new threads are pinned to.
type VersionResult struct {
	AgentID   string `json:"agentId"`
	VersionID string `json:"versionId"`
}

// maxNote is the longest note of a version, in characters.
const maxNote = 1000

// PublishAgent keeps the draft of an agent as its next version, which new threads are pinned to. A draft that equals the
// published version makes no new one. The error is *invalid.Error for a draft whose models nobody offers.
func (s *Service) PublishAgent(ctx context.Context, in PublishInput) (VersionResult, error) {
	var bad invalid.Error
	if bad.Text("note", in.Note, 0, maxNote); bad.Err() != nil {
		return VersionResult{}, bad.Err()
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (VersionResult, error) {
		a, draft, err := lockDraft(ctx, tx, in.AgentID)
		if err != nil {
			return VersionResult{}, err
		}
		if err := s.checkModels(ctx, tx.Client(), &bad, a.Models); err != nil {
			return VersionResult{}, err
		}
		if bad.Err() != nil {
			return VersionResult{}, bad.Err()
		}
		if a.PublishedVersionID != nil {
			v, err := tx.Client().AgentVersion.Query().Where(agentversion.ID(*a.PublishedVersionID)).Only(ctx)
			if err != nil {
				return VersionResult{}, fmt.Errorf("read the published version: %w", err)
			}
			if v.Settings == draft {
				return VersionResult{a.ID, v.ID}, publish(ctx, tx, a, v, in.MoveThreads)
			}
		}
		v, err := tx.Client().AgentVersion.Query().Where(agentversion.AgentID(a.ID)).Order(ent.Desc(agentversion.FieldNumber)).First(ctx)
		number := 1
		switch {
		case err == nil:
			number = v.Number + 1
		case !ent.IsNotFound(err):
			return VersionResult{}, fmt.Errorf("find the last version: %w", err)
		}
		who, _ := viewer.FromContext(ctx)
		v, err = tx.Client().AgentVersion.Create().SetID(id.New(id.Version)).SetWorkspaceID(a.WorkspaceID).SetAgentID(a.ID).
			SetNumber(number).SetNote(in.Note).SetAuthorID(who.Key).SetAuthorName(who.Name).SetSettings(draft).SetCreatedAt(tx.Now).Save(ctx)
		if err != nil {
			return VersionResult{}, fmt.Errorf("keep the version: %w", err)
		}
		return VersionResult{a.ID, v.ID}, publish(ctx, tx, a, v, in.MoveThreads)
	})
}

// RollbackAgent publishes an earlier version again: new threads are pinned to it. The error is *invalid.Error when the
// agent has no such version.
func (s *Service) RollbackAgent(ctx context.Context, in RollbackInput) (VersionResult, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (VersionResult, error) {
		a, _, err := lockDraft(ctx, tx, in.AgentID)
		if err != nil {
			return VersionResult{}, err
		}
		v, err := numbered(ctx, tx, a.ID, in.Number)
		if err != nil {
			return VersionResult{}, err
		}
		if in.RestoreDraft {
			if err := restoreDraft(ctx, tx, a, v); err != nil {
				return VersionResult{}, fmt.Errorf("restore the draft: %w", err)
			}
		}
		return VersionResult{a.ID, v.ID}, publish(ctx, tx, a, v, in.MoveThreads)
	})
}

// MoveThread lets a thread follow another version of its agent from its next step on; nil is the one that new threads
// get. The error is *invalid.Error when there is no such version. The result is the thread's id.
func (s *Service) MoveThread(ctx context.Context, threadID string, number *int) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, _ viewer.Viewer) error {
		a, err := tx.Client().Agent.Query().Where(agent.ID(t.Row.AgentID)).Only(ctx)
		if err != nil {
			return err
		}
		var v *ent.AgentVersion
		switch {
		case number != nil:
			v, err = numbered(ctx, tx, a.ID, *number)
		case a.PublishedVersionID == nil:
			return invalid.One("version", "the agent was never published: its threads follow the draft")
		default:
			v, err = tx.Client().AgentVersion.Query().Where(agentversion.ID(*a.PublishedVersionID)).Only(ctx)
		}
		if err != nil {
			return err
		}
		if now, err := FollowedVersion(ctx, tx.Client(), a, t.Row); err != nil || now == v.ID {
			return err
		}
		return t.SetVersion(v.ID, v.Number, a.Moves)
	})
}

// lockDraft locks a living agent and returns it with the settings of its draft.
func lockDraft(ctx context.Context, tx *eventlog.Tx, agentID string) (*ent.Agent, raw.JSON, error) {
	a, err := lockAgent(ctx, tx, agentID)
	if err != nil {
		return nil, "", err
	}
	draft, err := draftOf(ctx, tx.Client(), a)
	return a, draft, err
}

// lockAgent locks a living agent, so that its draft is changed and published one after the other.
func lockAgent(ctx context.Context, tx *eventlog.Tx, agentID string) (*ent.Agent, error) {
	if err := tx.Client().Agent.Update().Where(agent.ID(agentID), agent.DeletedAtIsNil()).SetUpdatedAt(tx.Now).Exec(ctx); err != nil {
		return nil, fmt.Errorf("lock the agent: %w", err)
	}
	return liveAgent(ctx, tx, agentID)
}

// draftOf returns the settings of an agent's draft as a version would keep them.
func draftOf(ctx context.Context, client *ent.Client, a *ent.Agent) (raw.JSON, error) {
	functions, err := client.Function.Query().Where(function.AgentID(a.ID)).All(ctx)
	if err != nil {
		return "", fmt.Errorf("read the functions of %s: %w", a.ID, err)
	}
	return raw.Of(settingsOf(a, functions))
}

// numbered finds a version by its number.
func numbered(ctx context.Context, tx *eventlog.Tx, agentID string, number int) (*ent.AgentVersion, error) {
	v, err := tx.Client().AgentVersion.Query().Where(agentversion.AgentID(agentID), agentversion.Number(number)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalid.One("version", "the agent has no version %d", number)
	}
	return v, err
}

// publish publishes a version: new threads are pinned to it, and with all also those that are there.
func publish(ctx context.Context, tx *eventlog.Tx, a *ent.Agent, v *ent.AgentVersion, all bool) error {
	update := tx.Client().Agent.Update().Where(agent.ID(a.ID)).SetPublishedVersionID(v.ID)
	if all {
		update.SetMovedVersionID(v.ID).AddMoves(1)
	}
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("publish version %d: %w", v.Number, err)
	}
	return nil
}

// restoreDraft makes the draft of an agent what a version is. Functions keep their ids, and with them their secrets.
func restoreDraft(ctx context.Context, tx *eventlog.Tx, a *ent.Agent, v *ent.AgentVersion) error {
	kept, err := readSettings(v)
	if err != nil {
		return err
	}
	old := kept.over(a)
	err = tx.Client().Agent.Update().Where(agent.ID(a.ID)).SetInstructions(old.Instructions).SetModels(old.Models).SetScript(old.Script).
		SetRegion(old.Region).SetOnBusy(old.OnBusy).SetQuietMs(old.QuietMs).SetMaxWaitMs(old.MaxWaitMs).SetMaxCalls(old.MaxCalls).
		SetMaxSteps(old.MaxSteps).SetMaxTurnTokens(old.MaxTurnTokens).SetMaxTurnSeconds(old.MaxTurnSeconds).SetFallbackText(old.FallbackText).SetAnswerSchema(old.AnswerSchema).
		SetTimeZone(old.TimeZone).SetFollowUps(old.FollowUps).SetQuietFrom(old.QuietFrom).SetQuietTo(old.QuietTo).Exec(ctx)
	if err != nil {
		return err
	}
	// All anew, with their old ids: a name may have gone from one function to another since.
	if _, err := tx.Client().Function.Delete().Where(function.AgentID(a.ID)).Exec(ctx); err != nil {
		return err
	}
	for _, f := range old.Edges.Functions {
		create := tx.Client().Function.Create().SetID(f.ID).SetWorkspaceID(a.WorkspaceID).SetAgentID(a.ID).SetKind(f.Kind).SetCreatedAt(tx.Now)
		store(f, tx, create.Mutation())
		if err := create.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// HasUnpublishedChanges says whether the draft of an agent differs from its published version.
func (s *Service) HasUnpublishedChanges(ctx context.Context, a *ent.Agent) (bool, error) {
	if a.PublishedVersionID == nil {
		return true, nil
	}
	client := s.log.Client()
	draft, err := draftOf(ctx, client, a)
	if err != nil {
		return false, err
	}
	same, err := client.AgentVersion.Query().Where(agentversion.ID(*a.PublishedVersionID), agentversion.Settings(draft)).Exist(ctx)
	return !same, err
}

// hasVersions says whether an agent was ever published, so that versions of its functions may still be called.
func hasVersions(ctx context.Context, tx *eventlog.Tx, agentID string) (bool, error) {
	return tx.Client().AgentVersion.Query().Where(agentversion.AgentID(agentID)).Exist(ctx)
}
