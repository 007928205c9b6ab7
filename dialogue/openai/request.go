package openai

import (
	"bytes"
	"cmp"
	"encoding/json"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// The body of a request. Fields that some server does not know are sent only where they are needed.
type (
	request struct {
		Model               string            `json:"model,omitempty"`
		Messages            []json.RawMessage `json:"messages"`
		Tools               []tool            `json:"tools,omitempty"`
		Temperature         *float64          `json:"temperature,omitempty"`
		ResponseFormat      *responseFormat   `json:"response_format,omitempty"`
		MaxTokens           int               `json:"max_tokens,omitempty"`
		MaxCompletionTokens int               `json:"max_completion_tokens,omitempty"`
		Stream              bool              `json:"stream"`
		StreamOptions       *streamOptions    `json:"stream_options,omitempty"`
	}

	streamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	}

	responseFormat struct {
		Type   string       `json:"type"`
		Schema answerSchema `json:"json_schema"`
	}

	answerSchema struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	}

	tool struct {
		Type     string   `json:"type"`
		Function function `json:"function"`
	}

	function struct {
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		Parameters  json.RawMessage `json:"parameters"`
	}
)

// noParameters is the schema of a function without arguments: an empty one is refused by some servers.
var noParameters = json.RawMessage(`{"type":"object","properties":{}}`)

// encode writes the body of a request, with the schema of its answer as a format that the server holds it to or, unless
// held, as words of the system text. Messages are put in by hand, because encoding/json would rewrite the bytes that
// are to be replayed unchanged.
func (p *Provider) encode(r *model.Request, askUsage, held bool) ([]byte, error) {
	q := request{Model: cmp.Or(r.Model, p.o.Model), Temperature: r.Temperature, Stream: true}
	system := r.System
	if held {
		q.ResponseFormat = &responseFormat{"json_schema", answerSchema{"answer", strict(r.AnswerSchema), r.AnswerSchema}}
	} else {
		system = remote.Instructed(r)
	}
	if askUsage {
		q.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if p.o.CompletionTokens {
		q.MaxCompletionTokens = r.MaxOutputTokens
	} else {
		q.MaxTokens = r.MaxOutputTokens
	}
	for _, f := range r.Functions {
		schema := f.Schema
		if s := bytes.TrimSpace(schema); len(s) == 0 || string(s) == "null" || string(s) == "{}" {
			schema = noParameters
		}
		q.Tools = append(q.Tools, tool{"function", function{f.Name, f.Description, schema}})
	}
	messages, err := p.messages(r, system)
	if err != nil {
		return nil, err
	}
	q.Messages = []json.RawMessage{}
	rest, err := marshal(q)
	if err != nil {
		return nil, err
	}
	list := append(append([]byte(`"messages":[`), bytes.Join(messages, []byte{','})...), ']')
	return bytes.Replace(rest, []byte(`"messages":[]`), list, 1), nil
}

// marshal encodes without turning <, > and & into escapes.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
