package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const tearDownTimeout = 30 * time.Second

// Stage is what a trade needs on the server.
type Stage struct {
	AgentID      string
	Integrations []Integration
	Operator     *Client // speaks as the person who steps in

	client         *Client
	integrationIDs []string
	operatorKeyID  string
}

// SetUp makes the agent with its functions, the integrations, and a key for the operator. The stage is never nil: after
// an error it holds what was made until then, to be torn down.
func SetUp(ctx context.Context, client *Client, trade *Trade, shop string, receiver *Receiver) (*Stage, error) {
	s := &Stage{client: client, Operator: client}
	err := s.makeAgent(ctx, trade)
	if err == nil {
		err = s.makeFunctions(ctx, trade, shop)
	}
	for _, integration := range trade.Integrations {
		if err == nil {
			err = s.makeIntegration(ctx, integration, receiver)
		}
	}
	if err == nil && trade.Operator != "" {
		err = s.makeOperator(ctx, trade.Operator)
	}
	return s, err
}

func (s *Stage) makeAgent(ctx context.Context, trade *Trade) error {
	var made struct {
		Agent struct {
			ID        string
			Functions []struct{ ID, Name string }
		}
	}
	if err := s.client.Mutate(ctx, "", "createAgent", trade.Agent, "agent { id functions { id name } }", &made); err != nil {
		return err
	}
	s.AgentID = made.Agent.ID
	for _, name := range slices.Sorted(maps.Keys(trade.Descriptions)) {
		at := slices.IndexFunc(made.Agent.Functions, func(f struct{ ID, Name string }) bool { return f.Name == name })
		if at < 0 {
			return fmt.Errorf("agent.json describes the function %q, which the agent does not have", name)
		}
		input := map[string]any{"id": made.Agent.Functions[at].ID, "description": trade.Descriptions[name]}
		if err := s.client.Mutate(ctx, "", "updateFunction", input, "function { id }", &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) makeFunctions(ctx context.Context, trade *Trade, shop string) error {
	text, err := json.Marshal(trade.Functions)
	if err != nil {
		return err
	}
	var inputs []map[string]any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "{{shop}}", shop)), &inputs); err != nil {
		return err
	}
	for _, input := range inputs {
		input["agentId"] = s.AgentID
		if err := s.client.Mutate(ctx, "", "createFunction", input, "function { id }", &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

// makeIntegration takes care of the one thing that cannot be asked for again: the secret. When the answer that held it
// was lost with the connection, the repetition has none, and a new secret is made.
func (s *Stage) makeIntegration(ctx context.Context, integration Integration, receiver *Receiver) error {
	var made struct {
		Integration struct{ ID string }
		Secret      string
	}
	input := map[string]any{
		"name": integration.Name, "url": receiver.URL + "/" + integration.Name, "eventTypes": integration.EventTypes,
		"agentIds": []string{s.AgentID}, // other agents' customers are none of our business
	}
	if integration.Ordering != "" {
		input["ordering"] = integration.Ordering
	}
	if err := s.client.Mutate(ctx, "", "createIntegration", input, "integration { id } secret", &made); err != nil {
		return err
	}
	s.integrationIDs = append(s.integrationIDs, made.Integration.ID)
	s.Integrations = append(s.Integrations, integration)
	for made.Secret == "" {
		input := map[string]any{"id": made.Integration.ID, "overlapHours": 0}
		if err := s.client.Mutate(ctx, "", "rotateIntegrationSecret", input, "integration { id } secret", &made); err != nil {
			return err
		}
	}
	return receiver.Trust(integration.Name, made.Secret)
}

// makeOperator makes a key of role OPERATOR. As with secrets, a key whose answer was lost is lost: it is revoked, and
// another one is made.
func (s *Stage) makeOperator(ctx context.Context, name string) error {
	for {
		var made struct {
			APIKey struct{ ID string }
			Key    string
		}
		input := map[string]any{"name": name, "role": "OPERATOR"}
		if err := s.client.Mutate(ctx, "", "createApiKey", input, "apiKey { id } key", &made); err != nil {
			return err
		}
		s.operatorKeyID = made.APIKey.ID
		if made.Key != "" {
			s.Operator = s.client.As(made.Key)
			return nil
		}
		if err := s.revokeOperator(ctx); err != nil {
			return err
		}
	}
}

func (s *Stage) revokeOperator(ctx context.Context) error {
	if s.operatorKeyID == "" {
		return nil
	}
	return s.client.Mutate(ctx, "", "revokeApiKey", map[string]any{"id": s.operatorKeyID}, "apiKey { id }", &struct{}{})
}

// TearDown takes away what SetUp made; threads stay readable. It works also when ctx has ended already.
func (s *Stage) TearDown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tearDownTimeout)
	defer cancel()
	err := s.revokeOperator(ctx)
	for _, id := range s.integrationIDs {
		err = errors.Join(err, s.client.Mutate(ctx, "", "deleteIntegration", map[string]any{"id": id}, "id", &struct{}{}))
	}
	if s.AgentID != "" {
		err = errors.Join(err, s.client.Mutate(ctx, "", "deleteAgent", map[string]any{"id": s.AgentID}, "id", &struct{}{}))
	}
	return err
}
