// Package openai is the model provider for every server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp,
// LM Studio, OpenRouter, Mistral, Gemini's own compatible endpoint, and OpenAI itself. Those servers differ in many
// small ways, so it reads tolerantly and sends only what all of them take.
//
//	p, err := openai.New(openai.Options{Name: "openai", BaseURL: "http://localhost:11434/v1"})
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	for event, err := range p.Generate(ctx, model.Request{Model: "qwen3", Messages: history}) {
//		…
//	}
package openai

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/seal"
)

// DefaultName is the provider's name where Options has none.
const DefaultName = "openai"

// Doer sends requests; *http.Client is one. It must not bound the whole exchange, which lasts as long as the answer.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options says which server is asked, and how.
type Options struct {
	// Name is what the engine knows the provider by. It is written to Message.Provider, and only what was said under
	// the same name is replayed byte for byte. Empty means DefaultName.
	Name string

	// BaseURL is where /chat/completions and /models stand below, such as https://openrouter.ai/api/v1. An address
	// without a path gets /v1. Required.
	BaseURL string

	Key   seal.Text // sent as a bearer token; empty sends none
	Model string    // for requests that name none; empty leaves the choice to the server

	// Client sends the requests. Nil means a client of the provider's own, which follows no redirect and uses no proxy.
	Client Doer

	// CompletionTokens sends a request's limit as max_completion_tokens: OpenAI's newer models refuse max_tokens,
	// which all other servers know.
	CompletionTokens bool

	// FormatWithFunctions sends the schema of answers also beside functions. OpenAI's own models then go on calling; most
	// other servers would hold the whole answer to the schema, so that nothing is ever called.
	FormatWithFunctions bool
}

// Provider asks one server. It is safe for concurrent use.
type Provider struct {
	o       Options
	base    string
	client  Doer
	closer  func()
	noUsage atomic.Bool // the server refuses the field stream_options
}

var _ model.Provider = (*Provider)(nil)

// New returns a provider; it contacts nobody. The error says what is wrong with the options.
func New(o Options) (*Provider, error) {
	u, err := url.Parse(strings.TrimSpace(o.BaseURL))
	switch {
	case err != nil:
		return nil, errors.New("the base URL of the model server cannot be read") // the error would repeat secrets in it
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("the base URL of the model server must begin with http:// or https:// and name a host")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the base URL of the model server must have no query and no fragment")
	}
	u.Path = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions"), "/")
	if u.Path == "" {
		u.Path = "/v1"
	}
	o.Key, o.Name = seal.Hide(strings.TrimSpace(o.Key.Reveal())), cmp.Or(o.Name, DefaultName)
	p := &Provider{o: o, base: u.String(), client: o.Client, closer: func() {}}
	if p.client == nil {
		transport := &http.Transport{
			ForceAttemptHTTP2: true, MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		}
		p.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
		p.closer = transport.CloseIdleConnections
	}
	return p, nil
}

// Close closes the idle connections of the provider's own client. Answers under way go on; a client that was given is
// its owner's to close.
func (p *Provider) Close() { p.closer() }

// Generate implements model.Provider. It asks once, without retries; the exceptions are a server that refuses
// stream_options, which is asked again without that field, and from then on never with it, and one that refuses the schema of
// the answer as a format, which is asked again with the schema in words. Pieces of an answer that are
// not for the customer, such as reasoning and calls, yield events without content, so that a slow answer shows signs of
// life.
func (p *Provider) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the connection if the answer is not read to its end
		res, failure := p.ask(ctx, r)
		if failure != nil {
			yield(model.Event{}, failure)
			return
		}
		defer res.Body.Close()
		a := &answer{name: p.o.Name, key: p.o.Key, model: cmp.Or(r.Model, p.o.Model)}
		for data, err := range events(res.Body) {
			if err != nil {
				if !a.complete() || ctx.Err() != nil {
					failure = p.broken(ctx, err)
				}
				break
			}
			delta, end, err := a.take(data)
			if err != nil {
				failure = err
				break
			}
			if end {
				break
			}
			if !yield(model.Event{Delta: delta}, nil) {
				return
			}
		}
		if failure == nil && ctx.Err() != nil {
			failure = p.broken(ctx, ctx.Err())
		}
		if failure == nil && !a.complete() {
			failure = remote.Cut(errors.New("the stream ended before the answer did"))
		}
		if failure != nil {
			failure.Emitted, failure.Usage = a.emitted(), a.usage
			yield(model.Event{}, failure)
			return
		}
		drain(res.Body, cancel)
		yield(model.Event{End: a.end()}, nil)
	}
}

// drain reads the little that follows an answer, so that its connection can be used again.
func drain(body io.Reader, cancel context.CancelFunc) {
	late := time.AfterFunc(50*time.Millisecond, cancel)
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, body, 4<<10)
}

// ask sends the request and returns an answer of status 200, whose body the caller closes.
func (p *Provider) ask(ctx context.Context, r model.Request) (*http.Response, *model.Error) {
	held := len(r.AnswerSchema) > 0 && (len(r.Functions) == 0 || p.o.FormatWithFunctions)
	for {
		plain := p.noUsage.Load()
		body, err := p.encode(&r, !plain, held)
		if err != nil {
			return nil, &model.Error{Kind: model.Invalid, Err: fmt.Errorf("encode the request: %w", err)}
		}
		res, failure, said := p.do(ctx, http.MethodPost, "/chat/completions", body)
		if failure == nil {
			return res, nil
		}
		refused := failure.Status == http.StatusBadRequest || failure.Status == http.StatusUnprocessableEntity
		switch {
		case refused && !plain && bytes.Contains(said, []byte("stream_options")):
			p.noUsage.Store(true)
		case refused && held && noFormat.Match(said):
			held = false // for this schema, or this model: the next one may be taken
		default:
			return nil, failure
		}
	}
}

// do sends one request. Said is the beginning of the body of an answer that is a failure.
func (p *Provider) do(ctx context.Context, method, path string, body []byte) (res *http.Response, failure *model.Error, said []byte) {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &model.Error{Kind: model.Invalid, Err: errors.New("the request cannot be made")}, nil
	}
	req.Header.Set("User-Agent", "Parley")
	req.Header.Set("Accept", "text/event-stream, application/json")
	req.Header.Set("Accept-Encoding", "identity") // compression would hold deltas back
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if !p.o.Key.IsEmpty() {
		req.Header.Set("Authorization", "Bearer "+p.o.Key.Reveal())
	}
	res, err = p.client.Do(req)
	if err != nil {
		return nil, remote.Unreached(ctx, err, p.o.Key.Reveal()), nil
	}
	if res.StatusCode == http.StatusOK {
		return res, nil, nil
	}
	defer res.Body.Close()
	late := time.AfterFunc(remote.ErrorBodyWithin, func() { res.Body.Close() })
	defer late.Stop()
	said, _ = io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if ctx.Err() != nil {
		return nil, remote.Unreached(ctx, ctx.Err(), p.o.Key.Reveal()), nil
	}
	return nil, p.refused(res, said), said
}
