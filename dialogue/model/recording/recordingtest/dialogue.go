package recordingtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"parley/dialogue/model"
)

// within bounds one answer of a vendor.
const within = 2 * time.Minute

// ask makes a model call twice, and the fake model, which goes by the lines.
const ask = `Look up both orders at once, with two parallel calls of look_up:
call look_up {"order":"A-1"}
call look_up {"order":"B-2"}`

var lookUp = model.Function{Name: "look_up", Description: "Tells where an order is",
	Schema: json.RawMessage(`{"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}`)}

// dialogue is a text, then a step with two calls, their answers, and a last text. It returns how the steps ended.
func dialogue(t *testing.T, p model.Provider) (ends []*model.End) {
	t.Helper()
	r := model.Request{System: "Be brief.", Messages: []model.Message{said("Say hello in one short sentence.")}}
	end := step(t, p, r)
	if end.Reason != model.Stop || len(calls(end)) > 0 {
		t.Fatalf("a text was asked for, and the step ended with %s (%s)", end.Reason, end.Detail)
	}
	ends = append(ends, end)
	r.Messages, r.Functions = append(r.Messages, end.Message, said(ask)), []model.Function{lookUp}
	end = step(t, p, r)
	called := calls(end)
	if end.Reason != model.Tools || len(called) != 2 {
		t.Fatalf("two calls were asked for; the step ended with %s (%s) and %d calls. Models differ: try again, or another one", end.Reason, end.Detail, len(called))
	}
	results := model.Message{Role: model.Tool}
	for i, c := range called {
		body := json.RawMessage([]string{`{"place":"on the road"}`, `{"place":"at the door"}`}[i])
		results.Parts = append(results.Parts, model.Part{Result: &model.Result{CallID: c.ID, Name: c.Name, Body: body}})
	}
	ends, r.Messages = append(ends, end), append(r.Messages, end.Message, results)
	end = step(t, p, r)
	if end.Reason != model.Stop || len(calls(end)) > 0 {
		t.Fatalf("a last text was asked for, and the step ended with %s (%s)", end.Reason, end.Detail)
	}
	return append(ends, end)
}

func said(text string) model.Message {
	return model.Message{Role: model.User, Parts: []model.Part{{Text: text}}}
}

func calls(end *model.End) (all []*model.Call) {
	for _, part := range end.Message.Parts {
		if part.Call != nil {
			all = append(all, part.Call)
		}
	}
	return all
}

func step(t *testing.T, p model.Provider, r model.Request) (end *model.End) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for event, err := range p.Generate(ctx, r) {
		if err != nil {
			t.Fatal(err)
		}
		end = event.End
	}
	if end == nil {
		t.Fatal("the answer has no end")
	}
	return end
}

// handler answers requests in this process, one piece of the body for each flush: the pieces are the same each time,
// which a network does not promise.
type handler struct{ http.Handler }

func (h handler) RoundTrip(req *http.Request) (*http.Response, error) {
	w := &pieces{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, req)
	w.Flush()
	return &http.Response{StatusCode: w.status, Header: w.header, Body: w, ContentLength: -1, Request: req}, nil
}

// pieces is the answer of a handler, then its body.
type pieces struct {
	header http.Header
	status int
	now    bytes.Buffer // since the last flush
	all    [][]byte
}

func (w *pieces) Header() http.Header         { return w.header }
func (w *pieces) WriteHeader(status int)      { w.status = status }
func (w *pieces) Write(p []byte) (int, error) { return w.now.Write(p) }
func (w *pieces) Close() error                { return nil }

func (w *pieces) Flush() {
	if w.now.Len() > 0 {
		w.all = append(w.all, bytes.Clone(w.now.Bytes()))
		w.now.Reset()
	}
}

func (w *pieces) Read(p []byte) (int, error) {
	if len(w.all) == 0 {
		return 0, io.EOF
	}
	n := copy(p, w.all[0])
	if w.all[0] = w.all[0][n:]; len(w.all[0]) == 0 {
		w.all = w.all[1:]
	}
	return n, nil
}
