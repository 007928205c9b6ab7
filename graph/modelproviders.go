package graph

import (
	"context"
	"fmt"

	"parley/dialogue"
	"parley/ent/ms"
	"parley/graph/gql"
	"parley/seal"
)

// listProviders answers `modelProviders`. Providers are asked for their models only if somebody wants to know.
func (r *Resolver) listProviders(ctx context.Context) ([]*gql.ModelProvider, error) {
	lists := asksFor(ctx, "models") || asksFor(ctx, "state") || asksFor(ctx, "error")
	offered, err := r.dialogue.OfferedProviders(ctx, lists)
	if err != nil {
		return nil, err
	}
	all := make([]*gql.ModelProvider, len(offered))
	for i, p := range offered {
		all[i] = &gql.ModelProvider{Name: p.Name, Credential: p.Credential, State: gql.ModelProviderState(p.State), Error: textOrNull(p.Error), Models: r.modelsOf(p)}
	}
	if asksFor(ctx, "models", "price") {
		for _, p := range all {
			if err := r.addPrices(ctx, p.Models); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// listModels answers `models`.
func (r *Resolver) listModels(ctx context.Context) ([]*gql.Model, error) {
	offered, err := r.dialogue.OfferedProviders(ctx, true)
	if err != nil {
		return nil, err
	}
	all := []*gql.Model{}
	for _, p := range offered {
		all = append(all, r.modelsOf(p)...)
	}
	if asksFor(ctx, "price") {
		err = r.addPrices(ctx, all)
	}
	return all, err
}

// modelsOf lists the models of a provider: the one that its bare name stands for, then those it tells.
func (r *Resolver) modelsOf(p dialogue.OfferedProvider) []*gql.Model {
	if p.State == dialogue.Disabled {
		return []*gql.Model{}
	}
	bare := &gql.Model{
		Name: p.Name, Provider: p.Name, Default: p.Name == r.dialogue.DefaultModel(),
		Description: fmt.Sprintf("The model that the provider takes by itself. Agents choose another one as %s/NAME.", p.Name),
	}
	if p.Credential == nil {
		for _, m := range r.models {
			if m.Name == p.Name {
				bare.Description = m.Description
			}
		}
	} else if p.Credential.DefaultModel != "" {
		bare.Description = fmt.Sprintf("Stands for %s/%s. Agents choose another one as %s/NAME.", p.Name, p.Credential.DefaultModel, p.Name)
	}
	all := []*gql.Model{bare}
	for _, info := range p.Models {
		m := &gql.Model{
			Name: p.Name + "/" + info.Name, Provider: p.Name, Description: info.Description, DisplayName: textOrNull(info.DisplayName),
			InputTokens: knownTokens(info.InputTokens), OutputTokens: knownTokens(info.OutputTokens), Thinking: info.Thinking,
			Replacement: textOrNull(info.Replacement),
		}
		if !info.RetiresAt.IsZero() {
			at := ms.Of(info.RetiresAt)
			m.RetiresAt = &at
		}
		m.Default = m.Name == r.dialogue.DefaultModel()
		all = append(all, m)
	}
	return all
}

func knownTokens(n int64) *int {
	if n <= 0 {
		return nil
	}
	known := int(n)
	return &known
}

// addPrices tells what models cost now.
func (r *Resolver) addPrices(ctx context.Context, models []*gql.Model) error {
	prices, err := r.prices(ctx)
	if err != nil {
		return err
	}
	now := ms.Now()
	for _, m := range models {
		name := m.Name
		if name == m.Provider { // which model that is, is not known; patterns may fit all of them
			name += "/"
		}
		m.Price = prices.At(name, now)
	}
	return nil
}

func newCredential(in gql.CreateModelProviderInput) dialogue.CredentialInput {
	return dialogue.CredentialInput{Name: in.Name, Kind: in.Kind, BaseURL: in.BaseURL, Key: hideKey(in.Key), DefaultModel: in.DefaultModel, Enabled: in.Enabled}
}

func changedCredential(in gql.UpdateModelProviderInput) dialogue.CredentialInput {
	return dialogue.CredentialInput{BaseURL: in.BaseURL, Key: hideKey(in.Key), DefaultModel: in.DefaultModel, Enabled: in.Enabled}
}

func triedPayload(clientMutationID *string, t dialogue.CredentialTest) *gql.TestModelProviderPayload {
	out := &gql.TestModelProviderPayload{
		ClientMutationID: clientMutationID, Reachable: t.Reachable, Error: t.Error, Models: t.Models, Answer: t.Answer, Ms: int(t.Ms),
	}
	if t.Status != 0 {
		out.Status = &t.Status
	}
	return out
}

// hideKey is a key that somebody gave; nil stays nil, for an input that says nothing of it.
func hideKey(key *string) *seal.Text {
	if key == nil {
		return nil
	}
	return new(seal.Hide(*key))
}
