// Package model is what the dialogue engine and the model providers agree on: a request, a stream of deltas that ends
// with the whole answer, and a typed error. Retries, fallback, limits and accounting live above the providers.
//
//	for event, err := range provider.Generate(ctx, request) {
//		…
//	}
package model

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// Role says who speaks in a Message.
type Role string

// The roles of a message.
const (
	User  Role = "user"  // the customer, and operators by name
	Model Role = "model" // the agent
	Tool  Role = "tool"  // answers of functions
)

// Call is the model's wish to call a function.
type Call struct {
	ID   string          `json:"id"` // the provider's, or one of ours when it gives none
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"`
}

// Result answers a Call.
type Result struct {
	CallID string          `json:"callId"`
	Name   string          `json:"name"`
	Body   json.RawMessage `json:"body"`
	Failed bool            `json:"failed,omitempty"`
}

// Part holds exactly one of Text, Call and Result. Wire are the provider's own bytes of the part: replayed unchanged to
// the provider that made them, and ignored by every other.
type Part struct {
	Text   string          `json:"text,omitempty"`
	Call   *Call           `json:"call,omitempty"`
	Result *Result         `json:"result,omitempty"`
	Wire   json.RawMessage `json:"wire,omitempty"`
}

// Message is one turn of the history a model reads. Provider names who made a message of role Model.
type Message struct {
	Role     Role   `json:"role"`
	Parts    []Part `json:"parts"`
	Provider string `json:"provider,omitempty"`
}

// Function is what the model may call. Schema is a JSON Schema of an object; empty means no arguments. Tag is set for
// functions of kind TAG.
type Function struct {
	Name, Description string
	Schema            json.RawMessage
	Tag               string
}

// Request is one step's question to a model.
type Request struct {
	Model           string // without the provider's name; empty means the provider's default
	System          string
	Messages        []Message
	Functions       []Function      // none on the reserved last step
	AnswerSchema    json.RawMessage // JSON Schema of an object that the text is to be; empty for free text. The engine checks.
	MaxOutputTokens int             // 0 leaves it to the provider
	Temperature     *float64        // nil sends none
	Script          json.RawMessage // rules of the scripted provider; others ignore it
	Region          string          // ISO 3166, for phone numbers without a country code; may be empty
	Now             time.Time       // of the step, in the agent's time zone; zero if unknown
}

// Usage counts tokens of one step. Cached are part of Input, Thinking part of Output.
type Usage struct{ Input, Cached, Output, Thinking int64 }

// maxTokens is more than any model reads or writes in one step.
const maxTokens = 1_000_000_000

// Believable is the usage within what a step can have used: a server that counts wrongly must neither give tokens back nor make
// sums of many steps overflow.
func (u Usage) Believable() Usage {
	bounded := func(n int64) int64 { return min(max(n, 0), maxTokens) }
	u.Input, u.Output = bounded(u.Input), bounded(u.Output)
	u.Cached, u.Thinking = min(bounded(u.Cached), u.Input), min(bounded(u.Thinking), u.Output)
	return u
}

// Reasons why a model stopped.
const (
	Stop          = "stop"
	Tools         = "tools"
	Length        = "length"
	Blocked       = "blocked"
	MalformedCall = "malformed_call"
	Cut           = "cut"
	Other         = "other"
)

// End is the whole answer.
type End struct {
	Message           Message // to be stored
	Reason            string  // one of the reasons above
	Detail            string  // the provider's own word for it
	Usage             Usage
	Model, ResponseID string // the model that really answered
	Warning           string // what people should know of that model, such as that another one was asked for; mostly empty
}

// Event is one piece of an answer: a delta of text, or the end. A stream that ends without an End was cut.
type Event struct {
	Delta string
	End   *End
}

// Provider is a model behind a vendor's wire. Generate yields deltas, then exactly one End; or an *Error, last.
// Leaving the range or cancelling ctx stops the work and frees what it holds. It must be safe for concurrent use.
type Provider interface {
	Generate(ctx context.Context, r Request) iter.Seq2[Event, error]
}

// Kind says what an Error means for what to do next.
type Kind string

// The kinds of errors. The engine goes on to the agent's next model after Quota, Overloaded, Timeout, Retired and Cut.
const (
	Auth        Kind = "auth"
	Quota       Kind = "quota"
	Overloaded  Kind = "overloaded"
	Retired     Kind = "retired"
	Invalid     Kind = "invalid"
	KindBlocked Kind = "blocked"
	KindCut     Kind = "cut"
	Timeout     Kind = "timeout"
)

// Error is the only error a Provider yields.
type Error struct {
	Kind       Kind
	Status     int           // HTTP status, 0 if there was none
	RetryAfter time.Duration // 0 if the provider said nothing
	Emitted    bool          // text already went out: never retried silently
	Usage      Usage         // what the vendor counted nevertheless, and bills; mostly zero
	Err        error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("model provider: %s (HTTP %d): %v", e.Kind, e.Status, e.Err)
	}
	return fmt.Sprintf("model provider: %s: %v", e.Kind, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Elsewhere says whether another model may succeed where this one failed.
func (e *Error) Elsewhere() bool {
	switch e.Kind {
	case Quota, Overloaded, Retired, Timeout:
		return true
	case KindCut:
		return !e.Emitted
	}
	return false
}
