package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/seal"
)

func TestContract(t *testing.T) {
	modeltest.Run(t, modeltest.Harness{
		Name: "compatible",
		Start: func(t *testing.T, b *modeltest.Backend) model.Provider {
			return serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				b.Saw(body)
				play(w, r, b.Next())
			})
		},
		Cannot: map[string]string{"usage of a blocked request": "a refusal does not count"},
		// The calls stand before the brace that closes their message.
		Holds: func(body []byte, wire json.RawMessage) bool {
			return bytes.Contains(body, bytes.TrimSuffix(wire, []byte("}")))
		},
	})
}

// serve starts a server and returns a provider that asks it.
func serve(t *testing.T, handler http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	p, err := New(Options{Name: "compatible", BaseURL: server.URL + "/v1/", Key: seal.Hide("sk-test-0123456789"), Model: "model-0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); server.Close() })
	return p
}

type object = map[string]any

// play answers as a strict server of this kind does.
func play(w http.ResponseWriter, r *http.Request, a modeltest.Answer) {
	if f := a.Fault; f != nil && !f.InStream && len(a.Text) == 0 {
		refuse(w, r, f)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	name := a.Model
	if name == "" {
		name = "model-1"
	}
	event := func(v object) {
		v["id"], v["model"], v["object"] = "chatcmpl-1", name, "chat.completion.chunk"
		raw, _ := json.Marshal(v)
		line := "data: " + string(raw) + "\n\n"
		for len(line) > 0 && a.Bytes {
			_, _ = io.WriteString(w, line[:1])
			_ = http.NewResponseController(w).Flush()
			line = line[1:]
		}
		_, _ = io.WriteString(w, line)
		_ = http.NewResponseController(w).Flush()
	}
	delta := func(d object, finish any) {
		piece := object{"choices": []any{object{"index": 0, "delta": d, "finish_reason": finish}}}
		if a.Fault != nil { // some servers count in each piece
			piece["usage"] = object{"prompt_tokens": a.Usage.Input, "completion_tokens": a.Usage.Output}
		}
		event(piece)
	}
	delta(object{"role": "assistant", "content": ""}, nil)
	for _, text := range a.Text {
		delta(object{"content": text}, nil)
	}
	for i, c := range a.Calls {
		piece := object{"index": i, "type": "function", "function": object{"name": c.Name, "arguments": ""}}
		if c.ID != "" {
			piece["id"] = c.ID
		}
		piece["extra_content"] = object{"signature": fmt.Sprintf("sig-%d-%s", i, c.ID)}
		delta(object{"tool_calls": []any{piece}}, nil)
		for _, half := range []string{string(c.Args[:len(c.Args)/2]), string(c.Args[len(c.Args)/2:])} {
			delta(object{"tool_calls": []any{object{"index": i, "function": object{"arguments": half}}}}, nil)
		}
	}
	if a.Broken {
		delta(object{"tool_calls": []any{object{"index": 0, "id": "c1", "function": object{"name": "look_up", "arguments": `{"q": "unfin`}}}}, nil)
	}
	if f := a.Fault; f != nil {
		switch f.Kind {
		case model.KindCut:
			panic(http.ErrAbortHandler)
		case model.Timeout:
			<-r.Context().Done()
		default:
			event(object{"error": object{"message": "try later", "type": "server_error", "code": 503}})
		}
		return
	}
	finish := map[string]string{"": "stop", model.Tools: "tool_calls", model.Blocked: "content_filter", model.MalformedCall: "tool_calls"}[a.Reason]
	if finish == "" {
		finish = a.Reason
	}
	delta(object{}, finish)
	event(object{"choices": []any{}, "usage": object{"prompt_tokens": a.Usage.Input, "completion_tokens": a.Usage.Output,
		"prompt_tokens_details":     object{"cached_tokens": a.Usage.Cached},
		"completion_tokens_details": object{"reasoning_tokens": a.Usage.Thinking}}})
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

func refuse(w http.ResponseWriter, r *http.Request, f *modeltest.Fault) {
	status, code := map[model.Kind]int{model.Auth: 401, model.Quota: 429, model.Overloaded: 503, model.Retired: 404, model.Invalid: 400,
		model.KindBlocked: 400}[f.Kind], map[model.Kind]string{model.KindBlocked: "content_filter", model.Retired: "model_not_found"}[f.Kind]
	switch f.Kind {
	case model.KindCut:
		panic(http.ErrAbortHandler)
	case model.Timeout:
		<-r.Context().Done()
		return
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object{"error": object{"message": "refused", "type": "test", "code": code}})
}
