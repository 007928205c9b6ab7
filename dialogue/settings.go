package dialogue

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/function"
	"parley/ent/raw"
)

// settings are what a published version keeps of an agent: all that decides how it talks. Name, public and dailyTokens
// are the agent's own and hold at once. The JSON names are those of the API.
type settings struct {
	Instructions   string             `json:"instructions"`
	Models         []string           `json:"models"`
	Script         raw.JSON           `json:"script"`
	Region         string             `json:"region"`
	OnBusy         agent.OnBusy       `json:"onBusy"`
	QuietMs        int                `json:"quietMs"`
	MaxWaitMs      int                `json:"maxWaitMs"`
	MaxCalls       int                `json:"maxCalls"`
	MaxSteps       int                `json:"maxSteps"`
	MaxTurnTokens  int                `json:"maxTurnTokens"`
	MaxTurnSeconds int                `json:"maxTurnSeconds"`
	FallbackText   string             `json:"fallbackText"`
	AnswerSchema   raw.JSON           `json:"answerSchema,omitempty"` // versions from before it equal drafts without it
	TimeZone       string             `json:"timeZone"`
	FollowUps      raw.JSON           `json:"followUps"`
	QuietHours     *quietSettings     `json:"quietHours"`
	Functions      []functionSettings `json:"functions"`
}

type quietSettings struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type functionSettings struct {
	ID            string           `json:"id"`
	Name          string           `json:"name"`
	Description   string           `json:"description"`
	Kind          function.Kind    `json:"kind"`
	Tag           string           `json:"tag"`
	Parameters    raw.JSON         `json:"parameters"`
	Method        string           `json:"method"`
	URL           string           `json:"url"`
	Headers       []headerSettings `json:"headers"`
	Body          string           `json:"body"`
	TimeoutMs     int              `json:"timeoutMs"`
	Idempotent    bool             `json:"idempotent"`
	NeedsApproval bool             `json:"needsApproval"`
	AnswerPointer string           `json:"answerPointer"`
	Enabled       bool             `json:"enabled"`
}

// headerSettings is a header; the value of a secret one is nil.
type headerSettings struct {
	Name   string  `json:"name"`
	Value  *string `json:"value"`
	Secret bool    `json:"secret"`
}

// settingsOf returns the settings of an agent and its functions.
func settingsOf(a *ent.Agent, functions []*ent.Function) settings {
	s := settings{
		Instructions: a.Instructions, Models: append([]string{}, a.Models...), Script: a.Script, Region: a.Region, OnBusy: a.OnBusy,
		QuietMs: a.QuietMs, MaxWaitMs: a.MaxWaitMs, MaxCalls: a.MaxCalls, MaxSteps: a.MaxSteps, MaxTurnTokens: a.MaxTurnTokens,
		MaxTurnSeconds: a.MaxTurnSeconds, FallbackText: a.FallbackText, AnswerSchema: a.AnswerSchema, TimeZone: a.TimeZone, FollowUps: a.FollowUps,
		Functions: []functionSettings{},
	}
	if a.QuietFrom != a.QuietTo {
		s.QuietHours = &quietSettings{a.QuietFrom, a.QuietTo}
	}
	for _, f := range functions {
		kept := functionSettings{
			ID: f.ID, Name: f.Name, Description: f.Description, Kind: f.Kind, Tag: f.Tag, Parameters: f.Parameters, Method: f.Method,
			URL: f.URL, Headers: []headerSettings{}, Body: f.Body, TimeoutMs: f.TimeoutMs, Idempotent: f.Idempotent,
			NeedsApproval: f.NeedsApproval, AnswerPointer: f.AnswerPointer, Enabled: f.Enabled,
		}
		for name, value := range f.Headers {
			kept.Headers = append(kept.Headers, headerSettings{Name: name, Value: &value})
		}
		for _, name := range f.SecretHeaders {
			kept.Headers = append(kept.Headers, headerSettings{Name: name, Secret: true})
		}
		slices.SortFunc(kept.Headers, func(a, b headerSettings) int { return compareIDs(a.Name, b.Name) })
		s.Functions = append(s.Functions, kept)
	}
	slices.SortFunc(s.Functions, func(a, b functionSettings) int { return compareIDs(a.ID, b.ID) })
	return s
}

// over returns a copy of the agent that has these settings, and their functions as its own.
func (s settings) over(row *ent.Agent) *ent.Agent {
	a := *row
	a.Instructions, a.Models, a.Script, a.Region = s.Instructions, s.Models, kept(s.Script), s.Region
	a.OnBusy, a.QuietMs, a.MaxWaitMs, a.MaxCalls, a.MaxSteps = s.OnBusy, s.QuietMs, s.MaxWaitMs, s.MaxCalls, s.MaxSteps
	a.MaxTurnTokens, a.MaxTurnSeconds, a.FallbackText = s.MaxTurnTokens, s.MaxTurnSeconds, s.FallbackText
	a.AnswerSchema = kept(s.AnswerSchema)
	a.TimeZone, a.FollowUps, a.QuietFrom, a.QuietTo = s.TimeZone, kept(s.FollowUps), "", ""
	if s.QuietHours != nil {
		a.QuietFrom, a.QuietTo = s.QuietHours.From, s.QuietHours.To
	}
	a.Edges.Functions = make([]*ent.Function, len(s.Functions))
	for i, f := range s.Functions {
		a.Edges.Functions[i] = f.row(row)
	}
	return &a
}

func (f functionSettings) row(a *ent.Agent) *ent.Function {
	row := &ent.Function{
		ID: f.ID, WorkspaceID: a.WorkspaceID, AgentID: a.ID, Name: f.Name, Description: f.Description, Kind: f.Kind, Tag: f.Tag,
		Parameters: kept(f.Parameters), Method: f.Method, URL: f.URL, Headers: map[string]string{}, Body: f.Body,
		TimeoutMs: f.TimeoutMs, Idempotent: f.Idempotent, NeedsApproval: f.NeedsApproval, AnswerPointer: f.AnswerPointer, Enabled: f.Enabled,
	}
	for _, h := range f.Headers {
		if h.Secret {
			row.SecretHeaders = append(row.SecretHeaders, h.Name)
		} else if h.Value != nil {
			row.Headers[h.Name] = *h.Value
		}
	}
	return row
}

// FollowedVersion returns the id of the version of its agent that a thread follows; "" is the draft. A thread that began
// before the first publication follows the first version from then on.
func FollowedVersion(ctx context.Context, client *ent.Client, a *ent.Agent, t *ent.Thread) (string, error) {
	switch {
	case a.PublishedVersionID == nil:
		return "", nil
	case a.MovedVersionID != nil && a.Moves > t.VersionMoves:
		return *a.MovedVersionID, nil
	case t.VersionID != nil:
		return *t.VersionID, nil
	}
	first, err := client.AgentVersion.Query().Where(agentversion.AgentID(a.ID), agentversion.Number(1)).OnlyID(ctx)
	if err != nil {
		return "", fmt.Errorf("find the first version of %s: %w", a.ID, err)
	}
	return first, nil
}

// versionOf returns the settings of the version that a thread follows; nil is the draft.
func (s *Service) versionOf(ctx context.Context, client *ent.Client, a *ent.Agent, t *ent.Thread) (*settings, error) {
	versionID, err := FollowedVersion(ctx, client, a, t)
	if err != nil || versionID == "" {
		return nil, err
	}
	return s.versions.get(versionID, func() (*settings, error) {
		row, err := client.AgentVersion.Query().Where(agentversion.ID(versionID)).Only(ctx)
		if err != nil {
			return nil, fmt.Errorf("read version %s of %s: %w", versionID, a.ID, err)
		}
		return readSettings(row)
	})
}

func readSettings(row *ent.AgentVersion) (*settings, error) {
	var v settings
	if err := row.Settings.Decode(&v); err != nil {
		return nil, fmt.Errorf("read version %s: %w", row.ID, err)
	}
	return &v, nil
}

// pinnedTo is what a new thread of the agent is pinned to, if anything.
func pinnedTo(a *ent.Agent, create *ent.ThreadCreate) *ent.ThreadCreate {
	return create.SetNillableVersionID(a.PublishedVersionID).SetVersionMoves(a.Moves)
}
