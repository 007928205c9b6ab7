package fakemodel

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// geminiRequest is a GenerateContentRequest, as far as it is looked at. Fields without a type are let pass.
type geminiRequest struct {
	Model             string           `json:"model"`
	Contents          []geminiContent  `json:"contents"`
	SystemInstruction *geminiContent   `json:"systemInstruction"`
	Tools             []geminiTool     `json:"tools"`
	ToolConfig        geminiToolConfig `json:"toolConfig"`
	GenerationConfig  geminiSettings   `json:"generationConfig"`
	SafetySettings    json.RawMessage  `json:"safetySettings"`
	CachedContent     json.RawMessage  `json:"cachedContent"`
	Store             json.RawMessage  `json:"store"`
	ServiceTier       json.RawMessage  `json:"serviceTier"`
	ContinuationToken json.RawMessage  `json:"continuationToken"`
}

type geminiContent struct {
	Role  string       `json:"role"`
	Parts []geminiPart `json:"parts"`
}

type geminiPart struct {
	Text             *string         `json:"text"`
	Thought          bool            `json:"thought"`
	ThoughtSignature string          `json:"thoughtSignature"`
	FunctionCall     *geminiCall     `json:"functionCall"`
	FunctionResponse *geminiResponse `json:"functionResponse"`
	InlineData       json.RawMessage `json:"inlineData"`
	FileData         json.RawMessage `json:"fileData"`
	ExecutableCode   json.RawMessage `json:"executableCode"`
	CodeResult       json.RawMessage `json:"codeExecutionResult"`
	MediaResolution  json.RawMessage `json:"mediaResolution"`
	VideoMetadata    json.RawMessage `json:"videoMetadata"`
	PartMetadata     json.RawMessage `json:"partMetadata"`
}

type geminiCall struct {
	ID   string          `json:"id"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"`
}

type geminiResponse struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Response     json.RawMessage `json:"response"`
	Parts        json.RawMessage `json:"parts"`
	Scheduling   json.RawMessage `json:"scheduling"`
	WillContinue json.RawMessage `json:"willContinue"`
}

type geminiTool struct {
	FunctionDeclarations  []geminiDeclaration `json:"functionDeclarations"`
	GoogleSearch          json.RawMessage     `json:"googleSearch"`
	GoogleSearchRetrieval json.RawMessage     `json:"googleSearchRetrieval"`
	CodeExecution         json.RawMessage     `json:"codeExecution"`
	URLContext            json.RawMessage     `json:"urlContext"`
}

type geminiDeclaration struct {
	Name                 string          `json:"name"`
	Description          string          `json:"description"`
	Parameters           json.RawMessage `json:"parameters"`
	ParametersJSONSchema json.RawMessage `json:"parametersJsonSchema"`
	Response             json.RawMessage `json:"response"`
	ResponseJSONSchema   json.RawMessage `json:"responseJsonSchema"`
	Behavior             json.RawMessage `json:"behavior"`
}

type geminiToolConfig struct {
	FunctionCallingConfig struct {
		Mode                 word     `json:"mode"`
		AllowedFunctionNames []string `json:"allowedFunctionNames"`
	} `json:"functionCallingConfig"`
	RetrievalConfig json.RawMessage `json:"retrievalConfig"`
}

// geminiSettings takes any field: there are many, and they change.
type geminiSettings struct {
	MaxOutputTokens                    int
	ThinkingLevel                      word
	ResponseMIMEType                   string
	ResponseSchema, ResponseJSONSchema json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *geminiSettings) UnmarshalJSON(text []byte) error {
	var settings struct {
		MaxOutputTokens int `json:"maxOutputTokens"`
		ThinkingConfig  struct {
			ThinkingLevel word `json:"thinkingLevel"`
		} `json:"thinkingConfig"`
		ResponseMIMEType   string          `json:"responseMimeType"`
		ResponseSchema     json.RawMessage `json:"responseSchema"`
		ResponseJSONSchema json.RawMessage `json:"responseJsonSchema"`
	}
	err := json.Unmarshal(text, &settings)
	*g = geminiSettings{
		settings.MaxOutputTokens, settings.ThinkingConfig.ThinkingLevel, settings.ResponseMIMEType, settings.ResponseSchema, settings.ResponseJSONSchema,
	}
	return err
}

// word is an enum value, sent as a name or a number.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(text []byte) error {
	*w = word(strings.Trim(string(text), `"`))
	return nil
}

// is reports whether the value has one of these spellings.
func (w word) is(spellings ...string) bool { return slices.Contains(spellings, string(w)) }

// parseGemini reads a body. Strict, it refuses fields that Google does not know.
func parseGemini(body []byte, strict bool) (*geminiRequest, *Error) {
	q := &geminiRequest{}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(q); err != nil {
		if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			return nil, badRequest("Invalid JSON payload received. Unknown name %s: Cannot find field.", name)
		}
		return nil, badRequest("Invalid JSON payload received. %v", err)
	}
	return q, nil
}

// ask is the request as rules and scripts see it.
func (q *geminiRequest) ask(name string, stream bool) Ask {
	mode := q.ToolConfig.FunctionCallingConfig.Mode
	ask := Ask{
		API: "gemini", Model: name, Stream: stream, MustCall: mode.is("ANY", "2"), MaxTokens: q.GenerationConfig.MaxOutputTokens,
		Functions: q.functions(), Schema: q.GenerationConfig.ResponseJSONSchema,
	}
	for _, tool := range q.Tools {
		for _, f := range tool.FunctionDeclarations {
			schema := f.ParametersJSONSchema
			if schema == nil {
				schema = f.Parameters
			}
			ask.Declared = append(ask.Declared, Function{f.Name, f.Description, schema})
		}
	}
	if allowed := q.ToolConfig.FunctionCallingConfig.AllowedFunctionNames; len(allowed) > 0 {
		ask.Functions = allowed
	}
	if mode.is("NONE", "3") {
		ask.Functions = nil
	}
	if q.SystemInstruction != nil {
		ask.System = q.SystemInstruction.text()
	}
	for _, c := range q.Contents {
		m := Message{Role: "user", Text: c.text()}
		if c.Role == "model" {
			m.Role = "model"
		}
		for _, p := range c.Parts {
			if p.FunctionCall != nil {
				m.Calls = append(m.Calls, Call{p.FunctionCall.ID, p.FunctionCall.Name, string(p.FunctionCall.Args)})
			}
			if p.FunctionResponse != nil {
				m.Role = "tool"
				m.Results = append(m.Results, Result{p.FunctionResponse.ID, p.FunctionResponse.Name, compact(p.FunctionResponse.Response)})
			}
		}
		ask.Messages = append(ask.Messages, m)
	}
	return ask
}

// functions are the names of all functions that the request declares.
func (q *geminiRequest) functions() []string {
	var names []string
	for _, tool := range q.Tools {
		for _, f := range tool.FunctionDeclarations {
			names = append(names, f.Name)
		}
	}
	return names
}

// text is all text of a content but thoughts, a line each.
func (c geminiContent) text() string {
	var texts []string
	for _, p := range c.Parts {
		if p.Text != nil && !p.Thought && *p.Text != "" {
			texts = append(texts, *p.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// compact takes the spaces out of JSON: Google's older client puts them in at random.
func compact(text json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return string(text)
	}
	return out.String()
}
