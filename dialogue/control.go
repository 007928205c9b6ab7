package dialogue

import (
	"context"

	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// AddTag puts a tag on a thread by hand, with everything that follows from it: AddTag of operator asks for a person,
// of close closes the thread, of is_bot silences the agent. The text of message_for_operator goes to operators each
// time; that of get_contact is an e-mail address, a phone number, or a JSON object such as get_contact takes. A tag
// that is there stays as it is. The result is the thread's id.
func (s *Service) AddTag(ctx context.Context, threadID, tag, text string) (ID, error) {
	var bad invalid.Error
	checkTag(&bad, "tag", tag)
	bad.Text("text", text, 0, MaxMessage)
	if tag == TagMessageForOperator {
		bad.Text("text", text, 1, MaxMessage)
	}
	if err := bad.Err(); err != nil {
		return ID{}, err
	}
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, v viewer.Viewer) error {
		if tag == TagGetContact && text != "" {
			a, err := s.agentOf(ctx, tx.Client(), t.Row)
			if err != nil {
				return err
			}
			c, ok := contactFromText(text, a.Region)
			if !ok {
				return invalid.One("text", "must be an e-mail address, a phone number, or an object with email or phone")
			}
			_, err = takeContact(ctx, tx, t, c, v.Key)
			return err
		}
		return raiseByHand(ctx, tx, t, tag, text, v.Key)
	})
}

// RemoveTag takes a tag off by hand, with the effect on the status: without operator the agent has the talk again,
// without close the thread is open again. A tag that is not there is no error. The result is the thread's id.
func (s *Service) RemoveTag(ctx context.Context, threadID, tag string) (ID, error) {
	var bad invalid.Error
	if checkTag(&bad, "tag", tag); bad.Err() != nil {
		return ID{}, bad.Err()
	}
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, _ viewer.Viewer) error {
		return lower(ctx, tx, t, tag)
	})
}

// TakeOver gives the talk to the viewer, an operator: the agent's turn ends with HANDED_OVER, and nothing that it still
// writes is stored. The operator tag is set if absent. A closed thread is opened again. Taking over what one has
// already changes nothing.
func (s *Service) TakeOver(ctx context.Context, threadID string) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, v viewer.Viewer) error {
		if v.Key == "" {
			return ErrNoOperator
		}
		if _, err := t.RemoveTag(ctx, TagClose); err != nil {
			return err
		}
		before := t.Row.Status
		if t.Row.OperatorID == nil || *t.Row.OperatorID != v.Key {
			t.RaiseEpoch()
			t.SetOperator(&v.Key)
			if t.Has(TagOperator) && before == statusOf(t) { // from one operator to another: the status says nothing
				err := t.Emit(eventlog.StatusChanged, eventlog.Data{Status: before.String()}, nil)
				if err != nil {
					return err
				}
			}
		}
		if _, err := raise(ctx, tx, t, TagOperator, "", v.Key); err != nil {
			return err
		}
		return settle(ctx, tx, t)
	})
}

// HandBack gives the talk back to the agent: the operator tag and the assignment go, and the agent learns who wrote
// what, and since when it has the talk again. If the customer's last words are unanswered it answers them. The error is
// ErrThreadClosed on a closed thread, where the agent stays silent.
func (s *Service) HandBack(ctx context.Context, threadID string) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, _ viewer.Viewer) error {
		if t.Has(TagClose) {
			return ErrThreadClosed
		}
		return lower(ctx, tx, t, TagOperator)
	})
}

// CloseThread ends the dialogue: the close tag is set, the agent is silent, and its turn ends with CLOSED. Messages
// are still stored, and an operator may still write.
func (s *Service) CloseThread(ctx context.Context, threadID string) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, v viewer.Viewer) error {
		return raiseByHand(ctx, tx, t, TagClose, "", v.Key)
	})
}

// ReopenThread takes the close tag off. The thread is then OPEN, or WAITING_FOR_OPERATOR if the operator tag is on: who
// had the talk before must take over again. If the customer's last words are unanswered the agent answers them.
func (s *Service) ReopenThread(ctx context.Context, threadID string) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, _ viewer.Viewer) error {
		return lower(ctx, tx, t, TagClose)
	})
}

// StopTurn ends what the agent is doing in a thread, with STOPPED. It answers the next message again. Without a
// running turn nothing changes.
func (s *Service) StopTurn(ctx context.Context, threadID string) (ID, error) {
	return s.onThread(ctx, threadID, func(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, v viewer.Viewer) error {
		t.RaiseEpoch()
		by := "stopped"
		if v.Name != "" {
			by = "stopped by " + v.Name
		}
		return endLive(ctx, tx, t, turn.ReasonSTOPPED, by)
	})
}

// onThread runs a verb on a locked thread and afterwards makes the turns of this process on that thread look up: the
// verb may have ended them.
func (s *Service) onThread(ctx context.Context, threadID string, verb func(context.Context, *eventlog.Tx, *eventlog.Thread, viewer.Viewer) error) (ID, error) {
	v, _ := viewer.FromContext(ctx)
	result, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		t, err := tx.Thread(ctx, threadID)
		if err != nil {
			return ID{}, err
		}
		return ID{threadID}, verb(own(ctx), tx, t, v)
	})
	if err == nil {
		s.stopEnded(ctx, threadID)
	}
	return result, err
}
