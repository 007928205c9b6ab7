package model

import (
	"context"
	"time"
)

// Info is what a provider tells about one of its models. Zero fields are unknown.
type Info struct {
	Name        string // as a Request names it, without the provider's name; empty is the model for requests that name none
	DisplayName string // for people
	Description string
	InputTokens int64 // most tokens that it reads
	// OutputTokens is the most tokens that it writes at once.
	OutputTokens int64
	Thinking     bool      // whether it thinks before it answers
	RetiresAt    time.Time // when it is switched off
	Replacement  string    // the model that the vendor names in its place
}

// Lister is a Provider that can list its models. Models blocks until the list is read or ctx ends, and may be called at
// any time. The error is an *Error; one of kind Retired says that the server has no list.
type Lister interface {
	Models(ctx context.Context) ([]Info, error)
}
