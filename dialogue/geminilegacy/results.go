package geminilegacy

import (
	"bytes"
	"encoding/json"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// take returns what the model is told of a call. Gemini takes objects only.
func take(results remote.Results, c *model.Call) json.RawMessage {
	r := results.Take(c)
	if r == nil {
		return json.RawMessage(remote.NoResult)
	}
	body := json.RawMessage(bytes.TrimSpace(r.Body))
	if len(body) > 0 && !json.Valid(body) {
		body, _ = marshal(valid(string(body))) // a text
	}
	switch object := isObject(body); {
	case len(body) == 0 || string(body) == "{}":
		return json.RawMessage(`{}`)
	case r.Failed && !(object && remote.MentionsError(body)):
		return within("error", body)
	case !object:
		return within("result", body)
	}
	return body
}

func within(name string, body json.RawMessage) json.RawMessage {
	return json.RawMessage(`{"` + name + `":` + string(body) + `}`)
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
