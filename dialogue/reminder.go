package dialogue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/reminder"
	"parley/ent/turn"
	"parley/eventlog"
)

// Why reminders are cancelled, as people read it.
const (
	reasonReplied   = "the customer replied"
	reasonOperator  = "an operator wrote"
	reasonAgent     = "the agent wrote something else"
	reasonTagOff    = "the tag scheduler was taken off"
	reasonHandled   = "a person has the talk"
	reasonGone      = "the agent was deleted"
	reasonSomething = "something was said since"
)

// aboutReminder chooses reminders.
type aboutReminder = func(*ent.Reminder) bool

func isFollowUp(r *ent.Reminder) bool  { return r.Kind == reminder.KindFOLLOW_UP }
func isScheduled(r *ent.Reminder) bool { return r.Kind == reminder.KindSCHEDULED }

// cancelReminders cancels the pending reminders of a thread that are chosen.
func cancelReminders(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, reason string, chosen aboutReminder) error {
	rows, err := tx.Client().Reminder.Query().Where(reminder.ThreadID(t.Row.ID), reminder.StateEQ(reminder.StatePENDING)).
		Order(reminder.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("find the pending reminders: %w", err)
	}
	for _, row := range rows {
		if chosen(row) {
			if err := endReminder(ctx, tx, t, row, reminder.StateCANCELLED, reason, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// endReminder moves a reminder to SENT or CANCELLED.
func endReminder(
	ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, row *ent.Reminder, state reminder.State, reason string, messageID *string,
) error {
	err := tx.Client().Reminder.Update().Where(reminder.ID(row.ID)).SetState(state).SetReason(reason).SetNillableMessageID(messageID).
		SetEndedAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end the reminder: %w", err)
	}
	return reminderChanged(ctx, tx, t, row)
}

// reminderChanged tells of a reminder's change, and keeps the tag scheduler on the thread as long as one is scheduled.
func reminderChanged(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, row *ent.Reminder) error {
	if err := t.Emit(eventlog.ReminderUpdated, eventlog.Data{ReminderID: row.ID}, nil); err != nil || !isScheduled(row) {
		return err
	}
	pending, err := tx.Client().Reminder.Query().Where(reminder.ThreadID(t.Row.ID), reminder.StateEQ(reminder.StatePENDING),
		reminder.KindEQ(reminder.KindSCHEDULED)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for scheduled reminders: %w", err)
	}
	if !pending {
		_, err := t.RemoveTag(ctx, TagScheduler)
		return err
	}
	if added, err := t.SetTag(ctx, TagScheduler, "", row.SetBy); err != nil || !added {
		return err
	}
	return tagCancels(ctx, tx, t, TagScheduler)
}

// tagCancels cancels what a tag that was just put on a thread cancels, also what a turn by a reminder has not begun to
// say.
func tagCancels(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tag string) error {
	chosen := func(r *ent.Reminder) bool { return cancels(r, tag) }
	reason := "the tag " + tag + " was set"
	if err := cancelReminders(ctx, tx, t, reason, chosen); err != nil {
		return err
	}
	live, err := liveTurn(ctx, tx, t.Row.ID)
	if err != nil {
		return err
	}
	gone, err := withdraw(ctx, tx, t, live, reason, func(r *ent.Reminder) bool { return chosen(r) || tag == TagOperator })
	if err != nil || gone == nil || tag != TagOperator || isFollowUp(gone) {
		return err
	}
	return tellPeople(ctx, tx, t, gone)
}

// cancels says whether a tag on its thread cancels a reminder.
func cancels(r *ent.Reminder, tag string) bool {
	switch tag {
	case TagClose, TagIsBot:
		return true
	case TagOperator: // the agent must be silent; what was promised for a time is told to a person at that time
		return isFollowUp(r) || slices.Contains(r.CancelTags, tag)
	}
	return slices.Contains(r.CancelTags, tag)
}

// untold says whether a turn was made by a reminder and has not said or done anything yet.
func untold(tn *ent.Turn) bool { return tn != nil && tn.ReminderID != nil && tn.StepsUsed == 0 }

// withdraw ends the live turn if it was made by a chosen reminder and has not said or done anything yet: nothing of it
// will be heard. The reminder is cancelled and returned; nil means that there was none.
func withdraw(
	ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, live *ent.Turn, reason string, chosen aboutReminder,
) (*ent.Reminder, error) {
	if !untold(live) {
		return nil, nil
	}
	row, err := tx.Client().Reminder.Query().Where(reminder.ID(*live.ReminderID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the reminder of the turn: %w", err)
	}
	if !chosen(row) {
		return nil, nil
	}
	why, text := turn.ReasonSUPERSEDED, reason
	if silent(t) {
		why, text = silence(t)
	}
	if err := endTurn(ctx, tx, t, live, why, text); err != nil {
		return nil, err
	}
	return row, endReminder(ctx, tx, t, row, reminder.StateCANCELLED, reason, nil)
}

// replied is what a customer's message does to reminders: follow-ups are cancelled. A turn that a reminder made, and
// that has not said or done anything yet, gives way to the customer's words; its scheduled reminder is pending again and
// comes when they are answered. It returns the id of the turn that gave way, if one did.
func replied(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, live *ent.Turn) (gone string, err error) {
	if untold(live) {
		gone = live.ID
		cancelled, err := withdraw(ctx, tx, t, live, reasonReplied, isFollowUp)
		if err != nil {
			return "", err
		}
		if cancelled == nil {
			if err := postpone(ctx, tx, t, live); err != nil {
				return "", err
			}
		}
	}
	return gone, cancelReminders(ctx, tx, t, reasonReplied, isFollowUp)
}

// postpone ends a turn by a scheduled reminder for the customer's words, and makes the reminder pending again.
func postpone(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, live *ent.Turn) error {
	if err := endTurn(ctx, tx, t, live, turn.ReasonSUPERSEDED, "the customer wrote before the agent had said or done anything"); err != nil {
		return err
	}
	row, err := tx.Client().Reminder.Query().Where(reminder.ID(*live.ReminderID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("find the reminder of the turn: %w", err)
	}
	err = tx.Client().Reminder.Update().Where(reminder.ID(row.ID)).SetState(reminder.StatePENDING).SetDueAt(tx.Now).ClearEndedAt().Exec(ctx)
	if err != nil {
		return fmt.Errorf("postpone the reminder: %w", err)
	}
	return reminderChanged(ctx, tx, t, row)
}

// followUp makes the agent's follow-up of that number, counted from the message that was just said. There is none after
// the agent's last one, on a thread whose agent must be silent, and where a tag that cancels it is on already.
func followUp(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, number int, after *ent.Message) error {
	all, err := FollowUpsOf(a)
	if err != nil || number >= len(all) || silent(t) || a.DeletedAt != nil {
		return err
	}
	f := all[number]
	if slices.ContainsFunc(f.CancelTags, t.Has) {
		return nil
	}
	due := after.CreatedAt.Add(time.Duration(f.AfterMinutes) * time.Minute)
	row, err := tx.Client().Reminder.Create().SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetKind(reminder.KindFOLLOW_UP).
		SetNumber(number).SetDueAt(due).SetText(f.Text).SetInstruction(f.Instruction).SetCancelTags(append([]string{}, f.CancelTags...)).
		SetAfterMessageID(after.ID).SetCreatedAt(tx.Now).Save(ctx)
	if err != nil {
		return fmt.Errorf("make the follow-up: %w", err)
	}
	return reminderChanged(ctx, tx, t, row)
}

// followTurn makes the follow-up that counts from the answer of a turn: the first one, or after a follow-up that the
// customer let pass the next.
func followTurn(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, tn *ent.Turn) error {
	if tn.ReminderID == nil && absent(a.FollowUps) {
		return nil
	}
	last, err := tx.Client().Message.Query().Where(message.ThreadID(t.Row.ID)).Order(ent.Desc(message.FieldSequence)).First(ctx)
	if err != nil || last.TurnID == nil || *last.TurnID != tn.ID {
		return err
	}
	number := 0
	if tn.ReminderID != nil {
		row, err := tx.Client().Reminder.Query().Where(reminder.ID(*tn.ReminderID)).Only(ctx)
		if err != nil {
			return fmt.Errorf("find the reminder of the turn: %w", err)
		}
		err = tx.Client().Reminder.Update().Where(reminder.ID(row.ID)).SetMessageID(last.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note what the reminder became: %w", err)
		}
		asked, err := somebodyAsked(ctx, tx, tn)
		if err != nil {
			return err
		}
		if isFollowUp(row) && !asked {
			number = row.Number + 1
		}
	}
	// One may be pending that counts from a text which was scheduled for a moment in the middle of the turn.
	if err := cancelReminders(ctx, tx, t, reasonAgent, isFollowUp); err != nil {
		return err
	}
	return followUp(ctx, tx, t, a, number, last)
}

// somebodyAsked says whether a turn has words of the customer to answer. One that a reminder made has none, unless the
// customer wrote meanwhile.
func somebodyAsked(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn) (bool, error) {
	if tn.ReminderID == nil {
		return true, nil
	}
	return tx.Client().Message.Query().Where(message.ThreadID(tn.ThreadID), message.AuthorEQ(message.AuthorCUSTOMER),
		message.CreatedAtGTE(tn.CreatedAt)).Exist(ctx)
}

// operatorWrote is what an operator's message does to reminders: follow-ups are cancelled.
func operatorWrote(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread) error {
	live, err := liveTurn(ctx, tx, t.Row.ID)
	if err != nil {
		return err
	}
	if _, err := withdraw(ctx, tx, t, live, reasonOperator, isFollowUp); err != nil {
		return err
	}
	return cancelReminders(ctx, tx, t, reasonOperator, isFollowUp)
}
