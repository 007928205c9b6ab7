package dialogue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/secret"
	"parley/outbound"
)

// request is a call that is ready to be sent, and where it goes.
type request struct {
	outbound.Request
	endpoint *endpoint
	safe     bool // whether nobody minds if it took effect: a GET, or marked as idempotent
}

// prepare fills the templates of a function with the arguments of a call. What is wrong is an outcome for the model.
func (r *run) prepare(ctx context.Context, v *view, f *ent.Function, c *ent.Call) (*request, *outcome) {
	fail := func(format string, args ...any) (*request, *outcome) {
		o := failed(format, args...)
		return nil, &o
	}
	arguments, err := decodeObject([]byte(c.Arguments))
	if err != nil {
		return fail("the arguments are not a JSON object")
	}
	values := values{arguments, v.facts(c)}
	rest := maps.Clone(arguments)
	for _, name := range urlNames(f.URL) {
		delete(rest, name)
	}
	for _, template := range f.Headers {
		for _, name := range textNames(template) {
			delete(rest, name)
		}
	}
	header := http.Header{"Idempotency-Key": {c.ID}, "Accept": {"application/json"}}
	if r.s.o.PublicURL != "" {
		header.Set("User-Agent", "Parley (+"+r.s.o.PublicURL+")")
	}
	var body []byte
	var inQuery map[string]any
	form, _ := bodyForm(f)
	switch {
	case !hasBody(f.Method):
		inQuery = rest
	case f.Body != "":
		body = fillBody(f.Body, form, values)
	case form:
		body = []byte(strings.Join(pairsOf(rest), "&"))
	default:
		body = compact(rest)
	}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	target, err := fillURL(f.URL, values, inQuery)
	if err != nil {
		return fail("%v", err)
	}
	for name, template := range f.Headers {
		value, err := fillHeader(name, template, values)
		if err != nil {
			return fail("%v", err)
		}
		header.Set(name, value)
	}
	if err := r.s.addSecrets(ctx, f, header); err != nil {
		r.s.o.Logger.ErrorContext(ctx, "dialogue: secret headers cannot be read", "function", f.ID, "error", err)
		return fail("the function's secret headers cannot be read by this server")
	}
	return &request{
		Request: outbound.Request{
			Method: f.Method, URL: target, Header: header, Body: body, MaxBody: MaxAnswer,
			Timeout: time.Duration(f.TimeoutMs) * time.Millisecond,
		},
		endpoint: r.s.endpoints.of(f), safe: f.Idempotent || f.Method == http.MethodGet,
	}, nil
}

// addSecrets puts the secret headers of a function on a request.
func (s *Service) addSecrets(ctx context.Context, f *ent.Function, header http.Header) error {
	if len(f.SecretHeaders) == 0 {
		return nil
	}
	// A version may know fewer headers than are stored now, or one whose value was taken away since.
	rows, err := s.log.Client().Secret.Query().
		Where(secret.OwnerID(f.ID), secret.KindEQ(secret.KindHEADER), secret.NameIn(f.SecretHeaders...)).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		plain, err := s.keys.Open(row.Ciphertext, row.WorkspaceID, row.ID)
		if err != nil {
			return fmt.Errorf("open %s: %w", row.Name, err)
		}
		header.Set(row.Name, string(plain))
	}
	if len(rows) < len(f.SecretHeaders) {
		return fmt.Errorf("%d of %d values are no longer stored", len(f.SecretHeaders)-len(rows), len(f.SecretHeaders))
	}
	return nil
}

// perEndpoint is how many calls one endpoint gets at once from this process. An endpoint is a host, seen by one
// workspace. After tripAfter failures in a row it is left alone for restFor.
const (
	perEndpoint  = 32
	tripAfter    = 5
	restFor      = 15 * time.Second
	maxEndpoints = 10_000
	// quickRetry is the longest Retry-After that a call waits for.
	quickRetry = 2 * time.Second
)

// endpoints remembers how endpoints are doing.
type endpoints struct {
	mu    sync.Mutex // protects known
	known map[string]*endpoint
}

type endpoint struct {
	slots   chan struct{}
	breaker *gobreaker.CircuitBreaker[*outbound.Response]
}

func (e *endpoints) of(f *ent.Function) *endpoint {
	key := f.WorkspaceID + " " + hostOf(f.URL)
	e.mu.Lock()
	defer e.mu.Unlock()
	if found := e.known[key]; found != nil {
		return found
	}
	if len(e.known) >= maxEndpoints {
		clear(e.known) // forgets failures, and that is all
	}
	made := &endpoint{
		slots: make(chan struct{}, perEndpoint),
		breaker: gobreaker.NewCircuitBreaker[*outbound.Response](gobreaker.Settings{
			Name: key, MaxRequests: 1, Timeout: restFor,
			ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
			IsSuccessful: func(err error) bool { return err == nil },
			IsExcluded:   notItsFault,
		}),
	}
	e.known[key] = made
	return made
}

// notItsFault says that an error tells nothing about the endpoint's health.
func notItsFault(err error) bool {
	var e *outbound.Error
	return errors.As(err, &e) && (e.Kind == outbound.KindCancelled || e.Kind == outbound.KindRefused || e.Kind == outbound.KindRequest)
}

// errUnwell counts an answer as a failure of the endpoint.
var errUnwell = errors.New("the endpoint answered that it cannot serve")

// send sends a request, a second time only if surely nothing left the first time or the endpoint itself asked for that
// within a moment. It reports false when the context ended before there was an answer.
func (s *Service) send(ctx context.Context, f *ent.Function, q *request, hidden hiddenMembers) (o outcome, answered bool) {
	select {
	case q.endpoint.slots <- struct{}{}:
		defer func() { <-q.endpoint.slots }()
	case <-ctx.Done():
		return failed("the endpoint was too busy; nothing was sent"), false
	}
	start := time.Now()
	for try := 1; ; try++ {
		res, err := q.endpoint.breaker.Execute(func() (*outbound.Response, error) {
			res, err := s.client.Do(ctx, q.Request)
			if err == nil && (res.Status >= 500 || res.Status == http.StatusTooManyRequests) {
				err = errUnwell
			}
			return res, err
		})
		if res != nil {
			if wait, ok := asksAgain(res); ok && try == 1 && pause(ctx, wait) {
				continue
			}
			return read(f, res, time.Since(start), hidden), true
		}
		var failure *outbound.Error
		if !errors.As(err, &failure) { // the breaker is open
			return failed("the endpoint failed %d times in a row and is left alone for a moment; nothing was sent", tripAfter), true
		}
		if try == 1 && !failure.Sent && failure.Kind != outbound.KindRefused && failure.Kind != outbound.KindRequest && ctx.Err() == nil {
			continue
		}
		return unanswered(failure, q.safe), failure.Kind != outbound.KindCancelled
	}
}

// asksAgain returns how long an endpoint that cannot serve now wants to be left alone, if that is short.
func asksAgain(res *outbound.Response) (time.Duration, bool) {
	if res.Status != http.StatusTooManyRequests && res.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	after := res.Header.Get("Retry-After")
	wait := time.Duration(-1)
	if seconds, err := strconv.Atoi(after); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(after); err == nil {
		wait = max(0, time.Until(at))
	}
	return wait, 0 <= wait && wait <= quickRetry
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// unanswered is a call that brought no answer. If it may have reached the endpoint, and repeating it is not known to
// be harmless, nobody knows what it did.
func unanswered(e *outbound.Error, safe bool) outcome {
	why := map[outbound.Kind]string{
		outbound.KindRequest: "the request cannot be sent as it stands",
		outbound.KindRefused: "the endpoint's address may not be called from this server",
		outbound.KindDNS:     "the endpoint's name could not be resolved",
		outbound.KindConnect: "the endpoint could not be reached",
		outbound.KindTLS:     "the endpoint's TLS certificate was not accepted",
		outbound.KindTimeout: "the endpoint did not answer in time",
		outbound.KindClosed:  "the endpoint closed the connection without an answer",
		outbound.KindInvalid: "what the endpoint answered is not HTTP",
	}[e.Kind]
	if why == "" {
		why = "the endpoint did not answer"
	}
	if e.Sent && !safe {
		return unknown(why)
	}
	o := failed("%s", why)
	o.state = call.StateFAILED
	return o
}
