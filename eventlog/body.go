package eventlog

import (
	"slices"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/raw"
)

// PayloadVersion is the version of the webhook bodies this program writes.
const PayloadVersion = 1

// Body is what a webhook carries. Its fields are fixed; a change that breaks receivers raises Version. The tags of its
// fields and of the data's say what the published schemas do: see Schema.
type Body struct {
	ID          string  `json:"id" doc:"Id of the event, the same whenever it is sent again."`
	Type        string  `json:"type" doc:"Type of the event."`
	Version     int     `json:"version" doc:"Version of this form; what would break receivers raises it."`
	Timestamp   ms.Time `json:"timestamp" doc:"When it happened."`
	WorkspaceID string  `json:"workspace_id" doc:"Id of the workspace."`
	ThreadID    *string `json:"thread_id" doc:"Id of the dialogue; null for events about integrations."`
	Sequence    *int64  `json:"sequence" doc:"Counts the events of the dialogue, those that no webhook carries too; null for events about integrations."`
	Truncated   bool    `json:"truncated" doc:"Whether the data were cut because the body was longer than 64 KiB: metadata, contact and arguments are null then, texts end after 1000 characters, and at most 100 tags are named."`
	Data        any     `json:"data" doc:"What happened."`
}

// Dialogue are the system fields that the data of every thread's event holds, true right after the event.
type Dialogue struct {
	ThreadID      string   `json:"thread_id" doc:"Id of the dialogue."`
	ExternalID    *string  `json:"external_id" doc:"The app's own id of the dialogue."`
	CustomerID    string   `json:"customer_id" doc:"Id of the customer."`
	AgentID       string   `json:"agent_id" doc:"Id of the agent."`
	Channel       string   `json:"channel" doc:"Where the dialogue is held, as the app named it; test in tests."`
	Status        string   `json:"status" doc:"Who has the talk." enum:"OPEN,WAITING_FOR_OPERATOR,OPERATOR,CLOSED"`
	Success       bool     `json:"success" doc:"Whether the goal is reached: the tag success is on."`
	Contact       raw.JSON `json:"contact" doc:"What is known of how to reach the customer: email, phone, name and whatever else get_contact asks for."`
	Interest      bool     `json:"interest" doc:"Whether the customer has shown interest: the tag interest is on."`
	Closed        bool     `json:"closed" doc:"Whether the dialogue is over: the tag close is on."`
	Operator      bool     `json:"operator" doc:"Whether a person is needed or has the talk: the tag operator is on."`
	IsBot         bool     `json:"is_bot" doc:"Whether the other side is a machine: the tag is_bot is on."`
	Tags          []string `json:"tags" doc:"All tags that are on, sorted."`
	MessageCount  int      `json:"message_count" doc:"Number of messages so far."`
	LastMessageAt *ms.Time `json:"last_message_at" doc:"When the last message was written."`
	Metadata      raw.JSON `json:"metadata" doc:"What the app has stored with the dialogue."`
}

// MessageBody is the message of a message.created event.
type MessageBody struct {
	ID         string  `json:"id" doc:"Id of the message."`
	Author     string  `json:"author" doc:"Who wrote it." enum:"CUSTOMER,AGENT,OPERATOR,SYSTEM"`
	AuthorName string  `json:"author_name" doc:"The author's name; empty if it is not known."`
	Text       string  `json:"text" doc:"What was written."`
	CreatedAt  ms.Time `json:"created_at" doc:"When it was written."`
}

// MessageData is the data of message.created.
type MessageData struct {
	Dialogue
	Message MessageBody `json:"message" doc:"The message."`
}

// TextData is the data of operator.message.
type TextData struct {
	Dialogue
	Text string `json:"text" doc:"What the agent wants operators to know."`
}

// CallData is the data of call.failed.
type CallData struct {
	Dialogue
	CallID     string  `json:"call_id" doc:"Id of the call."`
	TurnID     string  `json:"turn_id" doc:"Id of the agent's turn that made it."`
	Function   string  `json:"function" doc:"Name of the function."`
	FunctionID *string `json:"function_id" doc:"Id of the function."`
	Outcome    string  `json:"outcome" doc:"FAILED, or UNKNOWN when it was sent, no answer came, and it may have taken effect." enum:"FAILED,UNKNOWN"`
	HTTPStatus *int    `json:"http_status" doc:"HTTP status of your answer; null if none came."`
	Error      string  `json:"error" doc:"What went wrong, in words."`
}

// ApprovalData is the data of call.awaiting_approval. It holds what the model chose, and nothing of how the function is
// called: URL and headers may hold secrets.
type ApprovalData struct {
	Dialogue
	CallID     string   `json:"call_id" doc:"Id of the call, for approveCall and refuseCall."`
	TurnID     string   `json:"turn_id" doc:"Id of the agent's turn that made it."`
	Function   string   `json:"function" doc:"Name of the function."`
	FunctionID string   `json:"function_id" doc:"Id of the function."`
	Arguments  raw.JSON `json:"arguments" doc:"What the model wants to call it with."`
	ExpiresAt  ms.Time  `json:"expires_at" doc:"When the call is refused if nobody has decided. It may be refused before, when the turn ends."`
}

// IntegrationData is the data of the events about integrations, which belong to no thread.
type IntegrationData struct {
	IntegrationID string `json:"integration_id" doc:"Id of the integration."`
	Name          string `json:"name" doc:"Its name."`
	URL           string `json:"url" doc:"Its address."`
	Reason        string `json:"reason" doc:"Why, in words."`
	// Failure is what its endpoint did; nil when it is not to blame.
	Failure *IntegrationFailure `json:"failure" doc:"How its endpoint has been failing; null when it is not to blame."`
}

// IntegrationFailure is how the endpoint of an integration has been failing, with its last failure.
type IntegrationFailure struct {
	Since    ms.Time `json:"since" doc:"First failure after the last success."`
	Failures int64   `json:"failures" doc:"How many failures there were since then."`
	EventID  *string `json:"event_id" doc:"The event that failed last; null when it is gone."`
	Status   *int    `json:"status" doc:"HTTP status of the last answer; null if none came."`
	Error    string  `json:"error" doc:"What went wrong, in words."`
	Answer   string  `json:"answer" doc:"Up to 4 KiB of the last answer's body."`
}

// Dialogue returns the system fields as they are now in the transaction.
func (t *Thread) Dialogue() Dialogue { return DialogueOf(t.Row, t.Tags()) }

// DialogueOf returns the system fields of a thread with the given tags, sorted.
func DialogueOf(t *ent.Thread, tags []string) Dialogue {
	if tags == nil {
		tags = []string{} // a list for receivers too
	}
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
