// Package geminilegacy is the model provider for those who must stay on Google's older client of the Gemini API,
// github.com/google/generative-ai-go. That client is from before Gemini 3: it knows no thought signatures and no ids of
// calls, takes thoughts for text, swallows errors within a stream, and repeats requests without end. A
// transport of ours stands between it and the network, carries through what it has no words for, and keeps from it what
// it takes wrongly; so its own calls work with today's models. docs/providers.md lists each fault and its cure.
//
//	p, err := geminilegacy.New(geminilegacy.Options{Key: seal.Hide(key)})
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	for event, err := range p.Generate(ctx, model.Request{Model: "gemini-2.5-flash-lite", Messages: history}) {
//		…
//	}
package geminilegacy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/google/generative-ai-go/genai"
	"google.golang.org/api/iterator"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/seal"
)

const (
	// DefaultName is the provider's name where Options has none.
	DefaultName = "gemini-legacy"

	// DefaultModel is asked where neither the request nor Options name one: the last model that does without thought
	// signatures, and the oldest one that Google keeps.
	DefaultModel = "gemini-2.5-flash-lite"

	defaultBaseURL = "https://generativelanguage.googleapis.com"
	defaultWithin  = 10 * time.Minute // the engine waits less
)

// Doer sends requests; *http.Client is one. It must not bound the whole exchange, which lasts as long as the answer.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options says who is asked, and how.
type Options struct {
	// Name is what the engine knows the provider by. It is written to Message.Provider, and only what was said under
	// the same name is replayed byte for byte. Empty means DefaultName.
	Name string

	// BaseURL is where /v1beta/models stands below; it may have a path. Empty means Google's.
	BaseURL string

	Key   seal.Text // sent in the header x-goog-api-key and nowhere else; required
	Model string    // for requests that name none; empty means DefaultModel

	// Client sends the requests. Nil means a client of the provider's own, which follows no redirect and uses no proxy.
	Client Doer

	// Unary asks for each answer in one piece, for proxies that cannot stream.
	Unary bool

	// Within bounds one answer from the request to its end; 0 means 10 minutes.
	Within time.Duration
}

// Provider asks one server. It is safe for concurrent use.
type Provider struct {
	o      Options
	client *genai.Client
	closer func()
}

var _ model.Provider = (*Provider)(nil)

// Close closes the idle connections of the provider's own client. Answers under way go on; a client that was given is
// its owner's to close.
func (p *Provider) Close() { p.closer() }

// Generate implements model.Provider. It asks once, without retries. Pieces of an answer that are not for the customer,
// such as thoughts and calls, yield events without content, so that a slow answer shows signs of life.
func (p *Provider) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		// The client allows a stream any time, and other answers ten minutes unless there is a deadline.
		ctx, cancel := context.WithTimeout(ctx, p.o.Within)
		defer cancel()
		q, err := p.question(&r)
		if err != nil {
			yield(model.Event{}, err)
			return
		}
		x := &exchange{question: q}
		defer x.close()
		a := &answer{name: p.o.Name}
		var failure *model.Error
		for res, err := range p.responses(newContext(ctx, x), q) {
			if err != nil {
				failure = p.failed(ctx, err)
				break
			}
			for _, delta := range a.take(res) {
				if !yield(model.Event{Delta: delta}, nil) {
					return
				}
			}
			if !yield(model.Event{}, nil) {
				return
			}
		}
		switch {
		case failure != nil:
		case ctx.Err() != nil:
			failure = remote.Ended(ctx)
		case x.facts.blocked != "":
			failure = &model.Error{Kind: model.KindBlocked, Status: http.StatusOK,
				Err: fmt.Errorf("the prompt was blocked: %s", remote.Clip(x.facts.blocked, remote.MaxErrorText))}
		case x.facts.finish == "":
			failure = remote.Cut(errors.New("the stream ended before the answer did"))
		}
		if failure != nil {
			failure.Emitted, failure.Usage = a.emitted, x.facts.usage
			yield(model.Event{}, failure)
			return
		}
		x.drain(cancel)
		yield(model.Event{End: a.end(x.facts, q.model)}, nil)
	}
}

// responses asks by the client. The range ends after an error, or with the answer.
func (p *Provider) responses(ctx context.Context, q *question) iter.Seq2[*genai.GenerateContentResponse, error] {
	m := p.client.GenerativeModel(q.model)
	q.configure(m)
	return func(yield func(*genai.GenerateContentResponse, error) bool) {
		if p.o.Unary {
			yield(m.GenerateContent(ctx, q.parts...))
			return
		}
		for stream := m.GenerateContentStream(ctx, q.parts...); ; {
			res, err := stream.Next()
			if errors.Is(err, iterator.Done) || !yield(res, err) || err != nil {
				return
			}
		}
	}
}

// failed is the error behind what the client reports.
func (p *Provider) failed(ctx context.Context, err error) *model.Error {
	var failure *model.Error
	switch {
	case ctx.Err() != nil:
		return remote.Ended(ctx)
	case errors.As(err, &failure): // of the transport, which the client has wrapped
		return failure
	}
	return remote.Cut(remote.Redacted(err, p.o.Key.Reveal()))
}

// withDefaults returns the options with their defaults.
func (o Options) withDefaults() Options {
	o.Name, o.Model = cmp.Or(o.Name, DefaultName), cmp.Or(o.Model, DefaultModel)
	o.BaseURL, o.Within = cmp.Or(o.BaseURL, defaultBaseURL), cmp.Or(o.Within, defaultWithin)
	return o
}
