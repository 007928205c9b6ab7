package dialogue

import (
	"context"
	"slices"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/customer"
	"parley/ent/thread"
	"parley/ent/turn"
)

// view is a turn and what decides about its next move, as read at one moment.
type view struct {
	turn      *ent.Turn
	thread    *ent.Thread
	customer  *ent.Customer
	tags      []string
	agent     *ent.Agent
	functions []*ent.Function // enabled ones
	calls     []*ent.Call     // of the turn, in order
}

// look reads what decides about the next move.
func (r *run) look(ctx context.Context) (*view, error) {
	client := r.s.log.Client()
	tn, err := client.Turn.Query().Where(turn.ID(r.hold.id)).Only(ctx)
	if err != nil {
		return nil, err
	}
	if tn.State != turn.StateRUNNING || tn.Fence != r.hold.fence {
		return nil, errLost
	}
	t, err := client.Thread.Query().Where(thread.ID(r.hold.threadID)).WithTags().Only(ctx)
	if err != nil {
		return nil, err
	}
	tags := make([]string, len(t.Edges.Tags))
	for i, tag := range t.Edges.Tags {
		tags[i] = tag.Name
	}
	return r.viewOf(ctx, client, tn, t, tags)
}

// viewOf reads what belongs to a turn and its thread.
func (r *run) viewOf(ctx context.Context, client *ent.Client, tn *ent.Turn, t *ent.Thread, tags []string) (*view, error) {
	v := &view{turn: tn, thread: t, tags: tags}
	var err error
	if v.customer, err = client.Customer.Query().Where(customer.ID(t.CustomerID)).Only(ctx); err != nil {
		return nil, err
	}
	if v.calls, err = client.Call.Query().Where(call.TurnID(tn.ID)).All(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(v.calls, func(a, b *ent.Call) int { return compareIDs(a.ID, b.ID) })
	return v, r.readAgent(ctx, client, v)
}

// readAgent reads the agent of the view as the thread's next step sees it.
func (r *run) readAgent(ctx context.Context, client *ent.Client, v *view) (err error) {
	if v.agent, err = r.s.agentWithFunctions(ctx, client, v.thread); err != nil {
		return err
	}
	v.functions = nil
	for _, f := range v.agent.Edges.Functions {
		if f.Enabled {
			v.functions = append(v.functions, f)
		}
	}
	slices.SortFunc(v.functions, func(a, b *ent.Function) int { return compareIDs(a.ID, b.ID) })
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
