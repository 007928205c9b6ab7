package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stage is what a scenario is played on: an agent with its functions, the customer's thread, and who takes part.
type stage struct {
	*client             // with the key of the run
	operators           map[string]*client
	agent, thread       string
	cursor, integration string
	undo                []func(context.Context) error // what to take away at the end, last first
}

// set makes everything that the scenario needs.
func (p *play) set(ctx context.Context) error {
	p.operators = map[string]*client{}
	input, functions, err := p.readAgent()
	if err != nil {
		return err
	}
	if p.agent = p.options.Agent; p.agent == "" {
		if err := p.makeAgent(ctx, input, functions); err != nil {
			return err
		}
	}
	if types := p.file.settings("deliveries"); p.receiver != nil && len(types) > 0 {
		if err := p.makeIntegration(ctx, strings.Fields(strings.Join(types, " "))); err != nil {
			return err
		}
	}
	thread := map[string]any{"agentId": p.agent, "customer": map[string]any{}}
	for _, verb := range []string{"customer", "metadata"} {
		for _, value := range p.file.settings(verb) {
			thread[verb] = json.RawMessage(value)
		}
	}
	for _, value := range p.file.settings("channel") {
		thread["channel"] = value
	}
	var made struct{ Thread struct{ ID, Cursor string } }
	err = p.mutate(ctx, "createThread", thread, "thread { id cursor }", &made)
	p.thread, p.cursor = made.Thread.ID, made.Thread.Cursor
	return err
}

// readAgent returns the input of createAgent, and those of createFunction for the agent's functions.
func (p *play) readAgent() (input map[string]any, functions []map[string]any, err error) {
	input = map[string]any{"name": "Agent", "fallbackText": "Sorry, that did not work."}
	for _, file := range p.file.settings("agent") {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(p.file.name), filepath.FromSlash(file)))
		if err != nil {
			return nil, nil, err
		}
		if err := decode(text, &input); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	input["quietMs"] = 0
	for _, value := range p.file.settings("set") {
		field, text, _ := strings.Cut(value, " ")
		var v any
		if err := decode([]byte(text), &v); err != nil {
			return nil, nil, fmt.Errorf("set %s: %w", field, err)
		}
		input[field] = v
	}
	if p.script != nil {
		models := []string{}
		for _, name := range p.modelNames() {
			models = append(models, ProviderName+"/"+p.key+"."+name)
		}
		input["models"] = models
	}
	if list, there := input["functions"]; there {
		delete(input, "functions")
		if err := decode([]byte(printJSON(list)), &functions); err != nil {
			return nil, nil, fmt.Errorf("functions of the agent: %w", err)
		}
	}
	return input, functions, nil
}

// modelNames are the agent's models in a scenario with `~` lines.
func (p *play) modelNames() []string {
	if given := strings.Fields(strings.Join(p.file.settings("models"), " ")); len(given) > 0 {
		return given
	}
	return []string{"model"}
}

func (p *play) makeAgent(ctx context.Context, input map[string]any, functions []map[string]any) error {
	var made struct {
		Agent struct {
			ID        string
			Functions []struct{ ID, Name string }
		}
	}
	if err := p.mutate(ctx, "createAgent", input, "agent { id functions { id name } }", &made); err != nil {
		return err
	}
	p.agent = made.Agent.ID
	p.undo = append(p.undo, func(ctx context.Context) error {
		return p.mutate(ctx, "deleteAgent", map[string]any{"id": p.agent}, "id", &struct{}{})
	})
	known := map[string]string{}
	for _, f := range made.Agent.Functions {
		known[f.Name] = f.ID
	}
	for _, f := range functions {
		name, _ := f["name"].(string)
		if p.receiver != nil && f["kind"] == "HTTP" {
			f["url"] = p.receiver.address + "/" + name
		}
		field := "createFunction"
		if f["agentId"] = p.agent; known[name] != "" { // the agent's own words for a built-in one
			field, f["id"] = "updateFunction", known[name]
			delete(f, "agentId")
			delete(f, "kind")
			delete(f, "tag")
		}
		if err := p.mutate(ctx, field, f, "function { id }", &struct{}{}); err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
	}
	return nil
}

// makeIntegration has the agent's events sent to the receiver.
func (p *play) makeIntegration(ctx context.Context, types []string) error {
	var made struct {
		Integration struct{ ID string }
		Secret      string
	}
	input := map[string]any{"name": "scenario", "url": p.receiver.address + webhookPath, "eventTypes": types, "agentIds": []string{p.agent}}
	if err := p.mutate(ctx, "createIntegration", input, "integration { id } secret", &made); err != nil {
		return err
	}
	p.integration = made.Integration.ID
	p.receiver.trust(made.Secret)
	return nil
}

// actor returns the client of an operator, who is made when first seen; without a name it is the app itself.
func (p *play) actor(ctx context.Context, name string) (*client, error) {
	if name == "" {
		return p.client, nil
	}
	if known := p.operators[name]; known != nil {
		return known, nil
	}
	var made struct {
		APIKey struct{ ID string } `json:"apiKey"`
		Key    string
	}
	err := p.mutate(ctx, "createApiKey", map[string]any{"name": name, "role": "OPERATOR"}, "apiKey { id } key", &made)
	if err != nil {
		return nil, fmt.Errorf("make a key for the operator %s: %v", name, err) //nolint:errorlint // it is no answer to the input
	}
	p.undo = append(p.undo, func(ctx context.Context) error {
		return p.mutate(ctx, "revokeApiKey", map[string]any{"id": made.APIKey.ID}, "apiKey { id }", &struct{}{})
	})
	p.operators[name] = p.as(made.Key)
	return p.operators[name], nil
}

// strike takes away what set made. A server that is thrown away needs none of it.
func (p *play) strike(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if p.receiver == nil {
		for i := len(p.undo) - 1; i >= 0; i-- {
			err = errors.Join(err, p.undo[i](ctx))
		}
	}
	return err
}
