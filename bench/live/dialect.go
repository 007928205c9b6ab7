//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// dialect is how a server is talked to.
type dialect struct {
	path, header string
	// hello is what a client says to subscribe, and what it waits for after each.
	hello func(id string) []step
	// control says whether a text is no event, and what to answer; empty: nothing.
	control func(text []byte) (reply string, is bool)
	// units cuts a text into what is compared between sockets.
	units func(text []byte, each func(unit []byte) error) error
}

type step struct{ say, hear string }

// shortest is the length below which a text cannot be an event.
const shortest = 110

// eventDocument is the subscription of all servers that speak GraphQL; Centrifuge is given data of the same shape and length.
const eventDocument = `{ id type threadId sequence cursor createdAt ` +
	`... on MessageCreated { message { id text author authorName createdAt } } ... on MessageDelta { messageId offset text } }`

// graphQL is the dialect graphql-transport-ws. That the pong has come behind the subscription does not mean at all servers that
// it has begun: what joins waits for a moment.
func graphQL(key, document string, variables map[string]any) dialect {
	initial := map[string]any{"type": "connection_init"}
	if key != "" {
		initial["payload"] = map[string]any{"authorization": "Bearer " + key}
	}
	return dialect{
		path: "/graphql", header: "Sec-WebSocket-Protocol: graphql-transport-ws\r\n",
		hello: func(id string) []step {
			subscribe := map[string]any{"id": id, "type": "subscribe", "payload": map[string]any{"query": document, "variables": variables}}
			return []step{{text(initial), "connection_ack"}, {text(subscribe), ""}, {`{"type":"ping"}`, `"pong"`}}
		},
		control: func(t []byte) (string, bool) {
			if len(t) >= shortest {
				return "", false
			}
			if bytes.Contains(t, []byte(`"ping"`)) {
				return `{"type":"pong"}`, true
			}
			return "", !bytes.Contains(t, []byte(`"complete"`)) // which is an error here, found by its check
		},
		units: func(t []byte, each func([]byte) error) error { return each(t) },
	}
}

// centrifuge is the JSON protocol of Centrifuge, where a frame may hold several lines.
func centrifuge() dialect {
	return dialect{
		path: "/connection/websocket",
		hello: func(string) []step {
			return []step{{`{"id":1,"connect":{}}`, `"connect"`}, {`{"id":2,"subscribe":{"channel":"thread"}}`, `"subscribe"`}}
		},
		control: func(t []byte) (string, bool) {
			if string(bytes.TrimSpace(t)) == "{}" {
				return "{}", true
			}
			return "", len(t) < shortest
		},
		units: func(t []byte, each func([]byte) error) error {
			for len(t) > 0 {
				line, rest, _ := bytes.Cut(t, []byte("\n"))
				if t = rest; len(line) < 3 {
					continue // an empty line, or a ping between events
				}
				if err := each(line); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// text is a value as JSON.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("bench: %v", err)) // a mistake of this program
	}
	return string(b)
}
