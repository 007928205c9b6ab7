package scripted_test

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/dialogue/scripted"
)

func TestContract(t *testing.T) {
	const noBackend, noWire = "answers come from rules, so there is no backend", "nothing is sent anywhere"
	modeltest.Run(t, modeltest.Harness{
		Name:  scripted.Name,
		Start: func(_ *testing.T, b *modeltest.Backend) model.Provider { return playing{b} },
		Cannot: map[string]string{
			"wire":                noWire,
			"huge text":           "a script is at most 256 KiB long",
			"usage details":       "rules have no cached and no thinking tokens",
			"malformed call":      "rules make calls that can be read",
			"undeclared function": "rules that call what is not declared do not fire",
			"cut after text":      noBackend,
		},
	})
}

// playing turns each answer into a script of one rule that always fires.
type playing struct{ b *modeltest.Backend }

func (p playing) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	a := p.b.Next()
	rule := map[string]any{"when": map[string]any{}, "again": true, "say": strings.Join(a.Text, ""),
		"usage": map[string]any{"input": a.Usage.Input, "output": a.Usage.Output}, "reason": a.Reason}
	if a.Reason == "" {
		rule["reason"] = model.Stop
	}
	var calls []any
	for _, c := range a.Calls {
		args := c.Args
		if len(args) == 0 {
			args = json.RawMessage(`{}`)
		}
		calls = append(calls, map[string]any{"function": c.Name, "arguments": args})
	}
	if calls != nil {
		rule["calls"], rule["reason"] = calls, model.Tools
	}
	switch f := a.Fault; {
	case f == nil:
	case f.Kind == model.Timeout: // a rule cannot hang, but be slow
		rule["delayMs"] = 1000
	default:
		rule["fail"] = map[string]any{"kind": f.Kind, "retryAfterMs": f.RetryAfter.Milliseconds()}
	}
	script, err := json.Marshal(map[string]any{"rules": []any{rule}})
	if err != nil {
		panic(err)
	}
	r.Script = script
	return scripted.New().Generate(ctx, r)
}
