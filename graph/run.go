package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/socket"
)

// sink is where the answers of one operation go, over a connection that outlives its request. Answers are JSON.
type sink interface {
	// Ready waits until the client has taken most of what was sent; false when the operation has ended.
	Ready(ctx context.Context) bool
	// Send waits like Ready and sends an answer, with what a client resumes behind it; empty: it cannot.
	Send(ctx context.Context, id string, answer []byte) bool
	// NextOf sends answers that may be shared by many, at once and without waiting.
	NextOf(answers []socket.Answer)
	// Error ends an operation that did not begin, with a list of errors.
	Error(errs []byte)
	// Complete ends an operation that has no more to say.
	Complete()
	// OnEnd has f called once when the operation has ended. ctx is what it was run with.
	OnEnd(ctx context.Context, f func())
}

// run executes an operation for one client, at the pace at which the client reads, until it has no more answers or ctx
// ends. It returns earlier when a group has the rest of the answers sent.
func (f *front) run(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, to sink) {
	m, joined := f.shares.enter(ctx, operation, to), false
	defer func() {
		if cause := recover(); cause != nil {
			f.fail(ctx, to, recovered(f.logger)(ctx, cause))
		}
		if joined {
			to.OnEnd(ctx, m.leave)
		} else {
			m.leave()
		}
	}()
	own, stop := context.WithCancel(context.WithValue(ctx, trackKey{}, m.track))
	defer stop()
	m.stop = stop
	responses, running := exec.DispatchOperation(own, operation)
	m.begin(func(g *group) { f.startGroup(ctx, exec, operation, g) })
	for first := true; to.Ready(own); first = false {
		if joined = m.rest(); joined {
			return
		}
		response := responses(running)
		if joined = m.rise(); joined {
			return
		}
		switch {
		case own.Err() != nil:
			return // nobody hears it, or may
		case response == nil && first && running.Err() != nil: // it ended before it began
			f.fail(ctx, to, running.Err())
			return
		case response == nil:
			to.Complete()
			return
		case first && isRequestError(response):
			to.Error(encodeErrors(response.Errors))
			return
		default:
			to.Send(own, m.next(), encodeAnswer(response))
			m.passed()
		}
	}
}

// fail ends an operation with an error.
func (f *front) fail(ctx context.Context, to sink, err error) {
	to.Error(encodeErrors(gqlerror.List{f.tell(ctx, err).gql(ctx)}))
}
