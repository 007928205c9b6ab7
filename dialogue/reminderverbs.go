package dialogue

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/reminder"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// ReminderInput is something for the agent to write later. Exactly one of Text and Instruction is set.
type ReminderInput struct {
	ThreadID string
	// DueAt is in the future, at most 366 days.
	DueAt ms.Time
	// Text is sent as it is, at most 16,000 characters.
	Text string
	// Instruction is what the model is told, which then writes the message; at most 4,000 characters.
	Instruction string
	// CancelTags are tags of which any one cancels it, at most 20, none of them on the thread yet.
	CancelTags []string
}

const (
	// maxPending is how many scheduled reminders of one thread may be pending.
	maxPending = 20
	// maxAhead is how far ahead one may be scheduled.
	maxAhead = 366 * 24 * time.Hour
)

// CreateReminder has the agent write to the customer at a time. A reply of the customer does not cancel that; the tags
// close and is_bot do, and CancelTags. If a person has the talk at that time it is cancelled, and operator.message says so.
// Errors are *invalid.Error, ErrThreadClosed, ErrAgentDeleted, and ErrTooManyReminders. The result is the reminder's id.
func (s *Service) CreateReminder(ctx context.Context, in ReminderInput) (ID, error) {
	var bad invalid.Error
	checkWords(&bad, "", in.Text, in.Instruction)
	checkCancelTags(&bad, "", in.CancelTags)
	if err := bad.Err(); err != nil {
		return ID{}, err
	}
	v, _ := viewer.FromContext(ctx)
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		t, err := tx.Thread(ctx, in.ThreadID)
		if err != nil {
			return ID{}, err
		}
		ctx = own(ctx)
		a, err := s.agentOf(ctx, tx.Client(), t.Row)
		switch {
		case err != nil:
			return ID{}, err
		case a.DeletedAt != nil:
			return ID{}, ErrAgentDeleted
		case t.Has(TagClose):
			return ID{}, ErrThreadClosed
		}
		if err := in.checkOn(t, tx.Now); err != nil {
			return ID{}, err
		}
		row, err := schedule(ctx, tx, t, in, v.Key)
		if err != nil {
			return ID{}, err
		}
		return ID{row.ID}, nil
	})
}

// checkOn says what is wrong with a reminder on a thread at that time.
func (in ReminderInput) checkOn(t *eventlog.Thread, now ms.Time) error {
	var bad invalid.Error
	bad.Check(in.DueAt > now, "dueAt", "must lie in the future: it is %s now", now)
	bad.Check(in.DueAt <= now.Add(maxAhead), "dueAt", "must be at most 366 days from now")
	bad.Check(!t.Has(TagIsBot), "threadId", "the agent is silent there: the tag is_bot is on")
	for i, tag := range in.CancelTags {
		field := "cancelTags." + strconv.Itoa(i)
		bad.Check(tag != TagScheduler, field, "scheduler is on while any reminder is pending, so that it cannot cancel one")
		bad.Check(!t.Has(tag), field, "the thread has the tag %s already", tag)
	}
	return bad.Err()
}

// schedule makes a scheduled reminder, whose input was checked.
func schedule(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, in ReminderInput, setBy string) (*ent.Reminder, error) {
	pending, err := tx.Client().Reminder.Query().Where(reminder.ThreadID(t.Row.ID), reminder.StateEQ(reminder.StatePENDING),
		reminder.KindEQ(reminder.KindSCHEDULED)).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the reminders: %w", err)
	}
	if pending >= maxPending {
		return nil, ErrTooManyReminders
	}
	row, err := tx.Client().Reminder.Create().SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetKind(reminder.KindSCHEDULED).
		SetDueAt(in.DueAt).SetText(in.Text).SetInstruction(in.Instruction).SetCancelTags(append([]string{}, in.CancelTags...)).
		SetSetBy(setBy).SetCreatedAt(tx.Now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the reminder: %w", err)
	}
	return row, reminderChanged(ctx, tx, t, row)
}

// CancelReminder cancels a pending reminder of either kind. Reason, at most 1,000 characters, says why. The error is
// ErrReminderEnded when it was sent or cancelled already. The result is the reminder's id.
func (s *Service) CancelReminder(ctx context.Context, reminderID, reason string) (ID, error) {
	var bad invalid.Error
	if bad.Text("reason", reason, 0, maxNote); bad.Err() != nil {
		return ID{}, bad.Err()
	}
	v, _ := viewer.FromContext(ctx)
	if reason == "" {
		reason = "cancelled"
		if v.Name != "" {
			reason = "cancelled by " + v.Name
		}
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		row, err := tx.Client().Reminder.Query().Where(reminder.ID(reminderID)).Only(ctx)
		if err != nil {
			return ID{}, err
		}
		t, err := tx.Thread(ctx, row.ThreadID)
		if err != nil {
			return ID{}, err
		}
		ctx = own(ctx)
		// Read again under the lock.
		if row, err = tx.Client().Reminder.Query().Where(reminder.ID(reminderID)).Only(ctx); err != nil {
			return ID{}, err
		}
		if row.State != reminder.StatePENDING {
			return ID{}, ErrReminderEnded
		}
		return ID{row.ID}, endReminder(ctx, tx, t, row, reminder.StateCANCELLED, reason, nil)
	})
}
