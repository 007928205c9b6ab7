package dialogue

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/ent/call"
	"parley/eventlog"
	"parley/failpoint"
	"parley/trace"
)

// maxSideBySide is how many calls of one turn are on their way at once.
const maxSideBySide = 8

// runCalls sends the turn's calls that are reserved, and those that a dead worker sent and that may be sent again,
// side by side, and stores their answers. It returns when all are done. When the turn is stopped, calls not yet sent
// are left, and those on their way are still waited for and recorded.
func (r *run) runCalls(ctx, base context.Context, v *view) error {
	leaders, followers := v.pair()
	r.sideBySide = len(leaders)+len(followers) > 1 // each then finds that another has written
	var g errgroup.Group
	g.SetLimit(maxSideBySide)
	for _, c := range leaders {
		g.Go(func() error { return r.runCall(ctx, base, v, c) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for c, leader := range followers {
		if err := r.copyAnswer(ctx, c, leader); err != nil {
			return err
		}
	}
	return r.afterCalls(ctx, v)
}

// afterCalls lets the turn go on with what it knows, once all its calls have ended: the last of them brought the thread's
// row along. What ended the turn meanwhile stops this worker, and would refuse its next write.
func (r *run) afterCalls(ctx context.Context, v *view) (err error) {
	latest := r.latest.Swap(nil)
	r.known = latest
	if latest == nil || latest.Row.Epoch != v.turn.Epoch || latest.Row.Status != v.thread.Status || len(v.in(call.StateRESERVED, call.StateSENT, call.StateAWAITING_APPROVAL)) > 0 {
		return nil
	}
	next := *v
	next.thread = latest.Row
	if err := r.placeAgent(ctx, r.s.log.Client(), &next, latest.AgentRevision); err != nil {
		return err
	}
	r.next = &next
	return nil
}

// pair finds among the calls to be sent those that ask the same as another one of the turn: such a GET is answered
// once, and its followers get the leader's answer, until a call of another kind was sent, which may have changed it.
func (v *view) pair() (leaders []*ent.Call, followers map[*ent.Call]string) {
	followers = map[*ent.Call]string{}
	asked := map[string]string{} // question -> id of the call that asks it
	for _, c := range v.calls {
		f := v.functionOf(c)
		key := ""
		if f != nil && f.Method == http.MethodGet {
			if arguments, err := decodeObject([]byte(c.Arguments)); err == nil {
				key = f.ID + string(compact(arguments))
			}
		}
		open := c.State == call.StateRESERVED || c.State == call.StateSENT
		if key == "" && !open && c.Sends > 0 {
			clear(asked)
		}
		switch leader := asked[key]; {
		case open && key != "" && leader != "":
			followers[c] = leader
		case open:
			leaders = append(leaders, c)
			asked[key] = c.ID
		case c.State == call.StateANSWERED:
			asked[key] = c.ID
		}
	}
	return leaders, followers
}

// functionOf returns the function that a call is of, or nil if the agent no longer has it.
func functionOf(a *ent.Agent, c *ent.Call) *ent.Function {
	for _, f := range a.Edges.Functions {
		if c.FunctionID != nil && f.ID == *c.FunctionID {
			return f
		}
	}
	return nil
}

// functionOf returns the function that a call is of, or nil if it may not be called any more.
func (v *view) functionOf(c *ent.Call) *ent.Function {
	if f := functionOf(v.agent, c); f != nil && f.Enabled {
		return f
	}
	return nil
}

// runCall sends one call and stores how it ended. The error is ours; whatever the endpoint does is an outcome.
func (r *run) runCall(ctx, base context.Context, v *view, c *ent.Call) (err error) {
	ctx, span := r.s.traceCall(ctx, c)
	defer span.End()
	defer func() {
		if p := recover(); p != nil {
			r.s.o.Logger.ErrorContext(ctx, "dialogue: a call panicked", "panic", p, "stack", string(debug.Stack()))
			o := failed("the call failed inside the server")
			o.isHTTP = true
			err = r.finish(ctx, c, o)
		}
	}()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := v.functionOf(c)
	if f == nil {
		return r.finish(ctx, c, failed("the function %s is no longer there", c.Name))
	}
	request, problem := r.prepare(ctx, v, f, c)
	if problem != nil {
		problem.isHTTP = true
		return r.finish(ctx, c, *problem)
	}
	if r.s.instead != nil {
		if o := r.s.instead(f); o != nil {
			o.isHTTP = true
			return r.finish(ctx, c, *o)
		}
	}
	hidden, err := r.s.hiddenInAnswers(ctx, v.thread.WorkspaceID)
	if err != nil {
		return err
	}
	trace.Inject(ctx, request.Header)
	failpoint.Hit("call.reserved")
	if err := r.markSent(ctx, c); err != nil {
		return err
	}
	failpoint.Hit("call.sent")
	// From here on the call runs to its own end, whatever becomes of the turn.
	work, cancel := context.WithDeadline(base, r.deadline)
	defer cancel()
	began := time.Now()
	o, answered := r.s.send(work, f, request, hidden)
	o.isHTTP = true
	r.toldCall(ctx, span, f, o, time.Since(began))
	if !answered && base.Err() != nil {
		return base.Err() // the process ends: whoever goes on decides as after a crash
	}
	failpoint.Hit("call.answered")
	defer failpoint.Hit("call.finished")
	return r.finish(ctx, c, o)
}

// markSent stores that the call is about to leave. From then on it is never sent a second time blindly. The error is
// errLost when the turn is no longer this worker's, or when somebody else has decided about the call.
func (r *run) markSent(ctx context.Context, c *ent.Call) error {
	own, cancel, err := eventlog.Own(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	err = eventlog.Again(own, func() error { return r.s.markSent(own, r.hold.claim, c) })
	if errors.Is(err, errLost) {
		return err
	}
	if err != nil {
		return fmt.Errorf("mark call %s as sent: %w", c.ID, err)
	}
	c.State, c.Sends = call.StateSENT, c.Sends+1
	return nil
}

// errDecided ends a transaction about a call that is no longer as it was known.
var errDecided = errors.New("somebody else has decided about the call")

// finish stores how a call ended, also when the turn has ended meanwhile: what was sent was sent.
func (r *run) finish(ctx context.Context, c *ent.Call, o outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	var ended *ent.Call
	left := &eventlog.Known{}
	err := r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, err := r.lockKnown(ctx, tx, c.ThreadID)
		if err != nil {
			return lostIfErased(err)
		}
		t.Leave(left)
		ended, err = endCall(ctx, tx, tx.Later(errDecided), t, c, o)
		return err
	})
	if errors.Is(err, errDecided) {
		return nil
	}
	if err != nil {
		return err
	}
	*c = *ended
	for {
		known := r.latest.Load()
		if known != nil && known.Row.LastSeq > left.Row.LastSeq || r.latest.CompareAndSwap(known, left) {
			return nil
		}
	}
}

// lockKnown locks the thread, or assumes it to be as this worker's last write left it.
func (r *run) lockKnown(ctx context.Context, tx *eventlog.Tx, threadID string) (*eventlog.Thread, error) {
	if r.known != nil && !r.sideBySide {
		return tx.AssumeKnown(ctx, *r.known)
	}
	return tx.Lock(ctx, threadID)
}

// copyAnswer ends a call with the answer that another one got.
func (r *run) copyAnswer(ctx context.Context, c *ent.Call, leaderID string) error {
	leader, err := r.s.log.Client().Call.Query().Where(call.ID(leaderID)).Only(ctx)
	if err != nil {
		return lostIfErased(err)
	}
	if leader.EndedAt == nil {
		return nil
	}
	o := outcome{state: leader.State, body: leader.Result, err: leader.Error, truncated: leader.Truncated}
	if leader.HTTPStatus != nil {
		o.status = *leader.HTTPStatus
	}
	return r.finish(ctx, c, o)
}
