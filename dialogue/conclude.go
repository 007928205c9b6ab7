package dialogue

import (
	"context"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
)

// conclude decides whether the turn ends with the step that was just stored, and why.
func (r *run) conclude(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, a *ent.Agent, st *reply) error {
	open, err := tx.Client().Call.Query().Where(call.TurnID(tn.ID), call.StateIn(call.StateRESERVED, call.StateSENT)).Exist(ctx)
	if err != nil || open {
		st.ended = false
		return err
	}
	if silent(t) {
		st.ended = true
		reason, text := silence(t)
		return endTurn(ctx, tx, t, tn, reason, text)
	}
	if len(st.calls) > 0 {
		return nil
	}
	spoke, err := tx.Client().Message.Query().Where(message.ThreadID(tn.ThreadID), message.TurnID(tn.ID)).Exist(ctx)
	if err != nil {
		return err
	}
	reason, text, again := r.reason(st, spoke)
	if again {
		return nil
	}
	// What was asked for is not yet decided: wait for that instead of ending.
	waiting, err := tx.Client().Call.Query().Where(call.TurnID(tn.ID), call.StateEQ(call.StateAWAITING_APPROVAL)).Exist(ctx)
	if err != nil || (waiting && !st.last) {
		return err
	}
	unread, err := firstUnread(ctx, tx, tn.ThreadID, tn.ReadSequence)
	if err != nil {
		return err
	}
	answered := reason == turn.ReasonANSWERED || reason == turn.ReasonSILENT
	if unread != nil && folds(a) && answered {
		return nil // read in the next step
	}
	if !spoke && reason != turn.ReasonSILENT {
		if err := r.sayFallback(ctx, tx, t, tn); err != nil {
			return err
		}
	}
	st.ended = true
	if err := endTurn(ctx, tx, t, tn, reason, text); err != nil || unread == nil {
		return err
	}
	return makeDue(ctx, tx, t, unread.CreatedAt, max(tx.Now, unread.CreatedAt.Add(quiet(a))))
}

// maxEmpty is how many answers without text and call a turn takes before it believes that silence is meant, and how
// many unreadable calls before functions are switched off.
const (
	maxEmpty   = 1
	maxGarbled = 2
)

// reason returns why the turn ends with a step that called no function, or that the model should be asked again.
// Spoke says whether the turn has said anything to the customer, this step included.
func (r *run) reason(st *reply, spoke bool) (reason turn.Reason, text string, again bool) {
	switch {
	case st.end.Reason == model.Blocked:
		return turn.ReasonBLOCKED, "the model provider blocked the answer: " + clean(st.end.Detail), false
	case st.end.Reason == model.MalformedCall && st.text == "" && !st.last:
		st.garbled = 1
		return "", "", true
	case st.end.Reason == model.Length:
		return turn.ReasonCUT, "the answer reached the model's greatest length", false
	case st.end.Reason == model.Cut:
		return turn.ReasonCUT, "the model broke off", false
	case st.reached != "":
		return turn.ReasonLIMIT, st.reached, false
	case st.text != "" || spoke:
		return turn.ReasonANSWERED, "", false
	case r.empty < maxEmpty && !st.last:
		st.empty = 1
		return "", "", true
	case st.last:
		return turn.ReasonFAILED, "the model gave no answer that can be read", false
	}
	return turn.ReasonSILENT, "the model chose to say nothing", false
}
