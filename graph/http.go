package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/access"
	"parley/ent/id"
	"parley/graph/socket"
	"parley/rate"
	"parley/trace"
)

// front is what every request meets before GraphQL.
type front struct {
	access  *access.Service
	logger  *slog.Logger
	streams *streams
	shares  *shares
	body    int           // bytes that a body may have
	timeout time.Duration // bounds reading a request, and then working on it
	pages   socket.Options
	proxies proxies
	meter   *rate.Meter
	good    hashes // of keys and tokens that let somebody in
	gate    gate
	refused chan struct{}                     // who waits for a refusal
	cache   graphql.Cache[*ast.QueryDocument] // of valid documents

	presumes bool // whether keys may be presumed (access.Presume)

	tracer     *trace.Tracer
	operations *operations
}

// requestIDHeader carries the request id in every answer; errors repeat it in their extensions, and the log has it too.
const requestIDHeader = "X-Request-Id"

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requestID := id.New("req")
		w.Header().Set(requestIDHeader, requestID)
		w.Header().Set("Cache-Control", "no-store") // unless what answers knows better: it is for this caller alone
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), trace.RequestKey{}, requestID)))
	})
}

func requestID(ctx context.Context) string {
	return trace.RequestID(ctx)
}

type askedKey struct{}

// ask is what a request asks for, and how it would have the answer.
type ask struct {
	params *graphql.RawParams
	offer  offer
	ticket bool // whether it was let in by a stream ticket
	plain  plainRequest
}

// asked is what the request of ctx asks for; nil for a WebSocket.
func asked(ctx context.Context) *ask {
	a, _ := ctx.Value(askedKey{}).(*ask)
	return a
}

// read takes in a whole request, within limits, before anything is done for it.
func (f *front) read(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if socket.Is(r) {
			next.ServeHTTP(w, r)
			return
		}
		if err := f.mayAsk(r); err != nil {
			w.Header().Set("Connection", "close") // or net/http would read the body first
			f.refuse(w, r, err)
			return
		}
		if r.ContentLength != 0 {
			// It stays for a request that is refused: net/http reads the rest of its body.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(f.timeout)) // a recorder in a test has none
		}
		a := &ask{offer: negotiate(r), plain: plainRequest{w, r}}
		var err error
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodPost:
			w.Header().Set("Allow", "GET, POST")
			err = statusError{http.StatusMethodNotAllowed, "use POST, or GET for queries and subscriptions"}
		case a.offer.plain == "" && !a.offer.events:
			err = statusError{http.StatusNotAcceptable, "answers are " + mediaJSON + ", " + mediaGraphQL + " or " + mediaEvents + ": accept one of them"}
		case r.Method == http.MethodGet:
			a.params, err = readQuery(r.URL.RawQuery)
		default:
			a.params, err = f.readBody(w, r)
		}
		if err != nil {
			f.unreadable(r)
			f.refuse(w, r, err)
			return
		}
		ctx := f.tracer.Extract(r.Context(), r.Header)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, askedKey{}, a)))
	})
}

var errLargeBody = statusError{http.StatusRequestEntityTooLarge, "the body is larger than 256 KB"}

// readBody reads the body of a POST.
func (f *front) readBody(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, error) {
	t, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; err != nil || t != mediaJSON || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, statusError{http.StatusUnsupportedMediaType, "send `Content-Type: application/json`, in UTF-8"}
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, statusError{http.StatusUnsupportedMediaType, "send the body without a Content-Encoding"}
	}
	if r.ContentLength > int64(f.body) {
		return nil, errLargeBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(f.body)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errLargeBody
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return nil, statusError{http.StatusRequestTimeout, "the body did not arrive in time"}
	case err != nil:
		return nil, statusError{http.StatusBadRequest, "the body cannot be read"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // as above
	return readRequest(body)
}

// statusError is a request that never reached GraphQL.
type statusError struct {
	status int
	text   string
}

// Error implements error.
func (e statusError) Error() string { return e.text }

// tell is tell with the log of the API.
func (f *front) tell(ctx context.Context, err error) public { return tell(ctx, f.logger, err) }

// refuse answers a request that never reached GraphQL, in the form GraphQL errors have.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := f.tell(r.Context(), err)
	f.operations.refuse(p.code)
	f.answerError(w, r, p)
}

// answerError answers a request without data, in the form GraphQL errors have.
func (f *front) answerError(w http.ResponseWriter, r *http.Request, p public) {
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	retryAfter(w.Header(), p.after)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(cmp.Or(p.status, http.StatusInternalServerError))
	_ = json.NewEncoder(w).Encode(p.answer(r.Context())) // the client may be gone
}
