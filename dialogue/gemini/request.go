package gemini

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"

	"google.golang.org/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// modelName is what a model may be called: the name becomes part of an address that is asked with the server's key.
var modelName = regexp.MustCompile(`^(models/|tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// older are the models from before Gemini 3.
var older = regexp.MustCompile(`^(gemini-[12]\.|gemma-)`)

var errModelName = errors.New("the name of a Gemini model has letters, digits, dots, dashes and underscores only")

// textCategories are the categories of harm that text is judged by.
var textCategories = []genai.HarmCategory{
	genai.HarmCategoryHarassment, genai.HarmCategoryHateSpeech, genai.HarmCategorySexuallyExplicit, genai.HarmCategoryDangerousContent,
}

// declaration is a function as the API wants it. The schema goes out as it was written: the order of properties is what
// models fill them in by.
type declaration struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parametersJsonSchema,omitempty"`
}

// encode makes the request: the model's name, and all else in the client's form.
func (p *Provider) encode(r *model.Request) (name string, config *genai.GenerateContentConfig, err error) {
	if name = cmp.Or(r.Model, p.o.Model); !modelName.MatchString(name) {
		return "", nil, errModelName
	}
	contents, err := p.contents(r.Messages)
	if err != nil {
		return "", nil, err
	}
	// New paid projects store requests unless told not to, and the client asks on by itself, a request that is billed, when
	// an answer comes in parts: both are off.
	config = &genai.GenerateContentConfig{
		Store: new(bool), AutomaticContinuation: new(bool), MaxOutputTokens: int32(min(r.MaxOutputTokens, math.MaxInt32)),
	}
	held := len(r.AnswerSchema) > 0 && (len(r.Functions) == 0 || combines(name))
	system := r.System
	if !held {
		system = remote.Instructed(r)
	}
	if system != "" {
		config.SystemInstruction = &genai.Content{Parts: []*genai.Part{{Text: system}}}
	}
	if r.Temperature != nil { // newer models want none
		config.Temperature = new(float32(*r.Temperature))
	}
	if p.o.ThinkingLevel != "" {
		config.ThinkingConfig = &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevel(p.o.ThinkingLevel), IncludeThoughts: !p.o.Whole}
	}
	if p.o.Safety != "" {
		for _, category := range textCategories {
			config.SafetySettings = append(config.SafetySettings,
				&genai.SafetySetting{Category: category, Threshold: genai.HarmBlockThreshold(p.o.Safety)})
		}
	}
	if held {
		config.ResponseMIMEType = "application/json"
	}
	functions := declarations(r.Functions)
	config.HTTPOptions = &genai.HTTPOptions{ExtrasRequestProvider: func(body map[string]any) map[string]any {
		body["contents"] = contents
		if settings, ok := body["generationConfig"].(map[string]any); ok && held {
			settings["responseJsonSchema"] = r.AnswerSchema
		}
		if len(functions) > 0 {
			body["tools"] = []any{map[string]any{"functionDeclarations": functions}}
		}
		return body
	}}
	return name, config, nil
}

func declarations(functions []model.Function) (all []declaration) {
	for _, f := range functions {
		d := declaration{Name: f.Name, Description: f.Description}
		switch string(bytes.TrimSpace(f.Schema)) {
		case "", "null", "{}": // without arguments; an empty schema is refused
		default:
			d.Parameters = f.Schema
		}
		all = append(all, d)
	}
	return all
}

// combines says whether a model takes a schema of answers beside functions. Those from before Gemini 3 refuse the request.
func combines(name string) bool { return !older.MatchString(bare(name)) }

// bare is a model's name without the API's prefix.
func bare(name string) string { return strings.TrimPrefix(name, "models/") }
