package eventlog

import (
	"bytes"
	"encoding/json"
	"slices"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/raw"
)

// PayloadVersion is the version of the webhook bodies this program writes.
const PayloadVersion = 1

// Body is what a webhook carries. Its fields are fixed; a change that breaks receivers raises Version.
type Body struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	Version     int     `json:"version"`
	Timestamp   ms.Time `json:"timestamp"`
	WorkspaceID string  `json:"workspace_id"`
	ThreadID    *string `json:"thread_id"`
	Sequence    *int64  `json:"sequence"`
	Data        any     `json:"data"`
}

// Dialogue are the system fields that the data of every thread's event holds, true right after the event.
type Dialogue struct {
	ThreadID      string   `json:"thread_id"`
	ExternalID    *string  `json:"external_id"`
	CustomerID    string   `json:"customer_id"`
	AgentID       string   `json:"agent_id"`
	Channel       string   `json:"channel"`
	Status        string   `json:"status"`
	Success       bool     `json:"success"`
	Contact       raw.JSON `json:"contact"`
	Interest      bool     `json:"interest"`
	Closed        bool     `json:"closed"`
	Operator      bool     `json:"operator"`
	IsBot         bool     `json:"is_bot"`
	Tags          []string `json:"tags"`
	MessageCount  int      `json:"message_count"`
	LastMessageAt *ms.Time `json:"last_message_at"`
	Metadata      raw.JSON `json:"metadata"`
}

// MessageBody is the message of a message.created event.
type MessageBody struct {
	ID         string  `json:"id"`
	Author     string  `json:"author"`
	AuthorName string  `json:"author_name"`
	Text       string  `json:"text"`
	CreatedAt  ms.Time `json:"created_at"`
}

// MessageData is the data of message.created.
type MessageData struct {
	Dialogue
	Message MessageBody `json:"message"`
}

// TextData is the data of operator.message.
type TextData struct {
	Dialogue
	Text string `json:"text"`
}

// CallData is the data of call.failed.
type CallData struct {
	Dialogue
	CallID   string `json:"call_id"`
	Function string `json:"function"`
	Error    string `json:"error"`
}

// IntegrationData is the data of the events about integrations, which belong to no thread.
type IntegrationData struct {
	IntegrationID string `json:"integration_id"`
	Name          string `json:"name"`
	URL           string `json:"url"`
	Reason        string `json:"reason"`
	// Failure is what its endpoint did; nil when it is not to blame.
	Failure *IntegrationFailure `json:"failure"`
}

// IntegrationFailure is how the endpoint of an integration has been failing, with its last failure.
type IntegrationFailure struct {
	Since    ms.Time `json:"since"`    // of the first failure after the last success
	Failures int64   `json:"failures"` // since then
	EventID  *string `json:"event_id"` // the event that failed last; nil when it is gone
	Status   *int    `json:"status"`   // of the answer; nil when there was none
	Error    string  `json:"error"`
	Answer   string  `json:"answer"` // up to 4 KiB of its body
}

// Dialogue returns the system fields as they are now in the transaction.
func (t *Thread) Dialogue() Dialogue { return DialogueOf(t.Row, t.Tags()) }

// DialogueOf returns the system fields of a thread with the given tags, sorted.
func DialogueOf(t *ent.Thread, tags []string) Dialogue {
	has := func(tag string) bool { return slices.Contains(tags, tag) }
	return Dialogue{
		ThreadID: t.ID, ExternalID: t.ExternalID, CustomerID: t.CustomerID, AgentID: t.AgentID, Channel: t.Channel,
		Status: t.Status.String(), Contact: t.Contact, Metadata: t.Metadata, Success: has("success"), Interest: has("interest"),
		Closed: has("close"), Operator: has("operator"), IsBot: has("is_bot"), Tags: tags,
		MessageCount: t.MessageCount, LastMessageAt: t.LastMessageAt,
	}
}

// MessageOf returns a message in the form webhooks carry it.
func MessageOf(m *ent.Message) MessageBody {
	return MessageBody{ID: m.ID, Author: m.Author.String(), AuthorName: m.AuthorName, Text: m.Text, CreatedAt: m.CreatedAt}
}

func (b Body) render() (string, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return "", err
	}
	return string(bytes.TrimRight(out.Bytes(), "\n")), nil
}
