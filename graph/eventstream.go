package graph

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/graph/socket"
)

// stream answers with the events of a subscription. It returns when they have begun; the stream ends by itself, or with
// the stop of the streams, and not with the context of the request.
func (t requests) stream(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, operation *graphql.OperationContext) {
	t.allowPage(w, r)
	c := newConnection(r.Context(), kindEvents)
	if !t.streams.add(c) {
		t.refuse(w, r, errStopping)
		return
	}
	if v, ok := viewer.FromContext(c); ok {
		if err := t.streams.hold(c, v); err != nil {
			c.end(err)
			t.streams.remove(c)
			w.Header().Set("Retry-After", "10")
			t.refuse(w, r, err)
			return
		}
	}
	events, err := socket.AcceptEvents(w, r, t.pages)
	if err != nil {
		c.end(errAnswered)
		t.streams.remove(c)
		t.refuse(w, r, err)
		return
	}
	last := r.Header.Get("Last-Event-ID")
	to := eventSink{events}
	events.Serve(c, c.end,
		func(ctx context.Context) { t.run(context.WithValue(ctx, lastEventKey{}, last), exec, operation, to) },
		func(reason error) []byte { return t.lastEvent(context.WithoutCancel(c), reason) },
		func() {
			c.end(errAnswered)
			t.streams.remove(c)
		})
}

// allowPage lets pages of the origins that may open sockets read a stream, too.
func (t requests) allowPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" && t.pages.Allows(r) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

// lastEvent is what a stream says that ends for a reason: `event: complete` would tell the client that its stream is over.
// At a stop of the server there is no such event; to a client that is a dropped connection, after which it connects again.
func (t requests) lastEvent(ctx context.Context, reason error) []byte {
	if errors.Is(reason, errStopping) {
		return nil
	}
	if closes := (*socket.CloseError)(nil); errors.As(reason, &closes) && !errors.Is(reason, socket.ErrSlow) {
		return nil // the client has gone
	}
	answer := &graphql.Response{Errors: gqlerror.List{t.tell(ctx, reason).gql(ctx)}}
	return socket.AppendEvent(nil, "", encodeAnswer(answer))
}

// eventSink is where the answers of one stream go.
type eventSink struct{ *socket.Events }

var _ sink = eventSink{}

// Error implements sink: in this mode errors are an answer like any other.
func (s eventSink) Error(errs []byte) {
	s.Events.Next("", append(append([]byte(`{"errors":`), errs...), '}'))
	s.Complete()
}

// OnEnd implements sink: this operation ends with its connection.
func (eventSink) OnEnd(ctx context.Context, f func()) { context.AfterFunc(ctx, f) }

type lastEventKey struct{}

// resumeAfter is the cursor that a stream begins behind: the last event that the client has got over this transport, or
// what it asks for. What is executed for many begins now.
func resumeAfter(ctx context.Context, asked *gql.Cursor) *gql.Cursor {
	if ctx.Value(beginsNowKey{}) != nil {
		return nil
	}
	if last, ok := ctx.Value(lastEventKey{}).(string); ok && last != "" {
		return (*gql.Cursor)(&last)
	}
	return asked
}
