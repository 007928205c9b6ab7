package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// event is one of threadEvents. Fields that do not belong to its type are empty.
type event struct {
	ID, Type, Cursor, Status string
	Sequence                 int
	Message                  struct{ ID, Author string }
	Turn                     struct{ ID, Reason string }
	Note                     struct{ Text string }
}

const followEvents = `subscription($thread: ID!, $after: Cursor) { threadEvents(threadId: $thread, after: $after) {
	id type cursor sequence ... on MessageCreated { message { id author } } ... on StatusChanged { status }
	... on TurnChanged { turn { id reason } } ... on NoteAdded { note { text } } } }`

// errStreamEnded says that a stream ended without a refusal: resume it.
var errStreamEnded = errors.New("the stream ended")

// follow brings the events of a thread behind a cursor to take, until that returns false or ctx ends. It resumes at the
// last cursor for as long as it takes, by WebSocket or by server-sent events.
func (c *caller) follow(ctx context.Context, threadID, after string, socket bool, take func(event) bool) error {
	attend := c.serverSent
	if socket {
		attend = c.socket
	}
	for try := 0; ctx.Err() == nil; try++ {
		enough := false
		err := attend(ctx, c.addresses[try%len(c.addresses)], map[string]any{"thread": threadID, "after": after}, func(payload []byte) error {
			var p struct {
				Data   struct{ ThreadEvents *event }
				Errors []apiFault
			}
			if err := json.Unmarshal(payload, &p); err != nil {
				return err
			}
			if len(p.Errors) > 0 {
				return p.Errors[0].err()
			}
			after = p.Data.ThreadEvents.Cursor
			if !take(*p.Data.ThreadEvents) {
				enough = true
				return errStreamEnded
			}
			return nil
		})
		var refused *refusedError
		if enough {
			return nil
		}
		if errors.As(err, &refused) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// serverSent reads one stream of server-sent events to its end.
func (c *caller) serverSent(ctx context.Context, address string, variables map[string]any, each func([]byte) error) error {
	body, err := json.Marshal(map[string]any{"query": followEvents, "variables": variables})
	if err != nil {
		return err
	}
	long := *c
	client := *c.http
	client.Timeout = 0 // a stream lasts
	long.http = &client
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, err := long.post(ctx, address, "text/event-stream", body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next := false
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		switch value = strings.TrimSpace(value); {
		case name == "event":
			next = value == "next"
		case name == "data" && next:
			if err := each([]byte(value)); err != nil {
				return err
			}
		}
	}
	return errors.Join(errStreamEnded, lines.Err())
}

// socket reads one subscription by graphql-transport-ws to its end.
func (c *caller) socket(ctx context.Context, address string, variables map[string]any, each func([]byte) error) error {
	conn, _, err := websocket.Dial(ctx, address+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: c.http,
	})
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // it is of no more use
	type frame struct {
		ID      string `json:"id,omitempty"`
		Type    string `json:"type"`
		Payload any    `json:"payload,omitempty"`
	}
	if err := wsjson.Write(ctx, conn, frame{Type: "connection_init", Payload: map[string]string{"authorization": "Bearer " + c.key}}); err != nil {
		return err
	}
	for {
		var f struct {
			Type    string
			Payload json.RawMessage
		}
		if err := wsjson.Read(ctx, conn, &f); err != nil {
			return err
		}
		switch f.Type {
		case "connection_ack":
			err = wsjson.Write(ctx, conn, frame{"1", "subscribe", map[string]any{"query": followEvents, "variables": variables}})
		case "ping":
			err = wsjson.Write(ctx, conn, frame{Type: "pong"})
		case "next":
			err = each(f.Payload)
		case "error":
			err = fmt.Errorf("the subscription failed: %s", f.Payload)
		case "complete":
			err = errStreamEnded
		}
		if err != nil {
			return err
		}
	}
}
