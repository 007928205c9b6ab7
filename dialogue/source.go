package dialogue

import (
	"context"
	"fmt"
	"slices"

	"parley/dialogue/model"
	"parley/ent"
)

// source is a model that can be asked: one of the agent's choices, with its provider.
type source struct {
	name         string // of the provider, as agents name it
	model        string // empty means the provider's default
	credentialID string // of the workspace; empty for a provider of the server
	provider     model.Provider
	release      func() // when it is no longer used
}

// String is the agent's choice.
func (s source) String() string {
	if s.model == "" {
		return s.name
	}
	return s.name + "/" + s.model
}

// identity is the name that messages of this provider carry.
func (s source) identity() string { return identity(s.credentialID, s.name) }

// identity tells providers apart that may go by the same name.
func identity(credentialID, name string) string {
	if credentialID != "" {
		return credentialID
	}
	return name
}

// sources returns the agent's models in order, with their providers: of each name the workspace's own, else the
// server's. What has no provider is left out, and so is what cannot be used, with a word in the log. Call release of
// each. The error is the database's.
func (s *Service) sources(ctx context.Context, a *ent.Agent) ([]source, error) {
	wanted := a.Models
	if len(wanted) == 0 {
		wanted = []string{s.o.DefaultModel}
	}
	var found []source
	for _, choice := range wanted {
		src, err := s.source(ctx, choice)
		if err != nil {
			releaseAll(found)
			return nil, err
		}
		if src.provider != nil {
			found = append(found, src)
		}
	}
	return found, nil
}

// source finds the provider of a choice; the result has none if there is none that can be used.
func (s *Service) source(ctx context.Context, choice string) (source, error) {
	src := source{release: func() {}}
	src.name, src.model = splitModel(choice)
	c, err := s.own.named(ctx, src.name)
	if err != nil {
		return source{}, err
	}
	if c == nil {
		src.provider = s.o.Providers[src.name]
		return src, nil
	}
	src.credentialID = c.ID
	provider, release, err := s.own.use(c)
	if err != nil {
		s.o.Logger.WarnContext(ctx, "dialogue: a model provider of a workspace cannot be used", "workspace", c.WorkspaceID, "provider", c.Name, "error", err)
		return src, nil
	}
	src.provider, src.release = provider, release
	return src, nil
}

func releaseAll(sources []source) {
	for _, s := range sources {
		s.release()
	}
}

// providerNames returns the names that an agent's models may begin with in the workspace of ctx, sorted.
func (s *Service) providerNames(ctx context.Context, client *ent.Client) ([]string, error) {
	rows, err := client.ProviderCredential.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the workspace's model providers: %w", err)
	}
	var names []string
	for name := range s.o.Providers {
		names = append(names, name)
	}
	for _, row := range rows {
		names = append(names, row.Name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
