package dialogue

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/thread"
	"parley/ent/turn"
)

// view is a turn and what decides about its next move, as read at one moment.
type view struct {
	turn      *ent.Turn
	thread    *ent.Thread
	customer  *ent.Customer // without its times
	tags      []string
	agent     *ent.Agent
	revision  int64           // of the agent
	functions []*ent.Function // enabled ones
	calls     []*ent.Call     // of the turn, in order
	reminded  bool            // whether the thread has had reminders
	lowered   bool            // whether a tag was ever taken off the thread
	hidden    []string        // facts about the customer that models are not told
}

// look reads what decides about the next move.
func (r *run) look(ctx context.Context) (*view, error) {
	client := r.s.log.Client()
	t, err := client.Thread.Query().Where(thread.ID(r.hold.threadID)).Only(ctx)
	if err != nil {
		return nil, lostIfErased(err)
	}
	tn, around, err := readTurn(ctx, client, t, r.hold.id)
	if err != nil {
		return nil, lostIfErased(err)
	}
	if tn.State != turn.StateRUNNING || tn.Fence != r.hold.fence {
		return nil, errLost
	}
	v := &view{turn: tn, thread: t}
	if err := r.place(ctx, client, v, around); err != nil {
		return nil, err
	}
	return v, v.readCalls(ctx, client)
}

// place puts a turn's surroundings into its view.
func (r *run) place(ctx context.Context, client *ent.Client, v *view, around surroundings) error {
	v.tags, v.customer, v.reminded, v.lowered = around.tags, around.customer, around.reminded, around.lowered
	return r.placeAgent(ctx, client, v, around.revision)
}

// placeAgent puts the agent into a view, as the thread's next step sees it.
func (r *run) placeAgent(ctx context.Context, client *ent.Client, v *view, revision int64) (err error) {
	if v.agent, err = r.s.agentAt(ctx, client, v.thread, revision); err != nil {
		return fmt.Errorf("read the agent: %w", err)
	}
	v.functions, v.revision = nil, revision
	for _, f := range v.agent.Edges.Functions {
		if f.Enabled {
			v.functions = append(v.functions, f)
		}
	}
	slices.SortFunc(v.functions, func(a, b *ent.Function) int { return compareIDs(a.ID, b.ID) })
	return nil
}

// readCalls reads the calls of the view's turn. One that has taken no step has none.
func (v *view) readCalls(ctx context.Context, client *ent.Client) (err error) {
	if v.turn.StepsUsed == 0 {
		v.calls = nil
		return nil
	}
	if v.calls, err = client.Call.Query().Where(call.TurnID(v.turn.ID)).All(ctx); err != nil {
		return fmt.Errorf("read the calls of the turn: %w", err)
	}
	slices.SortFunc(v.calls, func(a, b *ent.Call) int { return compareIDs(a.ID, b.ID) })
	return nil
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
