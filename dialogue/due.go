package dialogue

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/turn"
	"parley/eventlog"
)

// liveTurn returns the one turn of a thread that has not ended, or nil.
func liveTurn(ctx context.Context, tx *eventlog.Tx, threadID string) (*ent.Turn, error) {
	live, err := tx.Client().Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the running turn: %w", err)
	}
	return live, nil
}

// silent says whether the agent of a thread must say nothing now.
func silent(t *eventlog.Thread) bool {
	return t.Has(TagClose) || t.Has(TagOperator) || t.Has(TagIsBot)
}

// answerLater makes a turn due for what the customer just said, according to the agent's onBusy if one is live. It
// returns the id of the turn that gave way, if one did.
func answerLater(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, live *ent.Turn) (superseded string, err error) {
	if a.DeletedAt != nil || silent(t) {
		return "", nil
	}
	due := tx.Now.Add(quiet(a))
	switch {
	case live == nil:
		return "", newTurn(tx, tx.Later(nil), t, tx.Now, due).Exec(ctx)
	case live.State == turn.StateDUE && live.StartedAt == nil:
		tx.WakeTurns()
		return "", tx.Client().Turn.Update().Where(turn.ID(live.ID)).SetDueAt(max(tx.Now, min(due, longestWait(live, a)))).Exec(ctx)
	case live.State == turn.StateRUNNING && a.OnBusy == agent.OnBusyRESTART && live.StepsUsed == 0 && tx.Now < longestWait(live, a):
		// Nothing was sent or said yet: begin anew with both messages. The longest wait goes on, so that somebody who
		// writes faster than the model still gets an answer.
		if err := endTurn(ctx, tx, t, live, turn.ReasonSUPERSEDED, "the customer wrote more before the agent had said or done anything"); err != nil {
			return "", err
		}
		return live.ID, makeDue(ctx, tx, t, live.FirstMessageAt, min(due, longestWait(live, a)))
	case live.State == turn.StatePARKED && (a.OnBusy == agent.OnBusyFOLD || a.OnBusy == agent.OnBusyRESTART):
		return "", unpark(ctx, tx, live, due)
	}
	return "", nil // read before the running turn's next step, or by the turn after it
}

// quiet is how long a turn waits for more words.
func quiet(a *ent.Agent) time.Duration {
	return time.Duration(min(a.QuietMs, a.MaxWaitMs)) * time.Millisecond
}

// longestWait is when a turn begins, however many messages follow.
func longestWait(tn *ent.Turn, a *ent.Agent) ms.Time {
	return tn.FirstMessageAt.Add(time.Duration(a.MaxWaitMs) * time.Millisecond)
}

// makeDue makes the thread's live turn, for messages since first. There must be none.
func makeDue(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, first, due ms.Time) error {
	if err := newTurn(tx, tx.Client(), t, first, due).Exec(ctx); err != nil {
		return fmt.Errorf("make the turn: %w", err)
	}
	return nil
}

// makeDueFor is makeDue for a message that has waited for the turn before to end. The new turn belongs to the trace of that
// message, not to the one of the turn.
func makeDueFor(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, m *ent.Message, due ms.Time) error {
	create := newTurn(tx, tx.Client(), t, m.CreatedAt, due)
	if tx.Traceparent() != "" {
		said, err := tx.Client().Event.Query().Where(event.ThreadID(t.Row.ID), event.Sequence(m.Sequence)).All(ctx)
		if err != nil {
			return fmt.Errorf("find the trace of a message: %w", err)
		}
		for _, e := range said {
			create.SetNillableTraceparent(e.Traceparent)
		}
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("make the turn: %w", err)
	}
	return nil
}

func newTurn(tx *eventlog.Tx, client *ent.Client, t *eventlog.Thread, first, due ms.Time) *ent.TurnCreate {
	tx.WakeTurnsAt(due)
	create := client.Turn.Create().SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetAgentID(t.Row.AgentID).
		SetEpoch(t.Row.Epoch).SetDueAt(due).SetFirstMessageAt(first).SetCreatedAt(tx.Now)
	if parent := tx.Traceparent(); parent != "" {
		create.SetTraceparent(parent)
	}
	return create
}

// unpark lets a parked turn go on. The time it was parked does not count against its limit.
func unpark(ctx context.Context, tx *eventlog.Tx, parked *ent.Turn, due ms.Time) error {
	tx.WakeTurns()
	update := tx.Client().Turn.Update().Where(turn.ID(parked.ID)).SetState(turn.StateDUE).SetDueAt(due)
	if parked.StartedAt != nil && parked.LeaseUntil != nil {
		update.SetStartedAt(parked.StartedAt.Add(max(0, tx.Now.Sub(*parked.LeaseUntil)))).ClearLeaseUntil()
	}
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("unpark the turn: %w", err)
	}
	return nil
}

// resume makes a turn due when the agent has the talk again and the customer's last words are unanswered.
func resume(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread) error {
	if silent(t) {
		return nil
	}
	live, err := liveTurn(ctx, tx, t.Row.ID)
	if err != nil || live != nil {
		return err
	}
	lives, err := tx.Client().Agent.Query().Where(agent.ID(t.Row.AgentID), agent.DeletedAtIsNil()).Exist(ctx)
	if err != nil || !lives {
		return err
	}
	last, err := tx.Client().Message.Query().Where(message.ThreadID(t.Row.ID), message.AuthorNEQ(message.AuthorSYSTEM)).
		Order(ent.Desc(message.FieldSequence)).First(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("find the last message: %w", err)
	case last.Author != message.AuthorCUSTOMER:
		return nil
	}
	return makeDue(ctx, tx, t, tx.Now, tx.Now)
}

// endTurn ends a turn for the one reason it will ever have. Calls that were not sent are refused; one that is on its
// way is still recorded when its answer comes.
func endTurn(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn, reason turn.Reason, text string) error {
	update := tx.Client().Turn.Update().Where(turn.ID(tn.ID), turn.StateNEQ(turn.StateENDED))
	markEnded(update, tx, reason, text)
	n, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("end the turn: %w", err)
	}
	if n == 0 {
		return nil
	}
	if err := refuseOpen(ctx, tx, t, tn); err != nil {
		return err
	}
	return t.Emit(eventlog.TurnEnded, eventlog.Data{TurnID: tn.ID, Reason: reason.String(), Text: text}, nil)
}

// refuseOpen refuses the calls of a turn that were not sent.
func refuseOpen(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn) error {
	open, err := tx.Client().Call.Query().Where(call.TurnID(tn.ID), call.StateIn(call.StateRESERVED, call.StateAWAITING_APPROVAL)).
		Order(call.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("find open calls: %w", err)
	}
	for _, c := range open {
		if err := closeCall(ctx, tx, t, c, refused("the turn ended before this call was sent")); err != nil {
			return err
		}
	}
	return nil
}

func markEnded(u *ent.TurnUpdate, tx *eventlog.Tx, reason turn.Reason, text string) {
	u.SetState(turn.StateENDED).SetReason(reason).SetReasonText(text).SetEndedAt(tx.Now).ClearLeaseUntil().SetLeaseOwner("")
}

// endLive ends the thread's live turn, if there is one.
func endLive(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, reason turn.Reason, text string) error {
	live, err := liveTurn(ctx, tx, t.Row.ID)
	if err != nil || live == nil {
		return err
	}
	return endTurn(ctx, tx, t, live, reason, text)
}
