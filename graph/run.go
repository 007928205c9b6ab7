package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sink is where the answers of one operation go, over a connection that outlives its request. Answers are JSON.
type sink interface {
	// Ready waits until the client has taken most of what was sent; false when the operation has ended.
	Ready(ctx context.Context) bool
	// Send waits like Ready and sends an answer.
	Send(ctx context.Context, answer []byte) bool
	// Error ends an operation that did not begin, with a list of errors.
	Error(errs []byte)
	// Complete ends an operation that has no more to say.
	Complete()
}

// run executes an operation for one client, at the pace at which the client reads, until it has no more answers or ctx
// ends.
func (f *front) run(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, to sink) {
	defer func() {
		if cause := recover(); cause != nil {
			f.fail(ctx, to, recovered(f.logger)(ctx, cause))
		}
	}()
	responses, running := exec.DispatchOperation(ctx, operation)
	for first := true; to.Ready(ctx); first = false {
		switch response := responses(running); {
		case ctx.Err() != nil:
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
			to.Send(ctx, encodeAnswer(response))
		}
	}
}

// fail ends an operation with an error.
func (f *front) fail(ctx context.Context, to sink, err error) {
	to.Error(encodeErrors(gqlerror.List{f.tell(ctx, err).gql(ctx)}))
}
