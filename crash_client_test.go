package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// caller is a client of the API that repeats what it asks until it is acknowledged, at each of its servers in turn.
// Every mutation has a clientMutationId. It is safe for concurrent use.
type caller struct {
	run       string // begins the ids that it chooses
	key       string
	addresses []string
	http      *http.Client
	counter   *atomic.Int64
}

func newCaller(run, key string, addresses ...string) *caller {
	return &caller{
		run: run, key: key, addresses: addresses, counter: new(atomic.Int64),
		http: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}},
	}
}

// as returns the same caller with another key, or with other servers if any are named.
func (c *caller) as(key string, addresses ...string) *caller {
	other := *c
	if other.key = key; len(addresses) > 0 {
		other.addresses = addresses
	}
	return &other
}

// refusedError is an answer that no repetition changes.
type refusedError struct{ code, message string }

func (e *refusedError) Error() string { return e.code + ": " + e.message }

// conflict says whether an operation came too late: what it was about had changed.
func conflict(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && refused.code == "CONFLICT"
}

// inputs are the types of inputs that are not named after their mutation.
var inputs = map[string]string{
	"takeOver": "ThreadInput", "handBack": "ThreadInput", "stopTurn": "ThreadInput", "sendOperatorMessage": "SendMessageInput",
	"approveCall": "CallInput", "closeThread": "ThreadInput",
}

// mutate runs a mutation until it is acknowledged or refused, and decodes its payload.
func (c *caller) mutate(ctx context.Context, field string, input map[string]any, selection string, into any) error {
	kind := inputs[field]
	if kind == "" {
		kind = strings.ToUpper(field[:1]) + field[1:] + "Input"
	}
	input = maps.Clone(input)
	input["clientMutationId"] = fmt.Sprintf("%s:%d", c.run, c.counter.Add(1))
	document := fmt.Sprintf("mutation($input: %s!) { answer: %s(input: $input) { %s } }", kind, field, selection)
	var answer struct{ Answer json.RawMessage }
	if err := c.ask(ctx, document, map[string]any{"input": input}, &answer); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return json.Unmarshal(answer.Answer, into)
}

// ask asks until there is an answer. The error is a *refusedError, or says that ctx ended.
func (c *caller) ask(ctx context.Context, document string, variables map[string]any, into any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := c.once(ctx, c.addresses[try%len(c.addresses)], body, into)
		var refused *refusedError
		if err == nil || errors.As(err, &refused) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; the last answer: %w", ctx.Err(), err)
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (c *caller) once(ctx context.Context, address string, body []byte, into any) error {
	res, err := c.post(ctx, address, "application/json", body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage
		Errors []apiFault
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("status %d with %.200q: %w", res.StatusCode, text, err)
	}
	if len(answer.Errors) > 0 {
		return answer.Errors[0].err()
	}
	return json.Unmarshal(answer.Data, into)
}

func (c *caller) post(ctx context.Context, address, accept string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer "+c.key)
	return c.http.Do(req)
}

// apiFault is one of an answer's errors.
type apiFault struct {
	Message    string
	Extensions struct {
		Code      string
		Retryable bool
	}
}

func (f apiFault) err() error {
	if f.Extensions.Retryable {
		return fmt.Errorf("%s: %s", f.Extensions.Code, f.Message)
	}
	return &refusedError{f.Extensions.Code, f.Message}
}
