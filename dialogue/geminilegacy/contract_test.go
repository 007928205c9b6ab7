package geminilegacy

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/seal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "AIzaTest-0123456789"

func TestContract(t *testing.T) { modeltest.Run(t, harness(false)) }

// The same in one piece. What breaks off within a stream has no counterpart there.
func TestContractUnary(t *testing.T) {
	h := harness(true)
	const why = "an answer in one piece has no middle in which text went out"
	h.Cannot = map[string]string{"error after text": why, "error in stream": why, "usage before error": why, "left early": why}
	modeltest.Run(t, h)
}

func harness(unary bool) modeltest.Harness {
	return modeltest.Harness{
		Name: DefaultName,
		Start: func(t *testing.T, b *modeltest.Backend) model.Provider {
			return serve(t, Options{Unary: unary}, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				b.Saw(body)
				if strings.HasSuffix(r.URL.Path, ":generateContent") != unary {
					http.NotFound(w, r)
					return
				}
				play(w, r, b.Next())
			})
		},
	}
}

// serve starts a server and returns a provider that asks it.
func serve(t *testing.T, o Options, handler http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	o.BaseURL, o.Key = server.URL+"/below/v1beta/", seal.Hide(testKey)
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); server.Close() })
	return p
}

type object = map[string]any

// play answers as Gemini does, with a signature on the first call and behind the text.
func play(w http.ResponseWriter, r *http.Request, a modeltest.Answer) {
	if f := a.Fault; f != nil && !f.InStream && len(a.Text) == 0 {
		refuse(w, r, a)
		return
	}
	stream := strings.HasSuffix(r.URL.Path, ":streamGenerateContent")
	name := a.Model
	if name == "" {
		name = "model-1"
	}
	var whole []any // the parts of an answer in one piece
	before := "["
	send := func(parts []any, more object) {
		if whole = append(whole, parts...); !stream && more["finishReason"] == nil {
			return
		}
		candidate := object{"index": 0, "content": object{"role": "model", "parts": parts}}
		if !stream {
			candidate["content"] = object{"role": "model", "parts": whole}
		}
		element := object{"candidates": []any{candidate}, "modelVersion": name, "responseId": "r-1",
			"usageMetadata": object{"promptTokenCount": 1, "candidatesTokenCount": 1}}
		for key, value := range more {
			if key == "finishReason" {
				candidate[key] = value
			} else {
				element[key] = value
			}
		}
		raw, _ := json.MarshalIndent(element, "", "  ")
		text := string(raw)
		if stream {
			text, before = before+text, ",\r\n"
		}
		for len(text) > 0 && a.Bytes {
			_, _ = io.WriteString(w, text[:1])
			_ = http.NewResponseController(w).Flush()
			text = text[1:]
		}
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = http.NewResponseController(w).Flush()
	for _, text := range a.Text {
		var counted object
		if a.Fault != nil {
			counted = object{"usageMetadata": object{"promptTokenCount": a.Usage.Input, "candidatesTokenCount": a.Usage.Output}}
		}
		send([]any{object{"text": text}}, counted)
	}
	var calls []any
	for i, c := range a.Calls {
		call := object{"name": c.Name}
		if len(c.Args) > 0 {
			call["args"] = c.Args
		}
		if c.ID != "" {
			call["id"] = c.ID
		}
		part := object{"functionCall": call}
		if i == 0 {
			part["thoughtSignature"] = fmt.Sprintf("c2ln%s+/==", c.ID)
		}
		calls = append(calls, part)
	}
	if len(calls) > 0 {
		send(calls, nil)
	}
	if f := a.Fault; f != nil {
		switch f.Kind {
		case model.KindCut:
			if !stream {
				_, _ = io.WriteString(w, `{"candidates":[{"content":`)
				_ = http.NewResponseController(w).Flush()
			}
			panic(http.ErrAbortHandler)
		case model.Timeout:
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, strings.TrimSuffix(before, "\r\n")+`{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}]`)
		}
		return
	}
	finish := map[string]string{"": "STOP", model.Stop: "STOP", model.Tools: "STOP", model.Blocked: "SAFETY", model.Length: "MAX_TOKENS",
		model.MalformedCall: "MALFORMED_FUNCTION_CALL"}[a.Reason]
	var last []any
	if len(a.Text) > 0 {
		last = []any{object{"text": "", "thoughtSignature": "dGV4dA=="}}
	}
	send(last, object{"finishReason": finish, "usageMetadata": object{
		"promptTokenCount": a.Usage.Input, "cachedContentTokenCount": a.Usage.Cached,
		"candidatesTokenCount": a.Usage.Output - a.Usage.Thinking, "thoughtsTokenCount": a.Usage.Thinking}})
	if stream {
		_, _ = io.WriteString(w, "\n]\n")
	}
}

func refuse(w http.ResponseWriter, r *http.Request, a modeltest.Answer) {
	f := a.Fault
	code, word := map[model.Kind]int{model.Auth: 400, model.Quota: 429, model.Overloaded: 503, model.Retired: 404, model.Invalid: 400}[f.Kind],
		map[model.Kind]string{model.Quota: "RESOURCE_EXHAUSTED", model.Overloaded: "UNAVAILABLE", model.Retired: "NOT_FOUND"}[f.Kind]
	if word == "" {
		word = "INVALID_ARGUMENT"
	}
	details := []any{}
	switch f.Kind {
	case model.KindCut:
		panic(http.ErrAbortHandler)
	case model.Timeout:
		<-r.Context().Done()
		return
	case model.KindBlocked:
		blocked := fmt.Sprintf(`{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":%d},"modelVersion":"model-1"}`, a.Usage.Input)
		if strings.HasSuffix(r.URL.Path, ":streamGenerateContent") {
			blocked = "[" + blocked + "]"
		}
		_, _ = io.WriteString(w, blocked)
		return
	case model.Auth:
		details = append(details, object{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"})
	case model.Quota:
		details = append(details, object{"@type": "type.googleapis.com/google.rpc.RetryInfo",
			"retryDelay": strconv.Itoa(int(f.RetryAfter.Seconds())) + "s"})
	}
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object{"error": object{"code": code, "message": "refused", "status": word, "details": details}})
}
