package openai

import (
	"bytes"
	"cmp"
	"encoding/json"

	"parley/dialogue/model"
)

// The body of a request. Fields that some server does not know are sent only where they are needed.
type (
	request struct {
		Model               string            `json:"model,omitempty"`
		Messages            []json.RawMessage `json:"messages"`
		Tools               []tool            `json:"tools,omitempty"`
		Temperature         *float64          `json:"temperature,omitempty"`
		MaxTokens           int               `json:"max_tokens,omitempty"`
		MaxCompletionTokens int               `json:"max_completion_tokens,omitempty"`
		Stream              bool              `json:"stream"`
		StreamOptions       *streamOptions    `json:"stream_options,omitempty"`
	}

	streamOptions struct {
		IncludeUsage bool `json:"include_usage"`
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

// encode writes the body of a request. Messages are put in by hand, because encoding/json would rewrite the bytes that
// are to be replayed unchanged.
func (p *Provider) encode(r *model.Request, askUsage bool) ([]byte, error) {
	q := request{Model: cmp.Or(r.Model, p.o.Model), Temperature: r.Temperature, Stream: true}
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
	messages, err := p.messages(r)
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
