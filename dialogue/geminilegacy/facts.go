package geminilegacy

import (
	"encoding/json"
	"errors"
	"strings"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// facts are what an answer says beside its parts. The client drops some of it, and mistakes more.
type facts struct {
	finish, detail    string // why the model stopped, in Gemini's words
	blocked           string // why the prompt was refused
	model, responseID string
	usage             model.Usage
	size              int // bytes of what the answer says
}

// element is one piece of an answer.
type element struct {
	Candidates []struct {
		Index         int
		Content       struct{ Parts []json.RawMessage }
		FinishReason  word
		FinishMessage string
	}
	PromptFeedback struct {
		BlockReason        word
		BlockReasonMessage string
	}
	UsageMetadata *usage
	ModelVersion  string
	ResponseID    string
	Error         json.RawMessage
}

// word is the value of an enum: its name, or its number from a server that writes numbers.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(raw []byte) error {
	if *w = word(strings.Trim(string(raw), `"`)); *w == "null" {
		*w = ""
	}
	return nil
}

func (w word) string() string {
	if strings.HasSuffix(string(w), "_UNSPECIFIED") || w == "0" {
		return ""
	}
	return remote.Clip(string(w), 100)
}

// usage counts tokens, in whole or in part as Gemini names them.
type usage struct {
	PromptTokenCount, ToolUsePromptTokenCount, CachedContentTokenCount, CandidatesTokenCount, ThoughtsTokenCount int64
}

// model is the usage as the engine counts it: thoughts are part of the output.
func (u *usage) model() model.Usage {
	m := model.Usage{
		Input: max(0, u.PromptTokenCount) + max(0, u.ToolUsePromptTokenCount), Thinking: max(0, u.ThoughtsTokenCount),
	}
	m.Output = max(0, u.CandidatesTokenCount) + m.Thinking
	m.Cached = min(m.Input, max(0, u.CachedContentTokenCount))
	return m
}

// take reads one element and returns it as the client can take it. Of usage the last counts, which is the total.
func (f *facts) take(raw json.RawMessage, key string) (json.RawMessage, *model.Error) {
	var e element
	if unreadable(json.Unmarshal(raw, &e)) || len(raw) == 0 || raw[0] != '{' {
		return nil, remote.Cut(errors.New("an element of the stream cannot be read"))
	}
	if len(e.Error) > 0 && string(e.Error) != "null" {
		return nil, inStream(raw, key)
	}
	if e.UsageMetadata != nil {
		f.usage = e.UsageMetadata.model()
	}
	if e.ModelVersion != "" {
		f.model = remote.Clip(strings.TrimPrefix(e.ModelVersion, "models/"), 200)
	}
	if e.ResponseID != "" {
		f.responseID = remote.Clip(e.ResponseID, 200)
	}
	if reason := e.PromptFeedback.BlockReason.string(); reason != "" {
		f.blocked = strings.TrimSpace(reason + " " + remote.Redact(e.PromptFeedback.BlockReasonMessage, key))
	}
	var parts []json.RawMessage
	for _, c := range e.Candidates {
		if c.Index != 0 {
			continue // one was asked for
		}
		if reason := c.FinishReason.string(); reason != "" {
			f.finish = reason
			f.detail = remote.Clip(strings.TrimSpace(reason+" "+remote.Redact(c.FinishMessage, key)), remote.MaxErrorText)
		}
		for _, part := range c.Content.Parts {
			if known := packed(part); known != nil {
				f.size += len(part)
				parts = append(parts, known)
			}
		}
	}
	if f.size > maxAnswer {
		return nil, remote.Cut(errAnswer)
	}
	if len(parts) == 0 {
		return json.RawMessage(`{}`), nil
	}
	seen, _ := marshal(map[string]any{"candidates": []any{map[string]any{"content": map[string]any{"role": "model", "parts": parts}}}})
	return seen, nil // of valid JSON
}

// reason translates the model's word. Calls that can be read are calls whatever it says, unless the answer was blocked.
func (f *facts) reason(calls, malformed bool) string {
	switch finish := f.finish; {
	case finish == "SAFETY" || finish == "RECITATION" || finish == "BLOCKLIST" || finish == "SPII" ||
		strings.HasPrefix(finish, "PROHIBITED_CONTENT") || strings.HasPrefix(finish, "IMAGE_"):
		return model.Blocked
	case malformed || strings.HasPrefix(finish, "MALFORMED_") || finish == "UNEXPECTED_TOOL_CALL" || finish == "TOO_MANY_TOOL_CALLS":
		return model.MalformedCall
	case calls:
		return model.Tools
	case finish == "STOP":
		return model.Stop
	case finish == "MAX_TOKENS":
		return model.Length
	}
	return model.Other
}
