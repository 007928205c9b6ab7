package gemini

import (
	"bytes"
	"encoding/json"
	"fmt"

	"parley/dialogue/model"
)

// functionResponse answers a call on the wire, under its id and name.
type functionResponse struct {
	ID       string          `json:"id,omitempty"`
	Name     string          `json:"name"`
	Response json.RawMessage `json:"response"`
}

// results are those that may answer one message's calls.
type results []*model.Result

// resultsAfter finds the results between a message of the agent and its next one.
func resultsAfter(messages []model.Message, at int) (found results) {
	for _, m := range messages[at+1:] {
		if m.Role == model.Model {
			break
		}
		for _, part := range m.Parts {
			if part.Result != nil {
				found = append(found, part.Result)
			}
		}
	}
	return found
}

// answersTo writes one answer for each call, in their order.
func answersTo(calls []sentCall, found results) (parts []json.RawMessage, err error) {
	for _, c := range calls {
		raw, err := json.Marshal(map[string]any{"functionResponse": functionResponse{c.sent, c.Name, found.take(c.Call)}})
		if err != nil {
			return nil, fmt.Errorf("write the answer of %s: %w", c.Name, err)
		}
		parts = append(parts, raw)
	}
	return parts, nil
}

// take returns a call's result as the object that the API wants, and says so if there is none: a call without an answer
// is refused. Google reads `output` as what a function answered and `error` as how it failed.
func (all results) take(c *model.Call) json.RawMessage {
	for i, r := range all {
		if r == nil || r.CallID != c.ID || r.Name != "" && r.Name != c.Name {
			continue
		}
		all[i] = nil
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
		case isObject(body) && (!r.Failed || mentionsError(body)):
			return body
		}
		return json.RawMessage(`{"` + key + `":` + string(body) + `}`)
	}
	return json.RawMessage(`{"error":"there is no result of this call"}`)
}

func mentionsError(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && object["error"] != nil
}
