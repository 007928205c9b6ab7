package gemini

import (
	"bytes"
	"encoding/json"
	"fmt"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// functionResponse answers a call on the wire, under its id and name.
type functionResponse struct {
	ID       string          `json:"id,omitempty"`
	Name     string          `json:"name"`
	Response json.RawMessage `json:"response"`
}

// answersTo writes one answer for each call, in their order.
func answersTo(calls []sentCall, found remote.Results) (parts []json.RawMessage, err error) {
	for _, c := range calls {
		raw, err := json.Marshal(map[string]any{"functionResponse": functionResponse{c.sent, c.Name, take(found, c.Call)}})
		if err != nil {
			return nil, fmt.Errorf("write the answer of %s: %w", c.Name, err)
		}
		parts = append(parts, raw)
	}
	return parts, nil
}

// take returns a call's result as the object that the API wants. Google reads `output` as what a function answered and
// `error` as how it failed.
func take(results remote.Results, c *model.Call) json.RawMessage {
	r := results.Take(c)
	if r == nil {
		return json.RawMessage(remote.NoResult)
	}
	body := bytes.TrimSpace(r.Body)
	key := "output"
	if r.Failed {
		key = "error"
	}
	switch {
	case len(body) == 0 && !r.Failed:
		return json.RawMessage(`{}`)
	case !json.Valid(body):
		body, _ = json.Marshal(string(body)) // a string
	case isObject(body) && (!r.Failed || remote.MentionsError(body)):
		return body
	}
	return json.RawMessage(`{"` + key + `":` + string(body) + `}`)
}
