package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/gql"
	"parley/graph/socket"
)

// stream answers with the events of a subscription. It returns when they have begun; the stream ends by itself, or with
// the stop of the streams, and not with the context of the request.
func (t requests) stream(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, operation *graphql.OperationContext) {
	t.allowPage(w, r)
	ctx, c := newConnection(detached(r.Context()))
	if !t.streams.add(c) {
		t.refuse(w, r, errStopping)
		return
	}
	events, err := socket.AcceptEvents(w, r)
	if err != nil {
		c.end(errAnswered)
		t.streams.remove(c)
		t.refuse(w, r, err)
		return
	}
	told, ids := context.WithoutCancel(ctx), &eventIDs{}
	ctx = context.WithValue(context.WithValue(ctx, eventIDsKey{}, ids), lastEventKey{}, r.Header.Get("Last-Event-ID"))
	to := eventSink{events, ids}
	go func() {
		events.Serve(ctx, c.end,
			func(ctx context.Context) { t.run(ctx, exec, operation, to) },
			func(reason error) []byte { return t.lastEvent(told, reason) })
		c.end(errAnswered)
		t.streams.remove(c)
	}()
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
type eventSink struct {
	*socket.Events
	ids *eventIDs
}

var _ sink = eventSink{}

// Send implements sink.
func (s eventSink) Send(ctx context.Context, answer []byte) bool {
	return s.Events.Send(ctx, s.ids.next(), answer)
}

// Error implements sink: in this mode errors are an answer like any other.
func (s eventSink) Error(errs []byte) {
	s.Events.Next("", append(append([]byte(`{"errors":`), errs...), '}'))
	s.Complete()
}

type (
	eventIDsKey  struct{}
	lastEventKey struct{}
)

// eventIDs are the ids of events that were handed to the execution and are not answered yet, in order.
type eventIDs struct {
	mu      sync.Mutex // protects waiting
	waiting []string
}

// tellEventID says with what a client resumes behind the event that is handed to the execution next; empty: it cannot. A
// stream says it for each of its events or for none.
func tellEventID(ctx context.Context, id gql.Cursor) {
	if ids, ok := ctx.Value(eventIDsKey{}).(*eventIDs); ok {
		ids.mu.Lock()
		defer ids.mu.Unlock()
		ids.waiting = append(ids.waiting, string(id))
	}
}

func (i *eventIDs) next() (id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.waiting) > 0 {
		id = i.waiting[0]
		i.waiting = slices.Delete(i.waiting, 0, 1)
	}
	return id
}

// resumeAfter is the cursor that a stream begins behind: the last event that the client has got over this transport, or
// what it asks for.
func resumeAfter(ctx context.Context, asked *gql.Cursor) *gql.Cursor {
	if last, ok := ctx.Value(lastEventKey{}).(string); ok && last != "" {
		return (*gql.Cursor)(&last)
	}
	return asked
}
