package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/raw"
	"parley/invalid"
)

// Bounds of texts, in characters, and of JSON, in bytes.
const (
	maxName         = 200
	MaxInstructions = 100_000
	MaxMessage      = 16_000
	MaxScript       = 256 << 10
	MaxMetadata     = 16 << 10
	MaxAnswerSchema = 16 << 10
	MaxModels       = 10
	MaxNesting      = 32 // of the schema of answers: arrays and objects within one another
)

// The most that an agent may be set to. What it has without is in ent/schema.
const (
	MaxQuietMs     = 8000
	MaxWaitMs      = 60_000
	MaxCalls       = 100
	MaxSteps       = 100
	MaxTurnTokens  = 100_000_000
	MaxTurnSeconds = 3600
)

// checkAgent says everything that is wrong with an input; the error is an *invalid.Error, or the database's.
func (s *Service) checkAgent(ctx context.Context, in AgentInput, create bool) error {
	var bad invalid.Error
	switch {
	case in.Name != nil:
		bad.Text("name", *in.Name, 1, maxName)
	case create:
		bad.Add("name", "is required")
	}
	if in.Instructions != nil {
		bad.Text("instructions", *in.Instructions, 0, MaxInstructions)
	}
	if in.FallbackText != nil {
		bad.Text("fallbackText", *in.FallbackText, 1, MaxMessage)
	}
	if in.Models != nil {
		if err := s.checkModels(ctx, s.log.Client(), &bad, *in.Models); err != nil {
			return err
		}
	}
	if in.Script != nil {
		s.checkScript(&bad, *in.Script)
	}
	if in.AnswerSchema != nil {
		checkAnswerSchema(&bad, *in.AnswerSchema)
	}
	if in.Region != nil && *in.Region != "" {
		bad.Check(phonenumbers.GetCountryCodeForRegion(*in.Region) != 0, "region",
			"%q is no ISO 3166 region such as DE or US", *in.Region)
	}
	if in.OnBusy != nil {
		bad.Check(agent.OnBusyValidator(*in.OnBusy) == nil, "onBusy", "must be FOLD, ENQUEUE, RESTART or REJECT")
	}
	checkRange(&bad, "quietMs", in.QuietMs, 0, MaxQuietMs)
	checkRange(&bad, "maxWaitMs", in.MaxWaitMs, 0, MaxWaitMs)
	checkRange(&bad, "maxCalls", in.MaxCalls, 1, MaxCalls)
	checkRange(&bad, "maxSteps", in.MaxSteps, 2, MaxSteps)
	checkRange(&bad, "maxTurnTokens", in.MaxTurnTokens, 1000, MaxTurnTokens)
	checkRange(&bad, "maxTurnSeconds", in.MaxTurnSeconds, 5, MaxTurnSeconds)
	if in.DailyTokens != nil {
		bad.Check(*in.DailyTokens >= 0, "dailyTokens", "must not be negative; 0 means no limit")
	}
	in.checkReminders(&bad)
	in.checkChat(&bad)
	return bad.Err()
}

// checkModels records what is wrong with an agent's models. The error is the database's.
func (s *Service) checkModels(ctx context.Context, client *ent.Client, bad *invalid.Error, models []string) error {
	known, err := s.providerNames(ctx, client)
	if err != nil {
		return err
	}
	bad.Check(len(models) <= MaxModels, "models", "has %d entries; at most %d are allowed", len(models), MaxModels)
	for i, choice := range models {
		field := "models." + strconv.Itoa(i)
		bad.Text(field, choice, 1, maxName)
		if provider, _ := splitModel(choice); !slices.Contains(known, provider) {
			bad.Add(field, "%q is no model provider of this server or workspace; there are: %s", provider, strings.Join(known, ", "))
		}
		bad.Check(slices.Index(models, choice) == i, field, "%q is there twice", choice)
	}
	return nil
}

func (s *Service) checkScript(bad *invalid.Error, script raw.JSON) {
	if absent(script) || !checkObject(bad, "script", script, MaxScript) || s.o.CheckScript == nil {
		return
	}
	err := s.o.CheckScript(json.RawMessage(script))
	var fields *invalid.Error
	switch {
	case errors.As(err, &fields):
		for _, f := range fields.Fields {
			bad.Add(strings.TrimSuffix("script."+f.Field, "."), "%s", f.Reason)
		}
	case err != nil:
		bad.Add("script", "%v", err)
	}
}

// checkAnswerSchema records a schema that no answer could be held to, or that is too much to be sent with every question.
func checkAnswerSchema(bad *invalid.Error, schema raw.JSON) {
	const field = "answerSchema"
	if absent(schema) || !checkObject(bad, field, schema, MaxAnswerSchema) {
		return
	}
	if n := nesting(schema); n > MaxNesting {
		bad.Add(field, "is nested %d deep; at most %d are allowed", n, MaxNesting)
		return
	}
	if _, err := compileSchema(schema); err != nil {
		bad.Add(field, "%v", err)
	}
}

// nesting is how deep arrays and objects stand within one another in valid JSON.
func nesting(value raw.JSON) (deepest int) {
	depth, tokens := 0, json.NewDecoder(strings.NewReader(string(value)))
	for token, err := tokens.Token(); err == nil; token, err = tokens.Token() {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return deepest
}

// absent says whether a JSON value stands for nothing: the empty text or null.
func absent(value raw.JSON) bool {
	text := strings.TrimSpace(string(value))
	return text == "" || text == "null"
}

// kept is the form in which a checked value is stored: nothing for null.
func kept(value raw.JSON) raw.JSON {
	if absent(value) {
		return ""
	}
	return value
}

// checkObject records a value that is no JSON object or longer than atMost bytes, and reports whether it was fine.
func checkObject(bad *invalid.Error, field string, value raw.JSON, atMost int) bool {
	var object map[string]json.RawMessage
	switch err := value.Decode(&object); {
	case len(value) > atMost:
		bad.Add(field, "has %d bytes; at most %d are allowed", len(value), atMost)
	case err != nil || object == nil:
		bad.Add(field, "must be a JSON object")
	case strings.Contains(string(value), `\u0000`):
		bad.Add(field, "must not contain the character NUL")
	default:
		return true
	}
	return false
}

func checkRange(bad *invalid.Error, field string, value *int, from, to int) {
	if value != nil {
		bad.Check(from <= *value && *value <= to, field, "must be from %d to %d", from, to)
	}
}
