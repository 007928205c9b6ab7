package graph

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/socket"
)

// requests is the transport of POST and GET: whole answers by the GraphQL-over-HTTP specification, and server-sent events.
// What it executes was read before; see front.read.
type requests struct{ *front }

var _ graphql.Transport = requests{}

// Supports implements graphql.Transport.
func (t requests) Supports(r *http.Request) bool { return asked(r.Context()) != nil }

// Do implements graphql.Transport.
func (t requests) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx, a := graphql.StartOperationTrace(r.Context()), asked(r.Context())
	defer func() { // gqlgen catches what fields do, and its own catch-all asks for an answer that has not begun
		if cause := recover(); cause != nil {
			t.refuse(w, r, recovered(t.logger)(ctx, cause))
		}
	}()
	operation, errs := t.prepare(ctx, exec, a.params)
	if errs != nil || !provesItself(operation) {
		if err := t.prove(ctx); err != nil {
			t.refuse(w, r, err)
			return
		}
	}
	if errs != nil {
		t.operations.refuse(codeOf(errs))
		t.whole(w, a.offer, exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs))
		return
	}
	switch kind := operation.Operation.Operation; {
	case kind == ast.Mutation && r.Method == http.MethodGet:
		w.Header().Set("Allow", http.MethodPost)
		t.refuse(w, r, statusError{http.StatusMethodNotAllowed, "GET is for queries and subscriptions: use POST"})
	case kind != ast.Subscription && a.ticket:
		t.refuse(w, r, errTicket)
	case kind == ast.Subscription && a.offer.events:
		t.stream(w, r, exec, operation)
	default:
		limited, cancel := context.WithTimeout(ctx, t.timeout)
		defer cancel()
		responses, run := exec.DispatchOperation(limited, operation)
		answer := responses(run)
		if err := t.prove(ctx); err != nil {
			t.answerError(w, r, t.tell(ctx, err))
			return
		}
		if answer == nil { // it ended before it began
			t.answerError(w, r, t.tell(r.Context(), context.Cause(run)))
			return
		}
		t.whole(w, a.offer, answer)
	}
}

// whole answers with one answer, in the form that the client prefers.
func (t requests) whole(w http.ResponseWriter, o offer, answer *graphql.Response) {
	retryAfter(w.Header(), waitOf(answer.Errors))
	if o.isEventStream() {
		socket.SetEventHeader(w.Header())
		t.write(w, http.StatusOK, socket.AppendComplete(socket.AppendEvent([]byte(":\n\n"), "", encodeAnswer(answer))))
		return
	}
	w.Header().Set("Content-Type", o.plain+"; charset=utf-8")
	w.Header().Set("Vary", "Accept")
	t.write(w, answerStatus(o.plain, answer), encodeAnswer(answer))
}

// write answers within the time of a request: a client that does not read would hold its connection for ever.
func (t requests) write(w http.ResponseWriter, status int, body []byte) {
	c := http.NewResponseController(w)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_ = c.SetWriteDeadline(time.Now().Add(t.timeout)) // a recorder in a test has none
	w.WriteHeader(status)
	_, err := w.Write(body)
	if err == nil && c.Flush() == nil {
		_ = c.SetWriteDeadline(time.Time{}) // for what comes next over the connection
	}
}

// answerStatus is the HTTP status of an answer to a request that was a GraphQL request; refuse has the status of others. In
// application/json a client cannot know whether an error status is a proxy's, so that every answer is 200 there, but for who asked
// for too much.
func answerStatus(media string, answer *graphql.Response) int {
	switch {
	case isRequestError(answer) && waitOf(answer.Errors) > 0: // nothing was done, and whoever waits by the status should
		return http.StatusTooManyRequests
	case media != mediaGraphQL || !isRequestError(answer):
		return http.StatusOK
	case codeOf(answer.Errors) == CodeUnauthenticated:
		return http.StatusUnauthorized
	case codeOf(answer.Errors) == CodeUnavailable, codeOf(answer.Errors) == CodeTimeout:
		return http.StatusServiceUnavailable
	case codeOf(answer.Errors) == CodeInternal:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest // the document, or its variables
}

func codeOf(errs gqlerror.List) string {
	if len(errs) == 0 {
		return ""
	}
	code, _ := errs[0].Extensions["code"].(string)
	return code
}
