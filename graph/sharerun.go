package graph

import (
	"context"
	"runtime"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/id"
	"parley/ent/viewer"
	"parley/graph/socket"
	"parley/trace"
)

type beginsNowKey struct{}

// startGroup begins the execution for all, as one subscriber would be executed. It is called with the lock of the group, by
// the run of a subscriber, whose connection is open: a stop of the server waits for it as for any other.
func (f *front) startGroup(of context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, g *group) {
	who, _ := viewer.FromContext(of)
	ctx := context.WithValue(context.Background(), trace.RequestKey{}, id.New("req"))
	ctx = viewer.NewContext(ctx, viewer.Viewer{Workspace: who.Workspace, Role: who.Role, Thread: who.Thread}) // and nothing of one client
	c := newConnection(ctx, "")
	if !f.streams.add(c) {
		c.end(errStopping)
		return
	}
	t := &track{mu: &g.mu}
	t.moved = func() {
		if g.track == t {
			g.meetAll()
		}
	}
	g.track, g.stop = t, func() { c.end(errAnswered) }
	ctx = context.WithValue(context.WithValue(c, beginsNowKey{}, true), trackKey{}, t)
	again := &graphql.OperationContext{
		RawQuery: operation.RawQuery, Variables: operation.Variables, OperationName: operation.OperationName, Doc: operation.Doc,
		Operation: operation.Operation, DisableIntrospection: operation.DisableIntrospection, RecoverFunc: operation.RecoverFunc,
		ResolverMiddleware: operation.ResolverMiddleware, RootResolverMiddleware: operation.RootResolverMiddleware,
	}
	go func() {
		defer f.streams.remove(c)
		defer c.end(errAnswered)
		f.runGroup(graphql.StartOperationTrace(ctx), exec, again, g, c)
	}()
}

// runGroup executes for all members until there are no more answers, or ctx ends.
func (f *front) runGroup(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, g *group, c *connection) {
	out := newOutgoing()
	var sending sync.WaitGroup
	failed := func(cause any) {
		if cause != nil {
			c.end(recovered(f.logger)(ctx, cause))
		}
	}
	sending.Go(func() {
		defer func() { failed(recover()) }()
		out.pass(g.send)
	})
	defer func() {
		failed(recover())
		out.close()
		sending.Wait()
		g.over(c.Reason())
	}()
	responses, running := exec.DispatchOperation(ctx, operation)
	for {
		response := responses(running)
		if response == nil || ctx.Err() != nil {
			return
		}
		out.put(ctx, madeOf(response))
	}
}

// yields says whether others may run after member i: where there is one processor, whoever publishes would wait for all members.
// The first turns are short, since whoever has just published is about to answer; longer ones later let a group come to its end
// beside many who publish.
func yields(i int) bool {
	switch {
	case i < 16:
		return true
	case i < 256:
		return i%16 == 15
	}
	return i%256 == 255
}

// send has answers sent to all members, each in one piece. None of them is waited for: those that do not read are closed by their
// transports. The group goes through the places behind the answers first, so that who rests at one of them joins there, and gets
// what follows it.
func (g *group) send(all []made) {
	g.mu.Lock()
	defer g.mu.Unlock()
	answers := make([]socket.Answer, len(all))
	for i := range all {
		answers[i] = socket.Answer{ID: g.track.next(), JSON: all[i].json}
		g.passed = i + 1
		g.track.passed()
		g.meetAll()
	}
	g.shares.executed.Add(int64(len(all))) // both before anybody has the answers
	g.shares.sent.Add(int64(len(g.members)*len(all) - g.missed))
	g.passed, g.missed = 0, 0
	for i, m := range g.members {
		from := m.from
		if from > 0 {
			m.from = 0
		}
		switch rest := answers[from:]; {
		case len(rest) == 0:
		case all[from].errors != nil && !m.answered: // it could not begin
			m.to.Error(all[from].errors)
		default:
			m.answered = true
			m.to.NextOf(rest)
		}
		if yields(i) {
			runtime.Gosched()
		}
	}
}

// over ends the members, with their connections if there is a reason. Those that run by themselves go on.
func (g *group) over(reason error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.members {
		m.index = -1
		if reason == nil {
			m.to.Complete()
		} else {
			m.connection.end(reason)
		}
	}
	g.members, g.track, g.stop = nil, nil, nil
}
