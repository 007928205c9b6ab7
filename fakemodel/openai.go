package fakemodel

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// Dialect says in what the OpenAI-compatible side differs from OpenAI, as real servers do. The zero value is OpenAI.
type Dialect struct {
	NoUsage    bool // counts nothing, even when asked
	NoCallIDs  bool // calls have no ids
	NoIndex    bool // calls in a stream have no index; they then come whole
	Pieces     int  // calls come in so many pieces of arguments; 0 and 1 send them whole
	Interleave bool // pieces of parallel calls take turns
	StopCalls  bool // finish_reason is "stop" although there are calls
	NoFinish   bool // there is no finish_reason at all
	NoDone     bool // streams end without [DONE]
	RoleEach   bool // every chunk has the role, not the first one only
	KeepAlive  bool // comment lines stand between the chunks
	NoFormat   bool // refuses a response_format with a schema
}

// openAI answers a request of the OpenAI-compatible side.
func (s *Server) openAI(w http.ResponseWriter, r *http.Request, body []byte, tooLong bool) {
	refuse := func(e *Error) { writeError(w, e, e.openAI()) }
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case s.o.Key != "" && key != s.o.Key:
		refuse(badKey(false))
		return
	case tooLong:
		refuse(&Error{Code: 413, Message: "Request body is too large."})
		return
	case r.Method == http.MethodGet:
		s.openAIModels(w, r.URL.Path, refuse)
		return
	case r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/chat/completions"):
		refuse(&Error{Code: 404, Message: "Unknown request URL: " + r.Method + " " + r.URL.Path})
		return
	}
	q, fault := parseOpenAI(body)
	if fault == nil {
		fault = q.check(s.o.Strict)
	}
	s.mu.Lock()
	dialect := s.dialect
	s.mu.Unlock()
	if fault == nil && dialect.NoFormat && q.ResponseFormat.Type == "json_schema" {
		fault = badRequest("'response_format.type' must be 'text' or 'json_object'")
	}
	var answers string
	if fault == nil {
		_, answers, fault = s.model(q.Model)
	}
	if fault != nil {
		refuse(fault)
		return
	}
	s.complete(w, r, q, dialect, answers, len(body))
}

func (s *Server) openAIModels(w http.ResponseWriter, path string, refuse func(*Error)) {
	show := func(m Model) map[string]any {
		return map[string]any{"id": m.Name, "object": "model", "created": 1764000000, "owned_by": "parley"}
	}
	if _, name, one := strings.Cut(path, "/models/"); one {
		m, _, fault := s.model(name)
		if fault != nil {
			refuse(fault)
			return
		}
		writeJSON(w, http.StatusOK, show(m))
		return
	}
	all := []any{}
	for _, m := range s.live() {
		all = append(all, show(m))
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": all})
}

// complete takes the answer to a good request and plays it.
func (s *Server) complete(w http.ResponseWriter, r *http.Request, q *openAIRequest, dialect Dialect, answers string, size int) {
	a := s.answer(q.ask())
	if !pause(r.Context(), a.Delay) {
		return
	}
	if a.Break != nil && !q.Stream {
		a.Refuse = a.Break
	}
	if a.BlockReason != "" {
		a.Refuse = &Error{Code: 400, Reason: "content_filter", Param: "prompt", Message: "The prompt was blocked: " + a.BlockReason}
	}
	if a.Refuse != nil {
		writeError(w, a.Refuse, a.Refuse.openAI())
		return
	}
	say := openAIAnswer{
		Answer: a, server: s, dialect: dialect, model: cmp.Or(a.ModelVersion, answers), id: fmt.Sprintf("chatcmpl-%d", s.number()),
		use: a.usage(size), withUsage: q.StreamOptions.IncludeUsage && !dialect.NoUsage,
	}
	if !q.Stream {
		playWhole(w, a, say.whole())
		return
	}
	f := framing{contentType: "text/event-stream", prefix: "data: ", suffix: "\n\n", failure: func(e *Error) any { return e.openAI() }}
	if !dialect.NoDone {
		f.after = "data: [DONE]\n\n"
	}
	if dialect.KeepAlive {
		f.before, f.between = ": waiting\n\n", ": keep-alive\n\n"
	}
	playStream(w, r, a, f, say.elements())
}
