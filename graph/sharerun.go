package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/id"
	"parley/ent/viewer"
)

type beginsNowKey struct{}

// startGroup begins the execution for all, as one subscriber would be executed. It is called with the lock of the group, by
// the run of a subscriber, whose connection is open: a stop of the server waits for it as for any other.
func (f *front) startGroup(of context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, g *group) {
	who, _ := viewer.FromContext(of)
	ctx := context.WithValue(context.Background(), requestIDKey{}, id.New("req"))
	ctx = viewer.NewContext(ctx, viewer.Viewer{Workspace: who.Workspace, Role: who.Role, Thread: who.Thread}) // and nothing of one client
	ctx, c := newConnection(ctx, "")
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
	ctx = context.WithValue(context.WithValue(ctx, beginsNowKey{}, true), trackKey{}, t)
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
	defer func() {
		if cause := recover(); cause != nil {
			c.end(recovered(f.logger)(ctx, cause))
		}
		g.over(c.reason())
	}()
	responses, running := exec.DispatchOperation(ctx, operation)
	for {
		response := responses(running)
		if response == nil || ctx.Err() != nil {
			return
		}
		g.send(response)
	}
}

// send has an answer sent to all members. None of them is waited for: those that do not read are closed by their transports.
func (g *group) send(response *graphql.Response) {
	answer, failed := encodeAnswer(response), isRequestError(response) // a copy: the execution uses its buffer again
	id := g.track.next()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shares.executed.Add(1) // both before anybody has the answer
	g.shares.sent.Add(int64(len(g.members)))
	for _, m := range g.members {
		if failed && !m.answered { // it could not begin
			m.to.Error(encodeErrors(response.Errors))
			continue
		}
		m.answered = true
		m.to.Next(id, answer)
	}
	g.track.passed()
	g.meetAll()
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
