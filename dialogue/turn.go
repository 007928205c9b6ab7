package dialogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/call"
	"parley/ent/customer"
	"parley/ent/function"
	"parley/ent/message"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/eventlog"
)

// errLost is returned when the turn is no longer this worker's: it has ended, or another worker holds it.
var errLost = errors.New("the turn is no longer held")

// run is one worker's work on one claimed turn. What has happened stands in the database; the fields here only save
// reading it again.
type run struct {
	s        *Service
	hold     *hold
	deadline time.Time // the turn's wall clock, by this process's
	empty    int       // answers without text and call so far
	garbled  int       // answers with a call that cannot be read so far
}

// view is a turn and what decides about its next move, as read at one moment.
type view struct {
	turn      *ent.Turn
	thread    *ent.Thread
	customer  *ent.Customer
	tags      []string
	agent     *ent.Agent
	functions []*ent.Function
	calls     []*ent.Call // of the turn, in order
}

// run moves the turn on until it has ended, is parked, or is lost (errLost).
func (r *run) run(ctx context.Context) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	for {
		op, done := r.hold.operation(ctx)
		more, err := r.advance(op, ctx)
		stopped := errors.Is(context.Cause(op), errStopped)
		done()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case stopped && err != nil && !errors.Is(err, errLost):
			continue // somebody changed the turn: look again
		case err != nil || !more:
			return err
		}
	}
}

// begin marks the turn as started, and settles what a dead worker left: a call that was sent and never answered is
// unknown, unless its function may be called again.
func (r *run) begin(ctx context.Context) error {
	return r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, tn, err := r.guard(ctx, tx, true)
		if err != nil {
			return err
		}
		a, err := agentOf(ctx, tx.Client(), tn.AgentID)
		if err != nil {
			return err
		}
		update := tx.Client().Turn.Update().Where(turn.ID(tn.ID)).SetEpoch(t.Row.Epoch)
		if tn.StartedAt == nil {
			tn.StartedAt = &tx.Now
			update.SetStartedAt(tx.Now)
			if err := t.Emit(eventlog.TurnStarted, eventlog.Data{TurnID: tn.ID}, nil); err != nil {
				return err
			}
		}
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("begin the turn: %w", err)
		}
		r.deadline = time.Now().Add(time.Duration(a.MaxTurnSeconds)*time.Second - tx.Now.Sub(*tn.StartedAt))
		return settleSent(ctx, tx, t, tn)
	})
}

// settleSent ends the calls of a turn that a dead worker sent, as unknown, but for those that may be sent again.
func settleSent(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn) error {
	sent, err := tx.Client().Call.Query().Where(call.TurnID(tn.ID), call.StateEQ(call.StateSENT)).Order(call.ByID()).All(ctx)
	if err != nil || len(sent) == 0 {
		return err
	}
	again, err := tx.Client().Function.Query().Where(function.AgentID(tn.AgentID), function.Idempotent(true)).IDs(ctx)
	if err != nil {
		return err
	}
	for _, c := range sent {
		if tn.Attempts < maxAttempts && c.FunctionID != nil && slices.Contains(again, *c.FunctionID) {
			continue
		}
		if err := closeCall(ctx, tx, t, c, unknown("the server stopped while it waited for the answer")); err != nil {
			return err
		}
	}
	return nil
}

// guard locks the thread and then the turn for a write of this worker, and extends the lease. The error is errLost
// unless the turn runs under this worker's fence, in the thread's present epoch; the first write of a claim brings the
// epoch itself.
func (r *run) guard(ctx context.Context, tx *eventlog.Tx, first bool) (*eventlog.Thread, *ent.Turn, error) {
	t, err := tx.Thread(ctx, r.hold.threadID)
	if err != nil {
		return nil, nil, err
	}
	mine := []turnIs{turn.ID(r.hold.id), turn.Fence(r.hold.fence), turn.StateEQ(turn.StateRUNNING)}
	if !first {
		mine = append(mine, turn.Epoch(t.Row.Epoch))
	}
	n, err := tx.Client().Turn.Update().Where(mine...).SetLeaseUntil(tx.Now.Add(r.s.o.LeaseFor)).Save(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("guard the turn: %w", err)
	}
	if n == 0 {
		return nil, nil, errLost
	}
	tn, err := tx.Client().Turn.Query().Where(turn.ID(r.hold.id)).Only(ctx)
	return t, tn, err
}

// look reads what decides about the next move.
func (r *run) look(ctx context.Context) (*view, error) {
	client, v := r.s.log.Client(), &view{}
	var err error
	if v.turn, err = client.Turn.Query().Where(turn.ID(r.hold.id)).Only(ctx); err != nil {
		return nil, err
	}
	if v.turn.State != turn.StateRUNNING || v.turn.Fence != r.hold.fence {
		return nil, errLost
	}
	if v.thread, err = client.Thread.Query().Where(thread.ID(r.hold.threadID)).WithTags().Only(ctx); err != nil {
		return nil, err
	}
	if v.customer, err = client.Customer.Query().Where(customer.ID(v.thread.CustomerID)).Only(ctx); err != nil {
		return nil, err
	}
	for _, tag := range v.thread.Edges.Tags {
		v.tags = append(v.tags, tag.Name)
	}
	if v.agent, err = client.Agent.Query().Where(agent.ID(v.turn.AgentID)).WithFunctions().Only(ctx); err != nil {
		return nil, err
	}
	for _, f := range v.agent.Edges.Functions {
		if f.Enabled {
			v.functions = append(v.functions, f)
		}
	}
	slices.SortFunc(v.functions, func(a, b *ent.Function) int { return compareIDs(a.ID, b.ID) })
	if v.calls, err = client.Call.Query().Where(call.TurnID(v.turn.ID)).All(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(v.calls, func(a, b *ent.Call) int { return compareIDs(a.ID, b.ID) })
	return v, nil
}

// in returns the turn's calls in one of the states.
func (v *view) in(states ...call.State) []*ent.Call {
	var found []*ent.Call
	for _, c := range v.calls {
		if slices.Contains(states, c.State) {
			found = append(found, c)
		}
	}
	return found
}

func (v *view) silent() bool {
	return slices.ContainsFunc(v.tags, func(tag string) bool { return tag == TagClose || tag == TagOperator || tag == TagIsBot })
}

// advance makes the turn's next move. It reports whether there may be another one. Ctx ends also when the turn is
// stopped, base only when the process ends.
func (r *run) advance(ctx, base context.Context) (more bool, err error) {
	v, err := r.look(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case v.agent.DeletedAt != nil:
		return false, r.end(ctx, turn.ReasonSTOPPED, "the agent was deleted", false)
	case v.turn.Attempts >= maxAttempts:
		return false, r.end(ctx, turn.ReasonFAILED, "the turn was begun several times and never came to its end", true)
	case time.Now().After(r.deadline):
		return false, r.end(ctx, turn.ReasonLIMIT, fmt.Sprintf("wall clock: the turn took more than %d s", v.agent.MaxTurnSeconds), true)
	case len(v.in(call.StateRESERVED, call.StateSENT)) > 0:
		return true, r.runCalls(ctx, base, v)
	case v.silent():
		return true, r.end(ctx, "", "", false)
	}
	if waiting := v.in(call.StateAWAITING_APPROVAL); len(waiting) > 0 {
		parked, err := r.await(ctx, v, waiting)
		if err != nil || parked {
			return false, err
		}
	}
	if over, err := r.dayIsOver(ctx, v); err != nil || over {
		if err != nil {
			return false, err
		}
		return false, r.end(ctx, turn.ReasonLIMIT, fmt.Sprintf("daily tokens: the agent has used up its %d", *v.agent.DailyTokens), true)
	}
	return r.step(ctx, v)
}

// end ends the turn, with the agent's fallback text to the customer if asked. On a thread whose agent is silent by now
// nothing is said and the reason is the one that follows from its tags.
func (r *run) end(ctx context.Context, reason turn.Reason, text string, fallback bool) error {
	return r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, tn, err := r.guard(ctx, tx, false)
		if err != nil {
			return err
		}
		if silent(t) {
			reason, text := silence(t)
			return endTurn(ctx, tx, t, tn, reason, text)
		}
		if reason == "" {
			return nil // it may speak again: look again
		}
		if fallback {
			if err := r.sayFallback(ctx, tx, t, tn); err != nil {
				return err
			}
		}
		return endTurn(ctx, tx, t, tn, reason, text)
	})
}

// sayFallback stores the agent's fallback text as its answer to everything said so far.
func (r *run) sayFallback(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn) error {
	a, err := agentOf(ctx, tx.Client(), tn.AgentID)
	if err != nil {
		return err
	}
	if err := tx.Client().Turn.Update().Where(turn.ID(tn.ID)).SetReadSequence(t.Row.LastSeq).Exec(ctx); err != nil {
		return err
	}
	_, err = t.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorAGENT).SetAuthorName(a.Name).
		SetText(a.FallbackText).SetTurnID(tn.ID))
	return err
}
