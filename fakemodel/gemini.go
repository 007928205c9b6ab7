package fakemodel

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// gemini answers a request below …/v1beta/models.
func (s *Server) gemini(w http.ResponseWriter, r *http.Request, body []byte, tooLong bool) {
	refuse := func(e *Error) { writeError(w, e, e.google()) }
	key := cmp.Or(r.Header.Get("X-Goog-Api-Key"), r.URL.Query().Get("key"))
	switch {
	case key == "":
		refuse(noKey())
		return
	case s.o.Key != "" && key != s.o.Key:
		refuse(badKey(true))
		return
	case tooLong:
		refuse(badRequest("Request payload size exceeds the limit: %d bytes.", s.o.MaxBody))
		return
	}
	_, rest, _ := strings.Cut(r.URL.Path, "/v1beta/models")
	name, method, _ := strings.Cut(strings.TrimPrefix(rest, "/"), ":")
	if r.Method == http.MethodGet && method == "" {
		s.geminiModels(w, name, refuse)
		return
	}
	m, answers, fault := s.model(name)
	if fault != nil {
		refuse(fault)
		return
	}
	if r.Method != http.MethodPost {
		refuse(&Error{Code: 404, Status: "NOT_FOUND", Message: "Requested entity was not found."})
		return
	}
	switch method {
	case "countTokens":
		writeJSON(w, http.StatusOK, map[string]any{"totalTokens": tokens(len(body))})
	case "generateContent", "streamGenerateContent":
		q, fault := parseGemini(body, s.o.Strict)
		if fault == nil {
			fault = s.checkGemini(q, name, m)
		}
		if fault != nil {
			refuse(fault)
			return
		}
		s.generate(w, r, q, m, answers, method == "streamGenerateContent", len(body))
	default:
		refuse(&Error{Code: 404, Status: "NOT_FOUND", Message: "Requested entity was not found."})
	}
}

// geminiModels lists the models, or shows one.
func (s *Server) geminiModels(w http.ResponseWriter, name string, refuse func(*Error)) {
	show := func(m Model) map[string]any {
		return map[string]any{
			"name": "models/" + m.Name, "displayName": m.Name, "inputTokenLimit": 1048576, "outputTokenLimit": 65536,
			"supportedGenerationMethods": []string{"generateContent", "countTokens"},
		}
	}
	if name != "" {
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
	writeJSON(w, http.StatusOK, map[string]any{"models": all})
}

// generate takes the answer to a good request and plays it.
func (s *Server) generate(w http.ResponseWriter, r *http.Request, q *geminiRequest, m Model, answers string, stream bool, size int) {
	a := s.answer(q.ask(m.Name, stream))
	if !pause(r.Context(), a.Delay) {
		return
	}
	if a.Break != nil && !stream {
		a.Refuse = a.Break
	}
	if a.Refuse != nil {
		var body any = a.Refuse.google()
		if stream && r.URL.Query().Get("alt") != "sse" {
			body = []any{body} // as Google does for the array stream
		}
		writeError(w, a.Refuse, body)
		return
	}
	if a.BlockReason != "" {
		a.Parts, a.NoFinish = nil, true
	}
	say := geminiAnswer{
		server: s, model: m, Answer: a, version: cmp.Or(a.ModelVersion, answers), usage: a.usage(size),
		id: fmt.Sprintf("response-%d", s.number()), numbers: wantsNumbers(r),
	}
	if !stream {
		playWhole(w, a, say.whole())
		return
	}
	f := framing{contentType: "application/json", before: "[", between: ",\r\n", after: "]",
		failure: func(e *Error) any { return e.google() }}
	if r.URL.Query().Get("alt") == "sse" {
		f = framing{contentType: "text/event-stream", prefix: "data: ", suffix: "\r\n\r\n", failure: f.failure}
	}
	playStream(w, r, a, f, say.elements())
}

// wantsNumbers reports whether enums are to be written as numbers, as Google's older clients ask for.
func wantsNumbers(r *http.Request) bool {
	query := r.URL.Query()
	return strings.Contains(query.Get("$alt")+query.Get("alt"), "enum-encoding=int")
}

// geminiAnswer writes one answer as Gemini does.
type geminiAnswer struct {
	Answer
	server  *Server
	model   Model
	version string
	id      string
	usage   Usage
	numbers bool
}

func (g geminiAnswer) whole() any {
	var parts []any
	signed := false
	for i, p := range g.Parts {
		if p.Signature == nil && p.Call == nil && p.Text != "" && !p.Unsigned && !p.Thought && g.model.Signs && i == len(g.Parts)-1 {
			p.Signature = g.server.sign("")
		}
		parts = append(parts, g.part(p, &signed))
	}
	return g.element(parts, !g.NoFinish, g.usage)
}

// elements are the chunks of a stream. The end comes in a chunk of its own with an empty text, signed if the model signs.
func (g geminiAnswer) elements() []any {
	var all []any
	signed := false
	chunks := g.chunks()
	for i, chunk := range chunks {
		var parts []any
		for _, p := range chunk {
			parts = append(parts, g.part(p, &signed))
		}
		sofar := g.usage
		sofar.Candidates = g.usage.Candidates * i / len(chunks)
		all = append(all, g.element(parts, false, sofar))
	}
	switch {
	case g.NoFinish && g.BlockReason == "":
		return all
	case len(chunks) == 0:
		return append(all, g.element(nil, !g.NoFinish, g.usage))
	}
	end := map[string]any{"text": ""}
	if last := g.Parts[len(g.Parts)-1]; g.model.Signs && last.Call == nil && last.Signature == nil && !last.Unsigned {
		end["thoughtSignature"] = base64.StdEncoding.EncodeToString(g.server.sign(""))
	}
	return append(all, g.element([]any{end}, true, g.usage))
}

// part writes one part. The first call of an answer is signed by models that sign.
func (g geminiAnswer) part(p Part, signed *bool) any {
	if p.Raw != nil {
		return p.Raw
	}
	out := map[string]any{}
	if p.Call != nil {
		call := map[string]any{"name": p.Call.Name}
		if p.Call.Args != "" {
			call["args"] = json.RawMessage(p.Call.Args)
		}
		if id := cmp.Or(p.Call.ID, fmt.Sprintf("fc-%d", g.server.number())); id != "-" {
			call["id"] = id
		}
		out["functionCall"] = call
		if g.model.Signs && !*signed && p.Signature == nil && !p.Unsigned {
			p.Signature = g.server.sign(p.Call.Name)
		}
		*signed = true
	} else if !p.SignatureAlone {
		out["text"] = p.Text
	}
	if p.Thought {
		out["thought"] = true
	}
	if p.Signature != nil {
		g.server.brought(p.Signature)
		out["thoughtSignature"] = base64.StdEncoding.EncodeToString(p.Signature)
	}
	return out
}

// element is one whole GenerateContentResponse.
func (g geminiAnswer) element(parts []any, end bool, u Usage) any {
	counts := map[string]any{"promptTokenCount": u.Prompt, "totalTokenCount": u.Prompt + u.Candidates + u.Thoughts}
	for name, n := range map[string]int{
		"candidatesTokenCount": u.Candidates, "thoughtsTokenCount": u.Thoughts, "cachedContentTokenCount": u.Cached,
	} {
		if n > 0 {
			counts[name] = n
		}
	}
	out := map[string]any{"usageMetadata": counts, "modelVersion": g.version, "responseId": g.id}
	if g.BlockReason != "" {
		out["promptFeedback"] = map[string]any{"blockReason": enum(g.BlockReason, g.numbers, blockNumbers)}
		return out
	}
	content := map[string]any{}
	if len(parts) > 0 {
		content = map[string]any{"role": "model", "parts": parts}
	}
	candidate := map[string]any{"content": content, "index": 0}
	if end {
		candidate["finishReason"] = enum(cmp.Or(g.Finish, "STOP"), g.numbers, finishNumbers)
		if g.FinishMessage != "" {
			candidate["finishMessage"] = g.FinishMessage
		}
		if g.Continuation != nil {
			candidate["continuationToken"] = base64.StdEncoding.EncodeToString(g.Continuation)
		}
	}
	out["candidates"] = []any{candidate}
	return out
}

var (
	finishNumbers = map[string]int{
		"STOP": 1, "MAX_TOKENS": 2, "SAFETY": 3, "RECITATION": 4, "OTHER": 5, "LANGUAGE": 6, "BLOCKLIST": 7, "PROHIBITED_CONTENT": 8,
		"SPII": 9, "MALFORMED_FUNCTION_CALL": 10, "IMAGE_SAFETY": 11, "UNEXPECTED_TOOL_CALL": 12, "TOO_MANY_TOOL_CALLS": 13,
	}
	blockNumbers = map[string]int{"SAFETY": 1, "OTHER": 2, "BLOCKLIST": 3, "PROHIBITED_CONTENT": 4, "IMAGE_SAFETY": 5}
)

// enum writes a word, or its number where numbers are asked for and known.
func enum(word string, asNumber bool, numbers map[string]int) any {
	if n, ok := numbers[word]; ok && asNumber {
		return n
	}
	return word
}
