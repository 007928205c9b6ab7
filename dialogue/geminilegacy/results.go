package geminilegacy

import (
	"bytes"
	"encoding/json"

	"parley/dialogue/model"
)

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

// take returns what the model is told of a call, and says so if that is nothing: a call without an answer is refused.
// Gemini takes objects only.
func (all results) take(c *model.Call) json.RawMessage {
	for i, r := range all {
		if r == nil || r.CallID != c.ID || r.Name != "" && r.Name != c.Name {
			continue
		}
		all[i] = nil
		body := json.RawMessage(bytes.TrimSpace(r.Body))
		if len(body) > 0 && !json.Valid(body) {
			body, _ = marshal(valid(string(body))) // a text
		}
		switch object := isObject(body); {
		case len(body) == 0 || string(body) == "{}":
			return json.RawMessage(`{}`)
		case r.Failed && !(object && mentionsError(body)):
			return within("error", body)
		case !object:
			return within("result", body)
		}
		return body
	}
	return json.RawMessage(`{"error":"there is no result of this call"}`)
}

func within(name string, body json.RawMessage) json.RawMessage {
	return json.RawMessage(`{"` + name + `":` + string(body) + `}`)
}

func mentionsError(body json.RawMessage) bool {
	var object map[string]json.RawMessage
	_ = json.Unmarshal(body, &object) // it is one
	return len(object["error"]) > 0
}

// responsePart is the answer of a function as it stands on the wire. Raw JSON keeps what protocol buffers would change or
// refuse: they have one kind of number, which is exact up to 2^53.
func responsePart(c sentCall, body json.RawMessage) json.RawMessage {
	response := map[string]any{"name": c.Name, "response": body}
	if c.sent != "" {
		response["id"] = c.sent
	}
	raw, _ := marshal(map[string]any{"functionResponse": response}) // of valid JSON
	return raw
}
