package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	requestTimeout = 15 * time.Second
	patience       = 3 * time.Minute // for one operation, with --retry
	maxAnswer      = 16 << 20
)

// Client speaks GraphQL over HTTP. Every mutation carries a clientMutationId, so that it can be repeated without
// happening twice. It is safe for concurrent use.
type Client struct {
	RunID string // begins every id that this run chooses

	server, key string
	retry       bool
	logs        *Journal
	http        *http.Client
	counters    *counters // shared by the clients that As makes
}

type counters struct{ mutations, retries atomic.Int64 }

// NewClient returns a client with the key of the flags.
func NewClient(c Config, logs *Journal) *Client {
	return &Client{
		RunID: "run-" + rand.Text()[:10], server: c.Server, key: c.Key, retry: c.Retry, logs: logs,
		http:     &http.Client{Timeout: requestTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		counters: &counters{},
	}
}

// As returns the same client with another key.
func (c *Client) As(key string) *Client {
	other := *c
	other.key = key
	return &other
}

// Retries counts the requests that had to be repeated.
func (c *Client) Retries() int64 { return c.counters.retries.Load() }

// APIError is what the server says in `errors`.
type APIError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      string          `json:"code"`
		RequestID string          `json:"requestId"`
		Retryable bool            `json:"retryable"`
		Fields    json.RawMessage `json:"fields"`
	} `json:"extensions"`
}

// Error implements error.
func (e *APIError) Error() string {
	return fmt.Sprintf("%s: %s %s", e.Extensions.Code, e.Message, e.Extensions.Fields)
}

// awayError says that no answer came, or one that is not the API's: the server may be starting or gone.
type awayError struct{ error }

// inputTypes of the mutations that a run needs.
var inputTypes = map[string]string{ //nolint:gosec // names of types, no secrets
	"createAgent": "CreateAgentInput", "deleteAgent": "DeleteInput",
	"createFunction": "CreateFunctionInput", "updateFunction": "UpdateFunctionInput",
	"createIntegration": "CreateIntegrationInput", "deleteIntegration": "DeleteInput",
	"rotateIntegrationSecret": "RotateIntegrationSecretInput",
	"createApiKey":            "CreateApiKeyInput", "revokeApiKey": "DeleteInput",
	"createThread": "CreateThreadInput", "sendMessage": "SendMessageInput", "sendOperatorMessage": "SendMessageInput",
	"takeOver": "ThreadInput", "handBack": "ThreadInput", "closeThread": "ThreadInput", "reopenThread": "ThreadInput",
	"stopTurn": "ThreadInput", "addTag": "AddTagInput", "removeTag": "RemoveTagInput", "addNote": "AddNoteInput",
	"approveCall": "CallInput", "refuseCall": "RefuseCallInput",
}

// Mutate runs one mutation and decodes its payload. With --retry it repeats it under the same clientMutationId until it
// is acknowledged. About is the dialogue it belongs to, for the log.
func (c *Client) Mutate(ctx context.Context, about, field string, input map[string]any, selection string, into any) error {
	input = maps.Clone(input)
	id := fmt.Sprintf("%s:%d", c.RunID, c.counters.mutations.Add(1))
	input["clientMutationId"] = id
	document := fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { %s } }", inputTypes[field], field, selection)
	var answer map[string]json.RawMessage
	if err := c.ask(ctx, document, map[string]any{"input": input}, &answer); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	line := map[string]any{"dialogue": about, "mutation": field, "clientMutationId": id, "input": input}
	if field != "createApiKey" { // keys are in no log
		line["payload"] = answer[field]
	}
	c.logs.Write("operations", line)
	return json.Unmarshal(answer[field], into)
}

// Query runs a query and decodes its data.
func (c *Client) Query(ctx context.Context, document string, variables map[string]any, into any) error {
	return c.ask(ctx, document, variables, into)
}

func (c *Client) ask(ctx context.Context, document string, variables map[string]any, into any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	giveUp := time.Now().Add(patience)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		err := c.once(ctx, body, into)
		if err == nil || !c.retry || !repeatable(err) || time.Now().After(giveUp) {
			return err
		}
		c.counters.retries.Add(1)
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
	}
}

func repeatable(err error) bool {
	var away awayError
	var refused *APIError
	return errors.As(err, &away) || errors.As(err, &refused) && refused.Extensions.Retryable
}

func (c *Client) once(ctx context.Context, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server+"/graphql", bytes.NewReader(body)) //nolint:gosec // the caller names the server
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/graphql-response+json, application/json")
	request.Header.Set("Authorization", "Bearer "+c.key)
	response, err := c.http.Do(request) //nolint:gosec // the caller names the server
	if err != nil {
		return awayError{err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return awayError{err}
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []*APIError     `json:"errors"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return awayError{fmt.Errorf("HTTP %d with %.200q: %w", response.StatusCode, text, err)}
	}
	if len(answer.Errors) > 0 {
		return answer.Errors[0]
	}
	if response.StatusCode != http.StatusOK {
		return awayError{fmt.Errorf("HTTP %d with %.200q", response.StatusCode, text)}
	}
	return json.Unmarshal(answer.Data, into)
}

// sleep waits and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
