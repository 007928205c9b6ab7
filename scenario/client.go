package scenario

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	requestTimeout = 15 * time.Second
	maxAnswer      = 16 << 20
)

// client speaks to the public API with one key.
type client struct {
	server, key string
	http        *http.Client
}

// apiError is what the server says in `errors`.
type apiError struct {
	Message    string
	Extensions struct {
		Code      string
		Retryable bool
		Fields    []struct{ Field, Reason string }
	}
}

// Error implements error.
func (e *apiError) Error() string {
	text := e.Extensions.Code + ": " + e.Message
	for _, f := range e.Extensions.Fields {
		text += "; " + f.Field + " " + f.Reason
	}
	return text
}

// as returns the same client with another key.
func (c *client) as(key string) *client { return &client{c.server, key, c.http} }

// inputTypes of the mutations that a scenario needs.
var inputTypes = map[string]string{
	"createAgent": "CreateAgentInput", "deleteAgent": "DeleteInput", "createFunction": "CreateFunctionInput",
	"updateFunction": "UpdateFunctionInput", "createIntegration": "CreateIntegrationInput", "createApiKey": "CreateApiKeyInput",
	"revokeApiKey": "DeleteInput", "createThread": "CreateThreadInput", "sendMessage": "SendMessageInput",
	"sendOperatorMessage": "SendMessageInput", "addNote": "AddNoteInput", "takeOver": "ThreadInput", "handBack": "ThreadInput",
	"closeThread": "ThreadInput", "reopenThread": "ThreadInput", "stopTurn": "ThreadInput", "addTag": "AddTagInput",
	"removeTag": "RemoveTagInput", "approveCall": "CallInput", "refuseCall": "RefuseCallInput",
}

// mutate runs a mutation and decodes its payload. An error of the API is an *apiError.
func (c *client) mutate(ctx context.Context, field string, input map[string]any, selection string, into any) error {
	document := fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { %s } }", inputTypes[field], field, selection)
	var answer map[string]json.RawMessage
	if err := c.query(ctx, document, map[string]any{"input": input}, &answer); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return decode(answer[field], into)
}

// query runs a document and decodes its data.
func (c *client) query(ctx context.Context, document string, variables map[string]any, into any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := c.post(ctx, document, variables, "application/graphql-response+json, application/json")
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	return readPayload(text, response.StatusCode, into)
}

// readPayload decodes the answer to a document.
func readPayload(text []byte, status int, into any) error {
	var answer struct {
		Data   json.RawMessage
		Errors []*apiError
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("the server answered HTTP %d with %.200q", status, text)
	}
	if len(answer.Errors) > 0 {
		return answer.Errors[0]
	}
	return decode(answer.Data, into)
}

// decode keeps the digits of numbers.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func (c *client) post(ctx context.Context, document string, variables map[string]any, accept string) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	request.Header.Set("Authorization", "Bearer "+c.key)
	return c.http.Do(request)
}

const eventsDocument = `subscription($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) {
    id type sequence cursor
    ... on MessageCreated { message { author text model } }
    ... on TagChanged { tag why: text }
    ... on StatusChanged { status }
    ... on TurnChanged { turn { id reason reasonText } }
    ... on CallChanged { call { id } }
    ... on DialogueEvent { text contact }
    ... on ReminderChanged { reminder { kind state } }
  }
}`

// event is one of threadEvents. Fields that do not belong to its type are empty.
type event struct {
	ID, Type, Cursor string
	Sequence         int
	Message          *struct{ Author, Text, Model string }
	Tag, Why, Text   string
	Status           string
	Turn             *struct{ ID, Reason, ReasonText string }
	Call             *struct{ ID string }
	Contact          any
	Reminder         *struct{ Kind, State string }
}

// follow hands the events of a thread behind a cursor to take until ctx ends, over connections that break too. Any
// other end is an error.
func (c *client) follow(ctx context.Context, thread, after string, take func(event)) error {
	for ctx.Err() == nil {
		err := c.followOnce(ctx, thread, after, func(e event) {
			after = e.Cursor
			take(e)
		})
		var refused *apiError
		if errors.As(err, &refused) && !refused.Extensions.Retryable && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

// followOnce reads one connection of server-sent events.
func (c *client) followOnce(ctx context.Context, thread, after string, take func(event)) error {
	response, err := c.post(ctx, eventsDocument, map[string]any{"thread": thread, "after": after}, "text/event-stream")
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		return readPayload(text, response.StatusCode, &struct{}{})
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		data, is := strings.CutPrefix(lines.Text(), "data:")
		if data = strings.TrimSpace(data); !is || data == "" {
			continue
		}
		var payload struct{ ThreadEvents *event }
		if err := readPayload([]byte(data), response.StatusCode, &payload); err != nil {
			return err
		}
		if payload.ThreadEvents != nil {
			take(*payload.ThreadEvents)
		}
	}
	return lines.Err()
}
