// This program is a client of the API in Go, with nothing but the standard library: a typed question, a coded error, a
// repeatable mutation, and the events of a thread, followed over dropped connections.
//
//	PARLEY_URL=http://127.0.0.1:8080 PARLEY_KEY=prl_… go run ./examples/client "Hello"
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

// Client speaks to one server with one key.
type Client struct {
	URL, Key string
	HTTP     *http.Client
}

// Error is a failure that the server has told.
type Error struct {
	Message    string
	Extensions struct {
		Code, RequestID string
		Retryable       bool
	}
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s (request %s)", e.Extensions.Code, e.Message, e.Extensions.RequestID)
}

func (c *Client) post(ctx context.Context, accept, document string, variables any) (io.ReadCloser, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Authorization": {"Bearer " + c.Key}, "Content-Type": {"application/json"}, "Accept": {accept}}
	res, err := c.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// answer is what the server says to an operation.
type answer[T any] struct {
	Data   T
	Errors []*Error
}

func (a answer[T]) result() (T, error) {
	if len(a.Errors) > 0 {
		return a.Data, a.Errors[0]
	}
	return a.Data, nil
}

// Ask sends a query or a mutation. T has the fields that the document selects.
func Ask[T any](ctx context.Context, c *Client, document string, variables any) (data T, err error) {
	body, err := c.post(ctx, "application/json", document, variables)
	if err != nil {
		return data, err
	}
	defer body.Close()
	var a answer[T]
	if err := json.NewDecoder(body).Decode(&a); err != nil {
		return data, err
	}
	return a.result()
}

// Follow calls each for every event of a subscription until it returns false. It connects again after a dropped connection,
// behind the last event that it has seen; variables["after"] is where it begins.
func Follow[T any](ctx context.Context, c *Client, document string, variables map[string]any, each func(T) bool) error {
	for {
		done, err := follow(ctx, c, document, variables, each)
		var told *Error
		if done || ctx.Err() != nil || errors.As(err, &told) && !told.Extensions.Retryable {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func follow[T any](ctx context.Context, c *Client, document string, variables map[string]any, each func(T) bool) (done bool, err error) {
	body, err := c.post(ctx, "text/event-stream", document, variables)
	if err != nil {
		return false, err
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for id := ""; lines.Scan(); {
		switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
		case "id":
			id = value
		case "data":
			var a answer[T]
			if json.Unmarshal([]byte(value), &a) != nil {
				continue // the last event has no data
			}
			data, err := a.result()
			if err != nil {
				return false, err
			}
			variables["after"] = cmp.Or(id, fmt.Sprint(variables["after"]))
			if !each(data) {
				return true, nil
			}
		}
	}
	return false, lines.Err()
}

// The documents, each with the shape of its data.
type (
	madeAgent struct {
		CreateAgent struct{ Agent struct{ ID string } }
	}
	madeThread struct {
		CreateThread struct{ Thread struct{ ID, Cursor string } }
	}
	sent struct {
		SendMessage struct{ Message struct{ ID string } }
	}
	heard struct {
		ThreadEvents struct {
			Type    string
			Message struct{ Author, Text string }
		}
	}
)

func run(ctx context.Context, c *Client, text string) error {
	agent, err := Ask[madeAgent](ctx, c, `mutation { createAgent(input: {name: "Example", quietMs: 0}) { agent { id } } }`, nil)
	if err != nil {
		return err
	}
	thread, err := Ask[madeThread](ctx, c, `mutation ($agent: ID!) { createThread(input: {agentId: $agent, channel: "example"}) { thread { id cursor } } }`,
		map[string]any{"agent": agent.CreateAgent.Agent.ID})
	if err != nil {
		return err
	}
	t := thread.CreateThread.Thread
	for range 2 { // as after an answer that was lost: the second one stores nothing
		_, err = Ask[sent](ctx, c, `mutation ($thread: ID!, $text: String!) { sendMessage(input: {threadId: $thread, text: $text, clientMessageId: "1"}) { message { id } } }`,
			map[string]any{"thread": t.ID, "text": text})
		if err != nil {
			return err
		}
	}
	return Follow(ctx, c, `subscription ($thread: ID!, $after: Cursor) {
		threadEvents(threadId: $thread, after: $after) { type ... on MessageCreated { message { author text } } }
	}`, map[string]any{"thread": t.ID, "after": t.Cursor}, func(e heard) bool {
		if e.ThreadEvents.Type == "message.created" {
			fmt.Printf("%s: %s\n", e.ThreadEvents.Message.Author, e.ThreadEvents.Message.Text)
		}
		return e.ThreadEvents.Type != "turn.ended"
	})
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := &Client{os.Getenv("PARLEY_URL"), os.Getenv("PARLEY_KEY"), &http.Client{}}
	if err := run(ctx, c, strings.Join(os.Args[1:], " ")); err != nil {
		log.Fatal(err)
	}
}
