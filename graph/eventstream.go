package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// isEventStream says whether a request asks for server-sent events.
func isEventStream(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// eventStreams is gqlgen's transport of server-sent events on connections of ours, which end for a reason and say it.
type eventStreams struct {
	*front
	transport.SSE
}

var _ graphql.Transport = eventStreams{}

// Do implements graphql.Transport.
func (t eventStreams) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx, c := newConnection(r.Context())
	defer c.end(errAnswered)
	defer t.streams.remove(c)
	t.SSE.Do(&eventWriter{ResponseWriter: w, connection: c, front: t.front, client: r}, r.WithContext(ctx), exec)
}

// eventWriter is what gqlgen's transport writes to. Once the connection has ended for a reason, one last event tells it,
// and nothing is written any more: `event: complete` would tell the client that its stream is over. At a stop of the
// server there is no such event; to a client that is a dropped connection, after which it connects again.
type eventWriter struct {
	http.ResponseWriter
	*connection
	front  *front
	client *http.Request
	told   bool
}

// Write implements io.Writer.
func (w *eventWriter) Write(p []byte) (int, error) {
	reason := w.reason()
	if reason == nil {
		return w.ResponseWriter.Write(p)
	}
	if !w.told {
		w.told = true
		w.tell(reason)
	}
	return len(p), nil
}

func (w *eventWriter) tell(reason error) {
	ctx := w.client.Context()
	if ctx.Err() != nil || errors.Is(reason, errStopping) {
		return
	}
	answer, _ := json.Marshal(w.front.tell(ctx, reason).answer(ctx))          // of strings: it cannot fail
	_, _ = fmt.Fprintf(w.ResponseWriter, "event: next\ndata: %s\n\n", answer) // the client may be gone
}

// Flush implements http.Flusher.
func (w *eventWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() } // the client may be gone
