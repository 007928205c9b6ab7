package gemini

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/seal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "AIza-test-0123456789abcdef"

func TestContract(t *testing.T) {
	modeltest.Run(t, harness(Options{}, nil))
}

// The same with answers in one piece.
func TestContractWhole(t *testing.T) {
	modeltest.Run(t, harness(Options{Whole: true}, map[string]string{
		"text":               "an answer in one piece is one delta",
		"left early":         "an answer in one piece is there whole or not at all",
		"usage before error": "an answer in one piece is there whole or not at all",
	}))
}

func harness(o Options, cannot map[string]string) modeltest.Harness {
	return modeltest.Harness{
		Name: "google", Cannot: cannot, Holds: holds,
		Start: func(t *testing.T, b *modeltest.Backend) model.Provider {
			return serve(t, o, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				b.Saw(body)
				if r.Header.Get("X-Goog-Api-Key") != testKey || strings.Contains(r.URL.String(), testKey) {
					t.Errorf("the key is not where it should be: %s", r.URL)
				}
				play(w, r, b.Next())
			})
		},
	}
}

// holds looks for a part among those of the request, by what it means: the client writes <, > and & as escapes.
func holds(body []byte, wire json.RawMessage) bool {
	var q struct {
		Contents []struct{ Parts []json.RawMessage }
	}
	_ = json.Unmarshal(body, &q)
	for _, c := range q.Contents {
		for _, part := range c.Parts {
			if reflect.DeepEqual(exact(part), exact(wire)) {
				return true
			}
		}
	}
	return false
}

func exact(raw []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

// serve starts a server and returns a provider that asks it.
func serve(t *testing.T, o Options, handler http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	o.Name, o.Key, o.BaseURL = "google", seal.Hide(testKey), server.URL+"/below/"
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); server.Close() })
	return p
}

type object = map[string]any

func signature(text string) string {
	return base64.StdEncoding.EncodeToString([]byte("\xfb\xef\xff" + text))
}

// play answers as the API does: with a stream, or with one body.
func play(w http.ResponseWriter, r *http.Request, a modeltest.Answer) {
	f := a.Fault
	streams := strings.HasSuffix(r.URL.Path, ":streamGenerateContent") && r.URL.RawQuery == "alt=sse"
	if f != nil && (!streams || !f.InStream && len(a.Text) == 0) {
		refuse(w, r, a)
		return
	}
	chunks := chunksOf(a)
	if !streams {
		var all []any
		for _, chunk := range chunks {
			all = append(all, chunk...)
		}
		_ = json.NewEncoder(w).Encode(response(a, all, true))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.Flush()
	send := func(v any) {
		raw, _ := json.Marshal(v)
		for piece := range slicesOf("data: "+string(raw)+"\r\n\r\n", a.Bytes) {
			_, _ = io.WriteString(w, piece)
			_ = out.Flush()
		}
	}
	for i, chunk := range chunks {
		send(response(a, chunk, f == nil && i == len(chunks)-1))
	}
	switch {
	case f == nil:
	case f.Kind == model.KindCut:
		panic(http.ErrAbortHandler)
	case f.Kind == model.Timeout:
		<-r.Context().Done()
	default:
		send(object{"error": object{"code": 503, "message": "try later", "status": "UNAVAILABLE"}})
	}
}

func slicesOf(text string, bytewise bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		if !bytewise {
			yield(text)
			return
		}
		for i := range len(text) {
			if !yield(text[i : i+1]) {
				return
			}
		}
	}
}

// chunksOf are the parts of an answer, those of each chunk together. An answer of text ends in an empty signed one.
func chunksOf(a modeltest.Answer) (chunks [][]any) {
	for _, text := range a.Text {
		chunks = append(chunks, []any{object{"text": text}})
	}
	var calls []any
	for i, c := range a.Calls {
		call := object{"name": c.Name}
		if c.ID != "" {
			call["id"] = c.ID
		}
		if len(c.Args) > 0 {
			call["args"] = c.Args
		}
		part := object{"functionCall": call}
		if i == 0 {
			part["thoughtSignature"] = signature(c.ID)
		}
		calls = append(calls, part)
	}
	switch {
	case len(calls) > 0:
		chunks = append(chunks, calls)
	case a.Fault == nil && len(a.Text) > 0:
		chunks = append(chunks, []any{object{"text": "", "thoughtSignature": signature("text")}})
	case a.Fault == nil:
		chunks = append(chunks, nil)
	}
	return chunks
}

func response(a modeltest.Answer, parts []any, end bool) object {
	candidate := object{"index": 0, "content": object{"role": "model", "parts": parts}}
	if len(parts) == 0 {
		candidate["content"] = object{}
	}
	if end {
		candidate["finishReason"] = map[string]string{
			model.Length: "MAX_TOKENS", model.Blocked: "SAFETY", model.MalformedCall: "MALFORMED_FUNCTION_CALL",
		}[a.Reason]
		if candidate["finishReason"] == "" {
			candidate["finishReason"] = "STOP"
		}
	}
	name := a.Model
	if name == "" {
		name = "model-1"
	}
	return object{"candidates": []any{candidate}, "modelVersion": name, "responseId": "r-1", "usageMetadata": object{
		"promptTokenCount": a.Usage.Input, "cachedContentTokenCount": a.Usage.Cached, "thoughtsTokenCount": a.Usage.Thinking,
		"candidatesTokenCount": a.Usage.Output - a.Usage.Thinking, "totalTokenCount": a.Usage.Input + a.Usage.Output,
	}}
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, r *http.Request, a modeltest.Answer) {
	f := a.Fault
	fault := func(code int, status string, details ...any) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(object{"error": object{"code": code, "message": "refused", "status": status, "details": details}})
	}
	switch f.Kind {
	case model.KindCut:
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"candidates":[{"content":{"parts":[{"text":"Good`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case model.Timeout:
		<-r.Context().Done()
	case model.KindBlocked:
		body, _ := json.Marshal(object{"promptFeedback": object{"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": object{"promptTokenCount": a.Usage.Input}})
		if strings.HasSuffix(r.URL.Path, ":streamGenerateContent") {
			body = fmt.Appendf(nil, "data: %s\r\n\r\n", body)
		}
		_, _ = w.Write(body)
	case model.Auth:
		fault(400, "INVALID_ARGUMENT", object{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"})
	case model.Quota:
		fault(429, "RESOURCE_EXHAUSTED", object{"@type": "type.googleapis.com/google.rpc.RetryInfo",
			"retryDelay": fmt.Sprint(f.RetryAfter.Seconds(), "s")}, object{"violations": []any{object{"quotaId": "PerMinute"}}})
	case model.Overloaded:
		fault(503, "UNAVAILABLE")
	case model.Retired:
		fault(404, "NOT_FOUND")
	default:
		fault(400, "INVALID_ARGUMENT")
	}
}

var hello = ask("hello")

func ask(text string) model.Request {
	return model.Request{Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: text}}}}}
}

// within bounds a test's work with a server on this machine.
const within = 30 * time.Second
