package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"os"
	"time"

	"parley/access"
	"parley/ent/id"
	"parley/graph/socket"
)

// front is what every request meets before GraphQL.
type front struct {
	access  *access.Service
	logger  *slog.Logger
	streams *streams
	body    int           // bytes that a body may have
	timeout time.Duration // bounds reading a request, and then working on it
}

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

// read takes in a whole request before the transports do: they would read without limit or end, and repeat what they
// cannot decode in their error.
func (f *front) read(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if socket.Is(r) {
			next.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Upgrade") // to what nobody here speaks: the request is answered as it is
		if r.ContentLength != 0 {
			// It stays for a request that is refused: net/http reads the rest of its body.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(f.timeout)) // a recorder in a test has none
		}
		var err error
		switch r.Method {
		case http.MethodGet:
			err = checkQuery(r.URL.RawQuery)
			w = &queryWriter{ResponseWriter: w, refuse: func(w http.ResponseWriter, err error) { f.refuse(w, r, err) }}
		case http.MethodPost:
			r.Body, err = f.readBody(w, r)
		default:
			w.Header().Set("Allow", "GET, POST")
			err = statusError{http.StatusMethodNotAllowed, "use POST, or GET for queries"}
		}
		if err != nil {
			f.refuse(w, r, err)
			return
		}
		if !isEventStream(r) {
			ctx, cancel := context.WithTimeout(r.Context(), f.timeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

// readBody reads and checks the body of a POST, and returns it as the transports expect it.
func (f *front) readBody(w http.ResponseWriter, r *http.Request) (io.ReadCloser, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return r.Body, statusError{http.StatusUnsupportedMediaType, "send `Content-Type: application/json`"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(f.body)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return r.Body, statusError{http.StatusRequestEntityTooLarge, "the body is larger than 256 KB"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return r.Body, statusError{http.StatusRequestTimeout, "the body did not arrive in time"}
	case err != nil:
		return r.Body, statusError{http.StatusBadRequest, "the body cannot be read"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // as above
	if _, err := readRequest(body); err != nil {
		return r.Body, err
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// checkQuery refuses parameters of a GET that gqlgen would refuse without a code.
func checkQuery(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return statusError{http.StatusBadRequest, "the parameters after `?` cannot be read"}
	}
	for _, name := range []string{"variables", "extensions"} {
		var object map[string]json.RawMessage
		if text := values.Get(name); text != "" && json.Unmarshal([]byte(text), &object) != nil {
			return statusError{http.StatusBadRequest, "`" + name + "` must be a JSON object"}
		}
	}
	return nil
}

// queryWriter answers a GET. gqlgen refuses a mutation with 406 and without a code; here it is 405 with one.
type queryWriter struct {
	http.ResponseWriter
	refuse  func(http.ResponseWriter, error)
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (w *queryWriter) WriteHeader(status int) {
	if status != http.StatusNotAcceptable {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused = true
	w.Header().Set("Allow", http.MethodPost)
	w.refuse(w.ResponseWriter, statusError{http.StatusMethodNotAllowed, "GET is for queries: use POST"})
}

// Write implements io.Writer.
func (w *queryWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
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
	ctx := r.Context()
	p := f.tell(ctx, err)
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(cmp.Or(p.status, http.StatusInternalServerError))
	_ = json.NewEncoder(w).Encode(p.answer(ctx)) // the client may be gone
}
