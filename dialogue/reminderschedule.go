package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/ms"
	"parley/eventlog"
)

// scheduleByAgent sets a reminder that the model asked for. What the model did wrong is an outcome.
func scheduleByAgent(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, w *wanted, callID string) (outcome, error) {
	if silent(t) {
		return failed("nothing was scheduled: you are silent on this dialogue now"), nil
	}
	about, _ := w.arguments["about"].(string)
	about = clean(strings.TrimSpace(about))
	switch n := utf8.RuneCountInString(about); {
	case n == 0:
		return failed("nothing was scheduled: about is missing; say what you will write about"), nil
	case n > maxInstruction:
		return failed("nothing was scheduled: about has %d characters; at most %d are allowed", n, maxInstruction), nil
	}
	due, problem := dueOf(w.arguments, tx.Now, zoneOf(a))
	if problem != "" {
		return failed("nothing was scheduled: %s; it is %s now", problem, clock(tx.Now.Time().In(zoneOf(a)))), nil
	}
	_, err := schedule(ctx, tx, t, ReminderInput{ThreadID: t.Row.ID, DueAt: due, Instruction: about}, callID)
	if errors.Is(err, ErrTooManyReminders) {
		return failed("nothing was scheduled: %v", err), nil
	}
	if err != nil {
		return outcome{}, err
	}
	local := due.Time().In(zoneOf(a))
	return outcome{state: call.StateANSWERED, body: map[string]any{
		"done": true, "at": local.Format(time.RFC3339), "reads": clock(local),
		"note": "You will write to the customer at that time by yourself. Tell the customer this time.",
	}}, nil
}

// Forms of a time without an offset, which is then one of the agent's zone.
var localForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}

// dueOf reads the time out of the model's arguments. A problem is a sentence for the model.
func dueOf(arguments map[string]any, now ms.Time, zone *time.Location) (due ms.Time, problem string) {
	at, _ := arguments["at"].(string)
	minutes, counted := arguments["in_minutes"]
	at = strings.TrimSpace(at)
	switch {
	case (at == "") == !counted:
		return 0, "give exactly one of at and in_minutes"
	case counted:
		n, ok := minutes.(json.Number)
		whole, err := n.Int64()
		if !ok || err != nil || whole < 1 {
			return 0, "in_minutes must be a whole number from 1 on"
		}
		due = now.Add(time.Duration(min(whole, int64(maxAhead/time.Minute)+1)) * time.Minute)
	default:
		parsed, ok := readTime(at, zone)
		if !ok {
			return 0, "at cannot be read; write it as 2026-11-25T10:00 in your time zone, or with an offset as 2026-11-25T10:00:00+01:00"
		}
		due = ms.Of(parsed)
	}
	switch {
	case due <= now:
		return 0, "that time has passed"
	case due > now.Add(maxAhead):
		return 0, "that time is more than 366 days away"
	}
	return due, ""
}

func readTime(text string, zone *time.Location) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	for _, form := range localForms {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
