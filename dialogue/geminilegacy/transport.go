package geminilegacy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/seal"
)

// exchange is what one request and its answer hold beside what the client carries. The client sends, and reads the body
// of the answer, in the goroutine that calls it, so nothing here needs a lock.
type exchange struct {
	question *question
	facts    facts
	body     io.ReadCloser // of the server's answer
}

type exchangeKey struct{}

func newContext(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// close ends what is left of the answer. The client itself leaves a stream open that is not read to its end.
func (x *exchange) close() {
	if x.body != nil {
		_ = x.body.Close()
	}
}

// drain reads the little that follows an answer, so that its connection can be used again.
func (x *exchange) drain(cancel context.CancelFunc) {
	late := time.AfterFunc(50*time.Millisecond, cancel)
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, x.body, 4<<10)
}

// transport stands between Google's client and the network. What fails is an error to the client, never an answer with a
// status: those of 503 it would repeat without end, and of others it would read and keep a body of any length.
type transport struct {
	client Doer
	key    seal.Text
	unary  bool
}

// RoundTrip implements http.RoundTripper, for the client's requests that an exchange belongs to.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("a request of Google's client that nobody made")
	}
	request, err := t.rewritten(r, x.question)
	if err != nil {
		return nil, &model.Error{Kind: model.Invalid, Err: err}
	}
	res, err := t.client.Do(request)
	if err != nil {
		return nil, remote.Unreached(r.Context(), err, t.key.Reveal())
	}
	if res.StatusCode != http.StatusOK {
		return nil, refused(r.Context(), res, t.key.Reveal())
	}
	x.body = res.Body
	return &http.Response{
		Status: res.Status, StatusCode: res.StatusCode, Proto: res.Proto, ProtoMajor: res.ProtoMajor, ProtoMinor: res.ProtoMinor,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: -1, Request: r,
		Body: &translated{ctx: r.Context(), facts: &x.facts, in: newElements(res.Body), key: t.key, array: !t.unary},
	}, nil
}

// rewritten is a request of the client as it goes out. The address loses its query: the client writes the key there, and
// asks for enums as numbers, in which newer values have no meaning for it.
func (t *transport) rewritten(r *http.Request, q *question) (*http.Request, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request of Google's client: %w", err)
	}
	if text, err = q.rewrite(text); err != nil {
		return nil, fmt.Errorf("rewrite the request of Google's client: %w", err)
	}
	address := *r.URL
	address.RawQuery = ""
	request, err := http.NewRequestWithContext(r.Context(), r.Method, address.String(), bytes.NewReader(text)) //nolint:gosec // the client that sends it judges the address
	if err != nil {
		return nil, errors.New("the request cannot be made")
	}
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Header.Set("X-Goog-Api-Key", t.key.Reveal())
	request.Header.Set("User-Agent", "Parley")
	request.Header.Set("Accept-Encoding", "identity") // compression would hold deltas back
	return request, nil
}

// rewrite writes the body anew: the parts are divided into contents and unpacked, schemas stand as they were given, and
// Google is told not to keep the dialogue.
func (q *question) rewrite(text []byte) ([]byte, error) {
	var body map[string]json.RawMessage
	var old struct {
		Contents []struct{ Parts []json.RawMessage }
		Tools    []struct{ FunctionDeclarations []map[string]json.RawMessage }
	}
	if err := errors.Join(json.Unmarshal(text, &body), json.Unmarshal(text, &old)); err != nil {
		return nil, err
	}
	type written struct {
		Role  string            `json:"role"`
		Parts []json.RawMessage `json:"parts"`
	}
	var contents []written
	if len(old.Contents) != 1 || len(old.Contents[0].Parts) != len(q.parts) {
		return nil, errors.New("its parts are not those that it was given")
	}
	parts := old.Contents[0].Parts
	for i, part := range parts {
		parts[i] = unpacked(part)
	}
	for _, t := range q.turns {
		contents = append(contents, written{t.role, parts[:t.parts]})
		parts = parts[t.parts:]
	}
	whole := map[string]any{"store": false}
	for name, value := range body {
		whole[name] = value
	}
	whole["contents"] = contents
	if len(q.answer) > 0 {
		settings := map[string]json.RawMessage{}
		if err := json.Unmarshal(body["generationConfig"], &settings); err != nil {
			return nil, err
		}
		settings["responseJsonSchema"] = q.answer
		whole["generationConfig"] = settings
	}
	if len(old.Tools) > 0 {
		declared := old.Tools[0].FunctionDeclarations
		for i, f := range q.functions {
			if schema := q.schemas[f.Name]; schema != nil {
				declared[i]["parametersJsonSchema"] = schema
			}
		}
		whole["tools"] = []any{map[string]any{"functionDeclarations": declared}}
	}
	return marshal(whole)
}
