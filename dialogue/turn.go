package dialogue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/step"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/failpoint"
)

// errLost is returned when the turn is no longer this worker's: it has ended, or another worker holds it.
var errLost = errors.New("the turn is no longer held")

// lostIfErased is errLost for a thread, turn or call that is not there any more: somebody is erasing the thread.
func lostIfErased(err error) error {
	if ent.IsNotFound(err) {
		return errLost
	}
	return err
}

// run is one worker's work on one claimed turn. What has happened stands in the database; the fields here only save
// reading it again.
type run struct {
	s          *Service
	hold       *hold
	unheard    bool                           // whether nobody watches what its model writes
	began      time.Time                      // when the turn was started, by this process's clock
	why        turn.Reason                    // why this worker has ended it; empty while it has not
	deadline   time.Time                      // the turn's wall clock, by this process's
	empty      int                            // answers without text and call so far
	garbled    int                            // answers with a call that cannot be read so far
	again      bool                           // whether the last answer did not fit and is asked for again
	next       *view                          // what the last move left, if it is all that decides about the next one
	said       *spoken                        // what the turn has told the customer, as far as it is known
	dropped    []dropped                      // what a model said in vain, and is not stored yet
	vain       int                            // steps of the turn that are stored as said in vain
	reading    *reading                       // what the model has read in this turn, while this worker alone adds to it
	known      *eventlog.Known                // the thread as this worker's last write left it
	sideBySide bool                           // whether several calls are on their way
	latest     atomic.Pointer[eventlog.Known] // the same, of calls, which end side by side
}

// run moves the turn on until it has ended, is parked, or is lost (errLost).
func (r *run) run(ctx context.Context) error {
	defer r.account(ctx)
	if err := r.begin(ctx); err != nil {
		return err
	}
	failpoint.Hit("turn.begun")
	for {
		op, done := r.hold.operation(ctx)
		more, err := r.advance(op, ctx)
		done()
		stopped := r.hold.wasStopped()
		if stopped { // somebody changed the turn: look again
			r.next, r.reading, r.known = nil, nil, nil
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case stopped && err != nil && !errors.Is(err, errLost):
			continue
		case err != nil || !more:
			return err
		}
	}
}

// begin marks the turn as started, and settles what a dead worker left: a call that was sent and never answered is
// unknown, unless its function may be called again. What it read decides about the first move.
func (r *run) begin(ctx context.Context) error {
	var v *view
	var left eventlog.Known
	var old ent.Turn
	var waited time.Duration
	err := r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, tn, around, err := r.guard(ctx, tx, true)
		if err != nil {
			return err
		}
		t.Leave(&left)
		old, waited = *tn, tx.Now.Sub(tn.DueAt)
		tn.State, tn.Fence = turn.StateRUNNING, r.hold.fence
		v = &view{turn: tn, thread: t.Row}
		if err := r.place(ctx, tx.Reader(), v, around); err != nil {
			return err
		}
		if err := v.readCalls(ctx, tx.Reader()); err != nil {
			return err
		}
		tn.Epoch = t.Row.Epoch
		if tn.StartedAt == nil {
			tn.StartedAt = &tx.Now
			if err := t.Emit(eventlog.TurnStarted, eventlog.Data{TurnID: tn.ID}, nil); err != nil {
				return err
			}
		} else {
			if err := t.Emit(eventlog.TurnResumed, eventlog.Data{TurnID: tn.ID}, nil); err != nil {
				return err // what was heard of it before is void
			}
			if r.vain, err = tx.Reader().Step.Query().Where(step.TurnID(tn.ID), step.Finish(finishDropped)).Count(ctx); err != nil {
				return fmt.Errorf("count what was said in vain: %w", err)
			}
		}
		err = tx.Later(errLost).Turn.Update().Where(turn.ID(tn.ID), turn.Fence(old.Fence), turn.StateEQ(old.State)).
			SetState(turn.StateRUNNING).SetFence(tn.Fence).SetLeaseOwner(r.s.name).SetLeaseUntil(tx.Now.Add(r.s.o.LeaseFor)).
			SetEpoch(tn.Epoch).SetStartedAt(*tn.StartedAt).Exec(ctx)
		if err != nil {
			return fmt.Errorf("begin the turn: %w", err)
		}
		r.began = time.Now().Add(-tx.Now.Sub(*tn.StartedAt))
		r.deadline = r.began.Add(time.Duration(v.agent.MaxTurnSeconds) * time.Second)
		return v.settleSent(ctx, tx, t)
	})
	if err != nil {
		return err
	}
	if old.StartedAt == nil {
		r.s.metrics.waitSeconds.Observe(max(0, waited).Seconds())
	}
	r.hold.begun.Store(true)
	r.hold.poke()
	r.next, r.known = v, &left
	return nil
}

// settleSent ends the calls of a turn that a dead worker sent, as unknown, but for those that may be sent again.
func (v *view) settleSent(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread) error {
	for _, c := range v.in(call.StateSENT) {
		f := functionOf(v.agent, c)
		if v.turn.Attempts < maxAttempts && f != nil && f.Idempotent {
			continue
		}
		ended, err := endCall(ctx, tx, tx.Client(), t, c, unknown("the server stopped while it waited for the answer"))
		if err != nil {
			return err
		}
		if ended != nil {
			*c = *ended
		}
	}
	return nil
}

// guard locks the thread for a write of this worker and reads the turn. The error is errLost unless the turn runs under
// this worker's fence, in the thread's present epoch; the first write of a claim brings the epoch itself, makes the claim if
// it was only promised, and assumes the thread: its update has the turn's state as its condition.
func (r *run) guard(ctx context.Context, tx *eventlog.Tx, first bool) (*eventlog.Thread, *ent.Turn, surroundings, error) {
	lock := tx.Lock
	if first {
		lock = func(ctx context.Context, threadID string) (*eventlog.Thread, error) { return tx.Assume(ctx, threadID) }
	}
	t, err := lock(ctx, r.hold.threadID)
	if err != nil {
		return nil, nil, surroundings{}, lostIfErased(err)
	}
	tn, around, err := readTurn(ctx, tx.Reader(), t.Row, r.hold.id)
	switch {
	case err != nil:
		return nil, nil, around, fmt.Errorf("guard the turn: %w", lostIfErased(err))
	case first && r.hold.promised:
		if tn.State != turn.StateDUE || tn.Fence != r.hold.fence-1 || tn.DueAt > tx.Now {
			return nil, nil, around, errLost
		}
	case tn.State != turn.StateRUNNING || tn.Fence != r.hold.fence, !first && tn.Epoch != t.Row.Epoch:
		return nil, nil, around, errLost
	}
	t.KnowTags(around.tags)
	return t, tn, around, nil
}

// guardKnown is guard for a write that follows v and knows all that it needs, if nobody else has written to the thread since
// this worker's last write. The write must end with r.write, whose condition is that the turn is still held.
func (r *run) guardKnown(ctx context.Context, tx *eventlog.Tx, v *view) (*eventlog.Thread, *ent.Turn, surroundings, error) {
	if r.known == nil || r.known.Tags == nil || v.turn.Epoch != r.known.Row.Epoch {
		return r.guard(ctx, tx, false)
	}
	t, err := tx.AssumeKnown(ctx, *r.known)
	if err != nil {
		return nil, nil, surroundings{}, lostIfErased(err)
	}
	if !t.Still(*r.known) {
		return r.guard(ctx, tx, false)
	}
	tn := *v.turn
	return t, &tn, surroundings{tags: r.known.Tags, revision: t.AgentRevision, customer: v.customer, reminded: v.reminded, lowered: v.lowered}, nil
}

// write changes the row of this worker's turn and extends its lease, by the end of the transaction, which fails with
// errLost when the turn is somebody else's by then.
func (r *run) write(ctx context.Context, tx *eventlog.Tx, change func(*ent.TurnUpdate)) error {
	update := tx.Later(errLost).Turn.Update().Where(turn.ID(r.hold.id), turn.Fence(r.hold.fence), turn.StateEQ(turn.StateRUNNING)).
		SetLeaseUntil(tx.Now.Add(r.s.o.LeaseFor))
	change(update)
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("write the turn: %w", err)
	}
	return nil
}

// advance makes the turn's next move. It reports whether there may be another one. Ctx ends also when the turn is
// stopped, base only when the process ends.
func (r *run) advance(ctx, base context.Context) (more bool, err error) {
	v := r.next
	if v != nil && len(v.in(call.StateAWAITING_APPROVAL)) > 0 { // approvals come from outside
		v = nil
	}
	if r.next = nil; v == nil {
		if v, err = r.look(ctx); err != nil {
			return false, err
		}
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
		r.reading = nil // what was waiting may have been decided
		parked, again, err := r.await(ctx, v, waiting)
		if err != nil || parked || again {
			failpoint.Hit("turn.parked")
			return again && err == nil, err
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
	var ended turn.Reason
	err := r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, tn, _, err := r.guard(ctx, tx, false)
		if err != nil {
			return err
		}
		ended = reason
		if silent(t) {
			reason, text := silence(t)
			ended = reason
			return endTurn(ctx, tx, t, tn, reason, text)
		}
		if reason == "" {
			return nil // it may speak again: look again
		}
		queued, err := r.queued(ctx, tx, t, tn)
		if err != nil {
			return err
		}
		if fallback {
			if err := r.sayFallback(ctx, tx, t, tn); err != nil {
				return err
			}
		}
		if err := endTurn(ctx, tx, t, tn, reason, text); err != nil || queued == nil {
			return err
		}
		return makeDueFor(ctx, tx, t, queued, tx.Now)
	})
	if err == nil {
		r.why = ended
	}
	return err
}

// queued returns the first message that waits for the next turn, where the agent lets messages wait; nil for none.
func (r *run) queued(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn) (*ent.Message, error) {
	a, err := r.s.agentOf(ctx, tx.Client(), t.Row)
	if err != nil || a.DeletedAt != nil || !keepsQueue(a) || tn.StartedAt == nil {
		return nil, err
	}
	m, err := tx.Client().Message.Query().Where(message.ThreadID(tn.ThreadID), message.AuthorEQ(message.AuthorCUSTOMER),
		message.CreatedAtGT(*tn.StartedAt), message.SequenceGT(tn.ReadSequence)).Order(ent.Asc(message.FieldSequence)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return m, err
}

// sayFallback stores the agent's fallback text as its answer to everything said so far. A turn that a reminder made says
// nothing: nobody has asked.
func (r *run) sayFallback(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, tn *ent.Turn) error {
	if asked, err := somebodyAsked(ctx, tx, tn); err != nil || !asked {
		return err
	}
	a, err := r.s.agentOf(ctx, tx.Client(), t.Row)
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
