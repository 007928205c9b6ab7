package dialogue

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/failpoint"
	"parley/invalid"
)

// MessageInput is a message for a thread. A ClientMessageID that the thread has seen returns the first message again
// and stores nothing.
type MessageInput struct {
	ThreadID, Text  string
	ClientMessageID *string
}

func (in MessageInput) check() error {
	var bad invalid.Error
	bad.Text("text", in.Text, 1, MaxMessage)
	if in.ClientMessageID != nil {
		bad.Text("clientMessageId", *in.ClientMessageID, 1, maxName)
	}
	return bad.Err()
}

// SendMessage stores what the customer said and lets the agent answer when the quiet time is over. While the agent is
// silent (the thread is closed, a person has the talk, the other side is a machine) it only stores. The error is
// ErrThreadBusy when the agent works and its onBusy is REJECT.
func (s *Service) SendMessage(ctx context.Context, in MessageInput) (MessageID ID, err error) {
	if err := in.check(); err != nil {
		return ID{}, err
	}
	var superseded string
	result, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		superseded = ""
		t, around, err := s.meet(ctx, tx, in)
		if err != nil || around.said != "" {
			return ID{around.said}, err
		}
		m, ended, err := s.hear(own(ctx), tx, t, around, in)
		if err != nil {
			return ID{}, err
		}
		superseded = ended
		return ID{m.ID}, nil
	})
	failpoint.Hit("message.stored")
	if err == nil && superseded != "" {
		s.running.stop(func(h *hold) bool { return h.id == superseded })
	}
	return result, err
}

// SendOperatorMessage stores what an operator says to the customer. The author is the viewer's key. The operator need
// not have taken over: the agent goes on, and reads the message before its next step.
func (s *Service) SendOperatorMessage(ctx context.Context, in MessageInput) (ID, error) {
	if err := in.check(); err != nil {
		return ID{}, err
	}
	result, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		t, err := tx.Thread(ctx, in.ThreadID)
		if err != nil {
			return ID{}, err
		}
		if known, err := said(ctx, tx, in); known != "" || err != nil {
			return ID{known}, err
		}
		v, _ := viewer.FromContext(ctx)
		create := tx.Client().Message.Create().SetAuthor(message.AuthorOPERATOR).SetAuthorName(v.Name).SetText(in.Text).
			SetNillableClientMessageID(in.ClientMessageID)
		if v.Key != "" {
			create.SetAuthorID(v.Key)
		}
		m, err := t.AddMessage(ctx, create)
		if err != nil {
			return ID{}, fmt.Errorf("store the message: %w", err)
		}
		return ID{m.ID}, operatorWrote(own(ctx), tx, t)
	})
	if err == nil { // a follow-up that was being written
		s.stopEnded(ctx, in.ThreadID)
	}
	return result, err
}

// AddNote stores a remark that only operators see; the result is the note's id.
func (s *Service) AddNote(ctx context.Context, threadID, text string) (ID, error) {
	var bad invalid.Error
	if bad.Text("text", text, 1, MaxMessage); bad.Err() != nil {
		return ID{}, bad.Err()
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		t, err := tx.Thread(ctx, threadID)
		if err != nil {
			return ID{}, err
		}
		v, _ := viewer.FromContext(ctx)
		n, err := tx.Client().Note.Create().SetThreadID(threadID).SetWorkspaceID(t.Row.WorkspaceID).SetAuthorID(v.Key).
			SetAuthorName(v.Name).SetText(text).SetCreatedAt(tx.Now).Save(ctx)
		if err != nil {
			return ID{}, fmt.Errorf("store the note: %w", err)
		}
		return ID{n.ID}, t.Emit(eventlog.NoteAdded, eventlog.Data{NoteID: n.ID}, nil)
	})
}

// said returns the id of the message that the thread has under the same client id, or "".
func said(ctx context.Context, tx *eventlog.Tx, in MessageInput) (string, error) {
	if in.ClientMessageID == nil {
		return "", nil
	}
	found, err := tx.Reader().Message.Query().
		Where(message.ThreadID(in.ThreadID), message.ClientMessageID(*in.ClientMessageID)).FirstID(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	return found, err
}
