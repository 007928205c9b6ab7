// Package gemini is the model provider for Google's Gemini API, on Google's own client google.golang.org/genai.
//
//	p, err := gemini.New(gemini.Options{Key: seal.Hide(key)})
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	for event, err := range p.Generate(ctx, model.Request{Messages: history}) {
//		…
//	}
//
// The client writes the request around the history, and reads the answers. The history itself, the schemas of functions and
// the arguments of calls go past it as they are: it turns every number into a floating-point one, and an order of 19
// digits into another order. Beneath it stands an HTTP transport of this package, which bounds what is read.
package gemini

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"google.golang.org/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/seal"
)

// What stands where Options say nothing.
const (
	DefaultName    = "gemini"
	DefaultModel   = "gemini-3.8-flash"
	DefaultBaseURL = "https://generativelanguage.googleapis.com"
)

// Doer sends requests; *http.Client is one. It must not bound the whole exchange, which lasts as long as the answer, and
// must not follow redirects, which would take the key along.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options says how Gemini is asked. Only Key is required.
type Options struct {
	// Name is what the engine knows the provider by. It is written to Message.Provider, and only what was said under
	// the same name is replayed byte for byte. Empty means DefaultName.
	Name string

	Key     seal.Text // sent in a header, never in an address
	BaseURL string    // before /v1beta, for proxies; empty means DefaultBaseURL
	Model   string    // for requests that name none; empty means DefaultModel

	// Client sends the requests. Nil means a client of the provider's own, which follows no redirect and uses no proxy.
	Client Doer

	// Whole asks for answers in one piece instead of streams, for proxies that cannot stream. Nothing shows that the
	// model is at work until its answer is there.
	Whole bool

	// ThinkingLevel is MINIMAL, LOW, MEDIUM or HIGH, of which models know some; empty leaves it to the model. With a level,
	// streams also bring summaries of thoughts. They are dropped, but show that a model which thinks for long is at work.
	ThinkingLevel string

	// Safety is from where on content is blocked, in all four categories of text: BLOCK_LOW_AND_ABOVE,
	// BLOCK_MEDIUM_AND_ABOVE, BLOCK_ONLY_HIGH, BLOCK_NONE or OFF; empty leaves it to Google.
	Safety string
}

// Provider asks the Gemini API. It is safe for concurrent use.
type Provider struct {
	o      Options
	client *genai.Client
	closer func()
}

var (
	_ model.Provider = (*Provider)(nil)
	_ model.Lister   = (*Provider)(nil)
)

var (
	levels = []string{"MINIMAL", "LOW", "MEDIUM", "HIGH"}
	safety = []string{"BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"}
)

// New returns a provider; it contacts nobody. The error says what is wrong with the options.
func New(o Options) (*Provider, error) {
	key := strings.TrimSpace(o.Key.Reveal())
	o.Key, o.BaseURL = seal.Hide(key), strings.TrimRight(strings.TrimSpace(o.BaseURL), "/")
	o.Name, o.BaseURL, o.Model = cmp.Or(o.Name, DefaultName), cmp.Or(o.BaseURL, DefaultBaseURL), cmp.Or(o.Model, DefaultModel)
	o.ThinkingLevel, o.Safety = strings.ToUpper(o.ThinkingLevel), strings.ToUpper(o.Safety)
	u, err := url.Parse(o.BaseURL)
	switch {
	case key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the Gemini API needs a key, one word without blanks; https://aistudio.google.com makes one")
	case err != nil:
		return nil, errors.New("the base URL of the Gemini API cannot be read") // the error would repeat secrets in it
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("the base URL of the Gemini API must begin with http:// or https:// and name a host")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the base URL of the Gemini API must have no query and no fragment")
	case !modelName.MatchString(o.Model):
		return nil, errModelName
	case o.ThinkingLevel != "" && !slices.Contains(levels, o.ThinkingLevel):
		return nil, fmt.Errorf("the thinking level must be one of %s", strings.Join(levels, ", "))
	case o.Safety != "" && !slices.Contains(safety, o.Safety):
		return nil, fmt.Errorf("the threshold of safety must be one of %s", strings.Join(safety, ", "))
	}
	// Everything that the client would otherwise take from the environment is given.
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/v1beta")
	p := &Provider{o: o, closer: func() {}}
	if o.Client == nil {
		transport := &http.Transport{
			ForceAttemptHTTP2: true, MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		}
		o.Client = &http.Client{Transport: transport, CheckRedirect: stay}
		p.closer = transport.CloseIdleConnections
	}
	p.client, err = genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey: key, Backend: genai.BackendGeminiAPI,
		HTTPClient:  &http.Client{Transport: courier{o.Client}, CheckRedirect: stay},
		HTTPOptions: genai.HTTPOptions{BaseURL: o.BaseURL, APIVersion: "v1beta"},
	})
	if err != nil {
		return nil, errors.New("the client of the Gemini API cannot be made") // the error would repeat the key
	}
	return p, nil
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close closes the idle connections of the provider's own client. Answers under way go on; a client that was given is
// its owner's to close.
func (p *Provider) Close() { p.closer() }

// Generate implements model.Provider. It asks once, without retries. Pieces of an answer that are not for the customer,
// such as thoughts and calls, yield events without content, so that a slow answer shows signs of life.
func (p *Provider) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the connection if the answer is not read to its end
		name, config, err := p.encode(&r)
		if err != nil {
			yield(model.Event{}, &model.Error{Kind: model.Invalid, Err: err})
			return
		}
		x := &exchange{stream: !p.o.Whole}
		defer x.leave()
		next, stop := iter.Pull2(p.responses(newContext(ctx, x), name, config))
		defer stop()
		a := &answer{provider: p.o.Name, asked: bare(name), model: bare(name)}
		var failure *model.Error
		for failure == nil {
			res, err, more := read(next)
			if !more {
				break
			}
			if err != nil {
				if !a.complete() || ctx.Err() != nil {
					failure = p.failed(ctx, x, err)
				}
				break
			}
			var delta string
			if delta, failure = a.take(res, x.event()); failure != nil {
				break
			}
			if a.complete() {
				x.leaveSoon()
			}
			if !yield(model.Event{Delta: delta}, nil) {
				return
			}
		}
		switch {
		case failure != nil:
		case ctx.Err() != nil:
			failure = remote.Ended(ctx)
		case a.complete():
			yield(model.Event{End: a.end()}, nil)
			return
		case x.failure != nil:
			failure = p.failed(ctx, x, x.failure)
		default:
			failure = remote.Cut(errors.New("the stream ended before the answer did"))
		}
		failure.Emitted, failure.Usage = a.emitted, a.usage
		yield(model.Event{}, failure)
	}
}

// responses asks and returns the pieces of the answer.
func (p *Provider) responses(ctx context.Context, name string, config *genai.GenerateContentConfig) iter.Seq2[*genai.GenerateContentResponse, error] {
	if !p.o.Whole {
		return p.client.Models.GenerateContentStream(ctx, name, nil, config)
	}
	return func(yield func(*genai.GenerateContentResponse, error) bool) {
		yield(p.client.Models.GenerateContent(ctx, name, nil, config))
	}
}

// read takes the next piece. The client asserts the types of what it reads, and panics where a server sends others.
func read[T any](next func() (T, error, bool)) (piece T, err error, more bool) {
	defer func() {
		if p := recover(); p != nil {
			err, more = errUnreadable, true
		}
	}()
	return next()
}

func isObject(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 1 && text[0] == '{' && json.Valid(text)
}

// Format tells of a provider without its key, which Google's client keeps in the open.
func (p *Provider) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "provider "+p.o.Name) }

// LogValue is Format for logs.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }
