package dialogue

import (
	"cmp"
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/message"
	"parley/ent/viewer"
	"parley/eventlog"
)

// met is what SendMessage remembers beside a thread, for the customer's next message.
type met struct {
	name    string // of the customer
	awaited int64  // the thread's sequence while a turn was live for its words; 0 if none was
}

// meet returns the thread of a customer's message with what decides about the message; or, in around.said, the id of the message
// that was stored for the same client id before.
//
// Most messages meet a thread that this server has left a moment ago, with no turn at work: such a thread is recalled, and the
// statement that stores the message proves all that was assumed, so that nothing is read.
func (s *Service) meet(ctx context.Context, tx *eventlog.Tx, in MessageInput) (*eventlog.Thread, surroundings, error) {
	t, beside, recalled := tx.Recall(ctx, in.ThreadID, func(r eventlog.Recollection) bool {
		m, ok := r.Beside.(met)
		return ok && m.awaited != r.Row.LastSeq
	})
	if recalled {
		row, name := t.Row, beside.(met).name
		t.Provided(`(SELECT name FROM customers WHERE id = ? AND workspace_id = ? AND erased_at IS NULL) = ?`, row.CustomerID, row.WorkspaceID, name)
		t.Provided(`NOT EXISTS (SELECT 1 FROM turns WHERE thread_id = ? AND workspace_id = ? AND state <> 'ENDED')`, row.ID, row.WorkspaceID)
		t.Provided(`NOT EXISTS (SELECT 1 FROM reminders WHERE thread_id = ? AND workspace_id = ? AND state = 'PENDING' AND kind = 'FOLLOW_UP')`, row.ID, row.WorkspaceID)
		if in.ClientMessageID != nil {
			t.Provided(`NOT EXISTS (SELECT 1 FROM messages WHERE thread_id = ? AND workspace_id = ? AND client_message_id = ?)`,
				row.ID, row.WorkspaceID, *in.ClientMessageID)
		}
		return t, surroundings{tags: t.Tags(), revision: t.AgentRevision, customer: &ent.Customer{ID: row.CustomerID, Name: name}}, nil
	}
	v, _ := viewer.FromContext(ctx)
	t, err := tx.Assume(ctx, in.ThreadID, aroundCustomer(v.Workspace))
	if err != nil {
		return nil, surroundings{}, err
	}
	around := surroundings{}
	if around.said, err = said(own(ctx), tx, in); err != nil || around.said != "" {
		return nil, around, err
	}
	if t.Assumed() {
		around, err = aroundIn(t.Row)
	} else {
		around, err = readCustomer(own(ctx), tx.Reader(), t.Row)
	}
	if err == nil {
		t.KnowTags(around.tags)
	}
	return t, around, err
}

// hear stores a customer's message and makes the agent's answer due. It returns the message, and the id of the turn
// that gave way to it, if one did.
func (s *Service) hear(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, around surroundings, in MessageInput) (*ent.Message, string, error) {
	a, err := s.agentAt(ctx, tx.Reader(), t.Row, around.revision)
	if err != nil {
		return nil, "", err
	}
	var live *ent.Turn
	if around.live != "" {
		if live, err = liveTurn(ctx, tx, t.Row.ID); err != nil {
			return nil, "", err
		}
	}
	if a.OnBusy == agent.OnBusyREJECT && live != nil && live.StartedAt != nil && !untold(live) {
		return nil, "", ErrThreadBusy
	}
	m := &ent.Message{Author: message.AuthorCUSTOMER, AuthorName: around.customer.Name, Text: in.Text, ClientMessageID: in.ClientMessageID}
	if err := t.Say(m); err != nil {
		return nil, "", fmt.Errorf("store the message: %w", err)
	}
	gone := ""
	if around.followed || untold(live) {
		if gone, err = replied(ctx, tx, t, live); err != nil {
			return nil, "", err
		}
	}
	if gone != "" {
		live = nil
	}
	superseded, err := answerLater(ctx, tx, t, a, live)
	remember := met{name: around.customer.Name}
	if a.DeletedAt == nil && !silent(t) {
		remember.awaited = t.Row.LastSeq
	}
	t.Remember(remember)
	return m, cmp.Or(superseded, gone), err
}
