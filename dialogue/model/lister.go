package model

import (
	"context"
	"time"
)

// Info is what a provider tells of one of its models. Only Name is always there; zero means that nobody said.
type Info struct {
	Name, DisplayName, Description string    // Name is without the provider's
	InputTokens, OutputTokens      int64     // the most that it reads and writes in one step
	Thinking                       bool      // whether it can think before it answers
	RetiresAt                      time.Time // when it is switched off or answered by another, as far as known
	Replacement                    string    // the model to use instead
}

// Lister is a Provider that can list its models. Models blocks until the list is read or ctx ends; the names are sorted,
// and the error is an *Error.
type Lister interface {
	Models(ctx context.Context) ([]Info, error)
}
