package dialogue

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/reminder"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/failpoint"
)

// remindersAtOnce is how many due reminders are looked up at a time.
const remindersAtOnce = 50

// remind fires due reminders of every workspace until ctx ends. It looks every PollFor. Any number of processes may do
// so on one database.
func (s *Service) remind(ctx context.Context) {
	tick := time.NewTicker(s.o.PollFor)
	defer tick.Stop()
	for {
		due, err := s.dueReminders(ctx)
		if err != nil && ctx.Err() == nil {
			s.o.Logger.ErrorContext(ctx, "dialogue: due reminders cannot be read", "error", err)
		}
		fired := 0
		for _, d := range due {
			if ctx.Err() != nil {
				return
			}
			if s.fireOne(ctx, d) {
				fired++
			}
		}
		if len(due) == remindersAtOnce && fired > 0 {
			continue // there may be more; but no haste when nothing works
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// dueReminder is a reminder whose time has come.
type dueReminder struct{ id, workspace, threadID string }

// dueReminders returns the oldest due reminders. Those that wait for a live turn of their thread to end are passed over:
// only a text that was scheduled for a time is sent meanwhile. It crosses workspaces, as the system viewer "reminder claim".
func (s *Service) dueReminders(ctx context.Context) ([]dueReminder, error) {
	statement := `SELECT id, workspace_id, thread_id FROM reminders WHERE state = 'PENDING' AND due_at <= ` + s.log.NowSQL() + `
		AND (kind = 'SCHEDULED' AND instruction = '' OR NOT EXISTS (
			SELECT 1 FROM turns WHERE turns.thread_id = reminders.thread_id AND turns.state <> 'ENDED'))
		ORDER BY due_at, id LIMIT $1`
	rows, err := s.log.Client().QueryContext(viewer.SystemContext(ctx, "reminder claim"), statement, remindersAtOnce)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var due []dueReminder
	for rows.Next() {
		var d dueReminder
		if err := rows.Scan(&d.id, &d.workspace, &d.threadID); err != nil {
			return nil, err
		}
		due = append(due, d)
	}
	return due, rows.Err()
}

// fireOne fires a reminder and reports whether that worked. One that fails is tried again after a minute, so that it does
// not stand before the others.
func (s *Service) fireOne(ctx context.Context, d dueReminder) bool {
	ctx, span := s.traceReminder(viewer.WorkerContext(ctx, d.workspace, "reminder"), d)
	defer span.End()
	err := s.fire(ctx, d)
	if err == nil || ctx.Err() != nil {
		return err == nil
	}
	left := 0
	failed := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) (err error) {
		left, err = tx.Client().Reminder.Update().Where(reminder.ID(d.id), reminder.StateEQ(reminder.StatePENDING)).
			SetDueAt(tx.Now.Add(time.Minute)).Save(ctx)
		return err
	})
	if failed == nil && left == 0 {
		return true // somebody has ended it meanwhile, or erased its thread
	}
	s.o.Logger.ErrorContext(ctx, "dialogue: a reminder failed", "error", err)
	if failed != nil && ctx.Err() == nil {
		s.o.Logger.ErrorContext(ctx, "dialogue: a reminder that failed cannot be put off", "error", failed)
	}
	return false
}

// fire sends a due reminder, or cancels or moves it, in one transaction under the lock of its thread. Whoever else found
// it due too finds it done.
func (s *Service) fire(ctx context.Context, d dueReminder) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	defer failpoint.Hit("reminder.fired")
	return s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, err := tx.Thread(ctx, d.threadID)
		if err != nil {
			return err
		}
		row, err := tx.Client().Reminder.Query().
			Where(reminder.ID(d.id), reminder.StateEQ(reminder.StatePENDING), reminder.DueAtLTE(tx.Now)).Only(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := s.agentOf(ctx, tx.Client(), t.Row)
		if err != nil {
			return err
		}
		if reason := hindrance(t, a, row); reason != "" {
			return giveUp(ctx, tx, t, row, reason)
		}
		if isFollowUp(row) {
			now := tx.Now.Time()
			if later := ms.Of(nextAllowed(now, zoneOf(a), a.QuietFrom, a.QuietTo)); later > tx.Now {
				return move(ctx, tx, t, row, later)
			}
		}
		return s.deliver(ctx, tx, t, a, row)
	})
}

// hindrance says why a due reminder must not be sent; "" if nothing is in the way.
func hindrance(t *eventlog.Thread, a *ent.Agent, row *ent.Reminder) string {
	switch {
	case a.DeletedAt != nil:
		return reasonGone
	case t.Has(TagClose):
		return "the dialogue was closed"
	case t.Has(TagIsBot):
		return "the other side is a machine"
	case t.Has(TagOperator):
		return reasonHandled
	}
	if i := slices.IndexFunc(row.CancelTags, t.Has); i >= 0 {
		return "the tag " + row.CancelTags[i] + " is set"
	}
	if isFollowUp(row) && (t.Row.LastMessageID == nil || *t.Row.LastMessageID != row.AfterMessageID) {
		return reasonSomething
	}
	return ""
}

// giveUp cancels a due reminder. What was promised for this time is told to the person who has the talk.
func giveUp(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, row *ent.Reminder, reason string) error {
	if err := endReminder(ctx, tx, t, row, reminder.StateCANCELLED, reason, nil); err != nil || reason != reasonHandled {
		return err
	}
	return tellPeople(ctx, tx, t, row)
}

// tellPeople lets those who work here know what the agent was to write and did not.
func tellPeople(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, row *ent.Reminder) error {
	text, _ := shorten("The agent was to write to the customer at "+row.DueAt.String()+" and did not, because a person has the talk: "+
		row.Text+row.Instruction, MaxMessage)
	_, err := raise(ctx, tx, t, TagMessageForOperator, text, row.ID)
	return err
}

// move puts a reminder off to the end of the quiet hours.
func move(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, row *ent.Reminder, to ms.Time) error {
	if err := tx.Client().Reminder.Update().Where(reminder.ID(row.ID)).SetDueAt(to).Exec(ctx); err != nil {
		return fmt.Errorf("move the reminder: %w", err)
	}
	return reminderChanged(ctx, tx, t, row)
}

// deliver stores a text as the agent's message, or makes the turn in which the model writes it. A turn waits until the
// live one has ended, and so does a follow-up.
func (s *Service) deliver(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, row *ent.Reminder) error {
	live, err := liveTurn(ctx, tx, t.Row.ID)
	if err != nil || (live != nil && (isFollowUp(row) || row.Instruction != "")) {
		return err
	}
	if row.Instruction != "" {
		// The event of the reminder stands before all that the turn will read as new.
		if err := endReminder(ctx, tx, t, row, reminder.StateSENT, "", nil); err != nil {
			return err
		}
		if err := newTurn(tx, tx.Client(), t, tx.Now, tx.Now).SetReminderID(row.ID).SetReadSequence(t.Row.LastSeq).Exec(ctx); err != nil {
			return fmt.Errorf("make the turn: %w", err)
		}
		return nil
	}
	m, err := t.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorAGENT).SetAuthorName(a.Name).SetText(row.Text))
	if err != nil {
		return fmt.Errorf("store the message: %w", err)
	}
	if err := endReminder(ctx, tx, t, row, reminder.StateSENT, "", &m.ID); err != nil {
		return err
	}
	if err := cancelReminders(ctx, tx, t, reasonAgent, isFollowUp); err != nil {
		return err
	}
	number := 0 // also when a turn is live: it may end without another word, and then nobody would make the follow-up
	if isFollowUp(row) {
		number = row.Number + 1
	}
	return followUp(ctx, tx, t, a, number, m)
}
