package fakemodel

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what a Server is. The zero value is a lenient server with the whole catalogue that takes any key.
type Options struct {
	// Key is the only good key; empty takes any. Gemini needs one in any case.
	Key string
	// Strict refuses histories that the real services refuse: missing or altered signatures, functions and their answers that
	// do not pair, unknown fields. Otherwise only requests that cannot be understood are refused.
	Strict bool
	// Models may be asked for; nil means Catalogue.
	Models []Model
	// MaxBody is the largest request in bytes; 0 means 20 MiB.
	MaxBody int64
	// Keep is how many requests are remembered; 0 means 1000.
	Keep int
	// Repeatable makes signatures by counting, so that the same requests in the same order get the same bytes.
	Repeatable bool
	// OpenAI says in what the OpenAI-compatible side differs.
	OpenAI Dialect
}

// Request is one request as it came, whether it was good or not.
type Request struct {
	Time   time.Time
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	Body   []byte
}

// Server is the fake. It is an http.Handler for both APIs, whose paths may stand below any other path. It starts no
// goroutine. A cut connection panics with http.ErrAbortHandler, as net/http wants it.
type Server struct {
	o Options

	mu      sync.Mutex // protects the fields below
	queues  map[string][]Answer
	decide  func(Ask) *Answer
	log     []Request
	dialect Dialect
	ids     int             // made so far
	signed  map[string]bool // signatures that scripts brought
}

// New makes a server. It holds nothing that must be closed.
func New(o Options) *Server {
	if o.Models == nil {
		o.Models = Catalogue()
	}
	if o.MaxBody == 0 {
		o.MaxBody = 20 << 20
	}
	if o.Keep == 0 {
		o.Keep = 1000
	}
	return &Server{o: o, queues: map[string][]Answer{}, dialect: o.OpenAI, signed: map[string]bool{}}
}

// Push appends answers to what a model says next. The empty name is asked for every model that has none of its own.
func (s *Server) Push(model string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queues[model] = append(s.queues[model], answers...)
}

// Left counts the pushed answers that nobody has asked for.
func (s *Server) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, q := range s.queues {
		n += len(q)
	}
	return n
}

// Decide sets a function that answers when nothing is pushed; nil from it, and a nil function, leave it to Rules. It is called
// by many goroutines at once.
func (s *Server) Decide(f func(Ask) *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decide = f
}

// SetDialect changes in what the OpenAI-compatible side differs.
func (s *Server) SetDialect(d Dialect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialect = d
}

// Requests returns what came in, oldest first, as far as it is remembered.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Forget empties the script and the memory of requests.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queues, s.decide, s.log = map[string][]Answer{}, nil, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// One byte more than allowed shows that it is too long.
	body, err := io.ReadAll(io.LimitReader(r.Body, s.o.MaxBody+1))
	if err != nil {
		return // nobody is there to be answered
	}
	s.remember(Request{time.Now(), r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), body})
	tooLong := int64(len(body)) > s.o.MaxBody
	path := r.URL.Path
	switch {
	case strings.HasSuffix(path, "/chat/completions"), strings.HasSuffix(path, "/v1/models"), strings.Contains(path, "/v1/models/"),
		strings.Contains(path, "/v1beta/openai/"):
		s.openAI(w, r, body, tooLong)
	case strings.Contains(path, "/v1beta/models"):
		s.gemini(w, r, body, tooLong)
	default:
		writeError(w, &Error{Code: 404, HTML: "<html><title>Error 404 (Not Found)!!1</title></html>\n"}, nil)
	}
}

func (s *Server) remember(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= s.o.Keep {
		s.log = slices.Delete(s.log, 0, len(s.log)-s.o.Keep+1)
	}
	s.log = append(s.log, r)
}

// answer takes the next answer of the script, or the one of the rules.
func (s *Server) answer(ask Ask) Answer {
	s.mu.Lock()
	for _, name := range []string{ask.Model, ""} {
		if q := s.queues[name]; len(q) > 0 {
			s.queues[name] = q[1:]
			s.mu.Unlock()
			return q[0]
		}
	}
	decide := s.decide
	s.mu.Unlock()
	if decide != nil {
		if a := decide(ask); a != nil {
			return *a
		}
	}
	return Rules(ask)
}

// number returns numbers for ids: 1, 2, 3…
func (s *Server) number() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return s.ids
}

// writeError writes a refusal: its HTML, or body as JSON.
func writeError(w http.ResponseWriter, e *Error, body any) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", retrySeconds(e.RetryAfter))
	}
	if e.HTML != "" {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(e.Code)
		_, _ = io.WriteString(w, e.HTML) // a client that is gone needs no answer
		return
	}
	writeJSON(w, e.Code, body)
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	_, _ = w.Write(encode(body)) // a client that is gone needs no answer
}

// encode writes JSON. What it gets is made of maps and strings; only a script with broken JSON in it can fail.
func encode(body any) []byte {
	text, err := json.Marshal(body)
	if err != nil {
		fault := Internal()
		fault.Message = "the script: " + err.Error()
		text, _ = json.Marshal(fault.google()) // strings and numbers only
	}
	return text
}
