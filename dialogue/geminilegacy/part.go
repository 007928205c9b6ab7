package geminilegacy

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/google/generative-ai-go/genai"
)

// partKey is the one key under which a call or the answer of a function carries a whole part of the wire, as text,
// through the client. Every call and every answer is carried so, in both directions: what a model or a function says
// under a key of that name is inside the text and cannot be mistaken for it.
const partKey = "parley_part"

// carryCall returns what stands for a part of the model's in the client: its name is for readers only.
func carryCall(name string, part json.RawMessage) genai.FunctionCall {
	return genai.FunctionCall{Name: valid(name), Args: map[string]any{partKey: valid(string(part))}}
}

// carryResponse returns what stands for the answer of a function in the client.
func carryResponse(name string, part json.RawMessage) genai.FunctionResponse {
	return genai.FunctionResponse{Name: valid(name), Response: map[string]any{partKey: valid(string(part))}}
}

// carried returns the part that a call of the client carries.
func carried(c genai.FunctionCall) json.RawMessage {
	text, _ := c.Args[partKey].(string)
	return json.RawMessage(text)
}

// unpacked returns the part that stands on the wire for one that the client has written.
func unpacked(part json.RawMessage) json.RawMessage {
	var p struct {
		FunctionCall     struct{ Args map[string]json.RawMessage }
		FunctionResponse struct{ Response map[string]json.RawMessage }
	}
	_ = json.Unmarshal(part, &p) // the client's own words
	for _, fields := range []map[string]json.RawMessage{p.FunctionCall.Args, p.FunctionResponse.Response} {
		var text string
		if json.Unmarshal(fields[partKey], &text) == nil {
			return json.RawMessage(text)
		}
	}
	return part
}

// said is a part of the wire, as far as it is understood.
type said struct {
	Text             *string
	Thought          bool
	ThoughtSignature string
	FunctionCall     *call
}

type call struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

// packed returns a part as the client can take it; nil for one that is not for it. Parts with more than plain text are
// carried. Thoughts, and kinds of parts that neither it nor we know, are dropped.
func packed(part json.RawMessage) json.RawMessage {
	var p said
	var fields map[string]json.RawMessage
	if json.Unmarshal(part, &fields) != nil || unreadable(json.Unmarshal(part, &p)) || p.Thought {
		return nil
	}
	var stands any
	switch {
	case p.FunctionCall != nil:
		stands = carriedPart(p.FunctionCall.Name, part)
	case p.Text != nil && len(fields) == 1:
		stands = map[string]string{"text": *p.Text}
	case p.Text != nil || p.ThoughtSignature != "" && len(fields) == 1:
		stands = carriedPart("text", part)
	default:
		return nil
	}
	raw, _ := marshal(stands) // maps and strings
	return raw
}

func carriedPart(name string, part json.RawMessage) any {
	return map[string]any{"functionCall": map[string]any{"name": name, "args": map[string]string{partKey: string(compact(part))}}}
}

// unreadable says whether nothing was read. Fields of another type than expected leave the others readable.
func unreadable(err error) bool {
	if err == nil {
		return false
	}
	var odd *json.UnmarshalTypeError
	return !errors.As(err, &odd)
}

// compact takes the space out between the words of JSON, so that it stays the same when it is stored or put into a
// larger one.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
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
