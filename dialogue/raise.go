package dialogue

import (
	"context"

	"parley/ent/thread"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/invalid"
)

// raise puts a tag on a thread, for the agent as by hand, with everything that follows: status, the end of a turn
// that must not go on, and the tag's event. It reports whether the tag was absent. setBy is the id of a call or key.
func raise(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tag, text, setBy string) (added bool, err error) {
	added, err = t.SetTag(ctx, tag, text, setBy)
	if err != nil {
		return added, err
	}
	if tag == TagMessageForOperator { // heard on every call
		if added {
			if err := tagCancels(ctx, tx, t, tag); err != nil {
				return added, err
			}
		}
		return added, t.Emit(eventlog.OperatorMessage, eventlog.Data{Tag: tag, Text: text}, eventlog.TextData{Dialogue: t.Dialogue(), Text: text})
	}
	if !added {
		return false, nil
	}
	if err := tagCancels(ctx, tx, t, tag); err != nil {
		return true, err
	}
	if err := t.SetStatus(statusOf(t)); err != nil {
		return true, err
	}
	if event := eventOf(tag); event != "" {
		if err := t.Emit(event, eventlog.Data{Tag: tag, Text: text}, t.Dialogue()); err != nil {
			return true, err
		}
	}
	return true, nil
}

// raiseByHand is raise for a person: a turn that must not go on ends with it.
func raiseByHand(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tag, text, key string) error {
	if tag == TagScheduler {
		return invalid.One("tag", "scheduler is on while a reminder is pending: use createReminder")
	}
	added, err := raise(ctx, tx, t, tag, text, key)
	if err != nil || !added || (tag != TagOperator && tag != TagClose && tag != TagIsBot) {
		return err
	}
	return settle(ctx, tx, t)
}

// lower takes a tag off a thread, with its effect on the status, and lets the agent answer what is unanswered if it
// has the talk again.
func lower(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tag string) error {
	if tag == TagScheduler {
		if err := cancelReminders(ctx, tx, t, reasonTagOff, isScheduled); err != nil {
			return err
		}
	}
	removed, err := t.RemoveTag(ctx, tag)
	if err != nil || !removed {
		return err
	}
	if (tag == TagOperator || tag == TagClose) && t.Row.OperatorID != nil {
		t.SetOperator(nil)
	}
	if err := t.SetStatus(statusOf(t)); err != nil {
		return err
	}
	if tag != TagOperator && tag != TagClose && tag != TagIsBot {
		return nil
	}
	return resume(ctx, tx, t)
}

// statusOf returns the status that follows from a thread's tags and operator.
func statusOf(t *eventlog.Thread) thread.Status {
	switch {
	case t.Has(TagClose):
		return thread.StatusCLOSED
	case t.Has(TagOperator) && t.Row.OperatorID != nil:
		return thread.StatusOPERATOR
	case t.Has(TagOperator):
		return thread.StatusWAITING_FOR_OPERATOR
	}
	return thread.StatusOPEN
}

// silence returns the reason with which a turn ends on a thread whose agent must be silent.
func silence(t *eventlog.Thread) (turn.Reason, string) {
	switch {
	case t.Has(TagClose):
		return turn.ReasonCLOSED, "the dialogue was closed"
	case t.Has(TagOperator):
		return turn.ReasonHANDED_OVER, "a person has the talk"
	}
	return turn.ReasonSILENT, "the other side is a machine"
}

// settle makes the status follow the tags, and ends a live turn whose agent must be silent now.
func settle(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread) error {
	if err := t.SetStatus(statusOf(t)); err != nil || !silent(t) {
		return err
	}
	reason, text := silence(t)
	return endLive(ctx, tx, t, reason, text)
}
