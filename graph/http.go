package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/id"
)

type requestIDKey struct{}

// requestIDHeader carries the request id in every answer; errors repeat it in their extensions, and the log has it too.
const requestIDHeader = "X-Request-Id"

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requestID := id.New("req")
		w.Header().Set(requestIDHeader, requestID)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, requestID)))
	})
}

func requestID(ctx context.Context) string {
	s, _ := ctx.Value(requestIDKey{}).(string)
	return s
}

// requestTimeout bounds a query or mutation, so that one that waits for a lock cannot wait for ever.
const requestTimeout = 30 * time.Second

// limitBody reads the body of a POST before the transports do: they would read it without a limit and repeat a body
// that is no JSON in their error. It also notes which requests can carry a subscription.
func limitBody(limit int, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if streams(r) {
			r = r.WithContext(context.WithValue(r.Context(), streamingKey{}, true))
		} else {
			ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			next.ServeHTTP(w, r)
			return
		case http.MethodPost:
		default:
			w.Header().Set("Allow", "GET, POST")
			refuse(w, r, http.StatusMethodNotAllowed, "use POST, or GET for queries")
			return
		}
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			refuse(w, r, http.StatusUnsupportedMediaType, "send `Content-Type: application/json`")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			refuse(w, r, http.StatusRequestEntityTooLarge, "the body is larger than 256 KB")
			return
		case err != nil:
			return // the client went away
		}
		var request struct {
			Query     *string         `json:"query"`
			Variables json.RawMessage `json:"variables"`
		}
		if err := json.Unmarshal(body, &request); err != nil {
			refuse(w, r, http.StatusBadRequest, "the body is no JSON object with a string `query`")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, r *http.Request, status int, text string) {
	refuseRequest(r.Context(), w, statusError{status, text})
}

func streams(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream") || strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// statusError is a request that never reached GraphQL.
type statusError struct {
	status int
	text   string
}

// Error implements error.
func (e statusError) Error() string { return e.text }

// refuseRequest answers a request that never reached GraphQL, in the form GraphQL errors have.
func refuseRequest(ctx context.Context, w http.ResponseWriter, err error) {
	p := translate(err)
	status := p.status
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	gqlErr := &gqlerror.Error{Message: p.text, Extensions: p.extensions(ctx)}
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": gqlerror.List{gqlErr}}) // the client may be gone
}
