package dialogue

import (
	"context"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/turn"
	"parley/eventlog"
)

// ending is what a step means for its turn. The zero value lets it go on.
type ending struct {
	reason turn.Reason
	text   string
	unread *ent.Message // the first message that is left for the next turn
}

// conclude decides whether the turn ends with the step that is being stored, and why. Spoke says whether the turn has
// said anything to the customer, this step included.
func (r *run) conclude(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, v *view, st *reply, spoke bool) (ending, error) {
	waiting, open, err := st.openCalls(ctx, tx, v)
	if err != nil || open {
		return ending{}, err
	}
	if silent(t) {
		reason, text := silence(t)
		return ending{reason: reason, text: text}, nil
	}
	if len(st.calls) > 0 {
		return ending{}, nil
	}
	reason, text, again := r.reason(st, spoke)
	if again || (waiting && !st.last) { // what was asked for is not yet decided: wait for that instead of ending
		return ending{}, nil
	}
	var unread *ent.Message
	if st.heard || keepsQueue(v.agent) {
		if unread, err = firstUnread(ctx, tx, tn.ThreadID, tn.ReadSequence); err != nil {
			return ending{}, err
		}
	}
	answered := reason == turn.ReasonANSWERED || reason == turn.ReasonSILENT
	if unread != nil && folds(v.agent) && answered {
		return ending{}, nil // read in the next step
	}
	if !spoke && reason != turn.ReasonSILENT {
		if err := r.sayFallback(ctx, tx, t, tn); err != nil {
			return ending{}, err
		}
	}
	return ending{reason, text, unread}, nil
}

// openCalls says whether calls of the turn wait for a person, and whether any is to be sent or on its way. Those of
// earlier steps had ended before this one, unless they were waiting.
func (st *reply) openCalls(ctx context.Context, tx *eventlog.Tx, v *view) (waiting, open bool, err error) {
	for _, w := range st.calls {
		waiting = waiting || w.decided == nil && w.function.NeedsApproval
		open = open || w.decided == nil && !w.function.NeedsApproval
	}
	if open || len(v.in(call.StateAWAITING_APPROVAL)) == 0 {
		return waiting, open, nil
	}
	now, err := tx.Client().Call.Query().Where(call.TurnID(v.turn.ID),
		call.StateIn(call.StateAWAITING_APPROVAL, call.StateRESERVED, call.StateSENT)).All(ctx)
	for _, c := range now {
		waiting = waiting || c.State == call.StateAWAITING_APPROVAL
		open = open || c.State != call.StateAWAITING_APPROVAL
	}
	return waiting, open, err
}

// close writes the turn: what the step changed, and its end if it has one, with what follows from that. Open says
// whether calls of the turn may still be waiting to be sent.
func (r *run) close(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, a *ent.Agent, end ending, open bool, change func(*ent.TurnUpdate)) error {
	if end.reason == "" {
		return r.write(ctx, tx, change)
	}
	err := r.write(ctx, tx, func(u *ent.TurnUpdate) {
		change(u)
		markEnded(u, tx, end.reason, end.text)
	})
	if err != nil {
		return err
	}
	if open {
		if err := refuseOpen(ctx, tx, t, tn); err != nil {
			return err
		}
	}
	if err := t.Emit(eventlog.TurnEnded, eventlog.Data{TurnID: tn.ID, Reason: end.reason.String(), Text: end.text}, nil); err != nil {
		return err
	}
	switch {
	case end.unread != nil:
		return makeDueFor(ctx, tx, t, end.unread, max(tx.Now, end.unread.CreatedAt.Add(quiet(a))))
	case end.reason == turn.ReasonANSWERED:
		return followTurn(ctx, tx, t, a, tn)
	}
	return nil
}

// maxEmpty is how many answers without text and call a turn takes before it believes that silence is meant, and how
// many unreadable calls before functions are switched off.
const (
	maxEmpty   = 1
	maxGarbled = 2
)

// reason returns why the turn ends with a step that called no function, or that the model should be asked again. Spoke
// says whether the turn has said anything to the customer.
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
	case st.misfit != "" && !r.again && !st.last:
		st.again = true
		return "", "", true
	case st.misfit != "":
		return turn.ReasonFAILED, "the answer does not fit the agent's schema: " + st.misfit, false
	case r.again && st.text == "" && !spoke:
		return turn.ReasonFAILED, "the model gave no answer that fits the agent's schema", false
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
