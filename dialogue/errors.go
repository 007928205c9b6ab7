package dialogue

import (
	"errors"
	"fmt"
)

// Errors of verbs that a caller can act on. Bad input is *invalid.Error, an unknown id is ent's NotFoundError.
var (
	// ErrThreadBusy is returned by SendMessage while the agent works and its onBusy is REJECT. Nothing is stored.
	ErrThreadBusy = errors.New("the agent is still working on this thread: send again when its turn has ended")
	// ErrThreadClosed is returned when a verb needs an open thread: reopen it first.
	ErrThreadClosed = errors.New("the thread is closed: reopen it first")
	// ErrNotAwaiting is returned when a call does not wait for approval, or no longer does.
	ErrNotAwaiting = errors.New("the call does not wait for approval")
	// ErrNoOperator is returned when somebody without an API key would become the operator of a thread.
	ErrNoOperator = errors.New("only somebody with an API key can be the operator of a thread")
	// ErrAgentDeleted is returned when a thread would begin with a deleted agent.
	ErrAgentDeleted = errors.New("the agent was deleted")
	// ErrTooManyReminders is returned when a thread has as many scheduled reminders as it may have.
	ErrTooManyReminders = errors.New("the thread has 20 reminders pending: cancel one first")
	// ErrReminderEnded is returned when a reminder that was sent or cancelled would be cancelled.
	ErrReminderEnded = errors.New("the reminder is no longer pending")
	// ErrTooManySuggestions is returned when a key, or this process, has as many replies suggested at once as it may.
	ErrTooManySuggestions = errors.New("a reply is being suggested already: wait for it")
	// ErrNoSuggestion is returned when the model had nothing to suggest.
	ErrNoSuggestion = errors.New("the model has nothing to suggest here")
	// ErrTokensUsedUp is returned when the agent has used its tokens of the day.
	ErrTokensUsedUp = errors.New("the agent has used up its tokens of today")
	// ErrThreadExists is what every *ThreadExistsError is.
	ErrThreadExists = errors.New("a thread with this externalId exists")
)

// ThreadExistsError is returned by CreateThread for an externalId that is taken. errors.Is(err, ErrThreadExists) holds.
type ThreadExistsError struct{ ThreadID string }

// Error implements error.
func (e *ThreadExistsError) Error() string {
	return fmt.Sprintf("a thread with this externalId exists: %s", e.ThreadID)
}

// NoModelError is returned by SuggestReply when none of the agent's models answers.
type NoModelError struct{ Reason string }

// Error implements error.
func (e *NoModelError) Error() string { return "no reply can be suggested: " + e.Reason }

// Is makes the error one of ErrThreadExists.
func (e *ThreadExistsError) Is(target error) bool { return target == ErrThreadExists }
