package eventlog

import (
	"slices"
	"strings"

	"parley/ent/raw"
)

// Types of events that webhooks carry. docs/webhooks.md describes each.
const (
	MessageCreated       = "message.created"
	DialogueSuccessful   = "dialogue.successful"
	ContactReceived      = "contact.received"
	InterestShown        = "interest.shown"
	OperatorTransferred  = "operator.transferred"
	OperatorMessage      = "operator.message"
	DialogueClosed       = "dialogue.closed"
	ThreadCreated        = "thread.created"
	CallFailed           = "call.failed"
	CallAwaitingApproval = "call.awaiting_approval"
	IntegrationFailing   = "integration.failing"
	IntegrationDisabled  = "integration.disabled"
	IntegrationPing      = "integration.ping"
)

// Types of events for live subscribers only.
const (
	TagAdded      = "tag.added"
	TagRemoved    = "tag.removed"
	StatusChanged = "status.changed"
	NoteAdded     = "note.added"
	TurnStarted   = "turn.started"
	TurnResumed   = "turn.resumed" // one that had begun before goes on under another claim
	TurnEnded     = "turn.ended"
	CallUpdated   = "call.updated"
	ThreadMoved   = "thread.moved" // to another version of its agent

	ReminderUpdated = "reminder.updated" // made, moved, sent or cancelled
)

// WebhookTypes are the types an integration may ask for, in alphabetical order.
var WebhookTypes = []string{
	CallAwaitingApproval, CallFailed, ContactReceived, DialogueClosed, DialogueSuccessful, IntegrationDisabled, IntegrationFailing,
	IntegrationPing,
	InterestShown, MessageCreated, OperatorMessage, OperatorTransferred, ThreadCreated,
}

// ForWebhooks says whether webhooks carry events of this type.
func ForWebhooks(eventType string) bool { return slices.Contains(WebhookTypes, eventType) }

// Matches says whether an event type is meant by a pattern: a type, or any prefix with `*` behind it, such as
// `contact.*`, `mess*` and `*` alone.
func Matches(pattern, eventType string) bool {
	prefix, wild := strings.CutSuffix(pattern, "*")
	if wild {
		return strings.HasPrefix(eventType, prefix)
	}
	return pattern == eventType
}

// WebhookTypesOf returns the types that webhooks carry and at least one of the patterns means, and the patterns that mean
// none.
func WebhookTypesOf(patterns []string) (types, unknown []string) {
	for _, t := range WebhookTypes {
		if slices.ContainsFunc(patterns, func(p string) bool { return Matches(p, t) }) {
			types = append(types, t)
		}
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(WebhookTypes, func(t string) bool { return Matches(p, t) }) {
			unknown = append(unknown, p)
		}
	}
	return types, unknown
}

// Data are the ids and facts of an event that live subscribers need. Fields that do not belong to the type are empty.
type Data struct {
	MessageID string   `json:"messageId,omitempty"`
	Tag       string   `json:"tag,omitempty"`
	Text      string   `json:"text,omitempty"`
	Status    string   `json:"status,omitempty"`
	NoteID    string   `json:"noteId,omitempty"`
	TurnID    string   `json:"turnId,omitempty"`
	CallID    string   `json:"callId,omitempty"`
	Reason    string   `json:"reason,omitempty"`
	Contact   raw.JSON `json:"contact,omitempty"`

	ReminderID string `json:"reminderId,omitempty"`
}
