package graph

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/access"
	"parley/ent"
	"parley/ent/viewer"
	"parley/eventlog"
)

// runOperation bounds queries and mutations in time, whatever transport carries them, and subscriptions by the key that
// opened their connection. On a connection, which outlives many operations, none runs once the key has ended.
func (f *front) runOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	c := connectionOf(ctx)
	v, known := viewer.FromContext(ctx)
	if c != nil && known && !f.access.StillValid(ctx, v) {
		c.end(access.ErrUnauthenticated)
		return f.refuseOperation(ctx, access.ErrUnauthenticated)
	}
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Subscription {
		limited, cancel := context.WithTimeout(ctx, f.timeout)
		responses := next(limited)
		return func(ctx context.Context) *graphql.Response {
			defer cancel()
			return responses(ctx)
		}
	}
	if c == nil { // the transport would send the first event and stop
		return f.refuseOperation(ctx, statusError{http.StatusBadRequest, "a subscription needs a WebSocket, or POST with `Accept: text/event-stream`"})
	}
	if !f.streams.add(c) {
		c.end(errStopping)
		return f.refuseOperation(ctx, errStopping)
	}
	if known {
		f.streams.endWithKey(c, v)
	}
	return next(context.WithValue(ctx, failureKey{}, &failure{}))
}

func (f *front) refuseOperation(ctx context.Context, err error) graphql.ResponseHandler {
	p := f.tell(ctx, err)
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{p.gql(ctx)}})
}

type failureKey struct{}

// failure is the error that ended one subscription, and not its connection.
type failure struct{ err atomic.Pointer[error] }

// failStream ends the subscription of ctx on an error; the caller closes its channel afterwards. An error that belongs to
// this one subscription is its last answer: its cursor has expired, or what it follows was erased. Any other ends the connection, and clients go on from their last cursor.
func failStream(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return // it has ended already
	}
	if f, ok := ctx.Value(failureKey{}).(*failure); ok && (errors.Is(err, eventlog.ErrCursorExpired) || ent.IsNotFound(err)) {
		f.err.Store(&err)
		return
	}
	if c := connectionOf(ctx); c != nil {
		c.end(err)
	}
}

// answerFailure puts the error that ended a subscription where its last answer would be.
func answerFailure(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	f, ok := ctx.Value(failureKey{}).(*failure)
	if response != nil || !ok {
		return response
	}
	err := f.err.Swap(nil)
	if err == nil {
		return nil
	}
	graphql.AddError(ctx, *err)
	return &graphql.Response{Errors: graphql.GetErrors(ctx)}
}
