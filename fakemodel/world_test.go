package fakemodel

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	gl "cloud.google.com/go/ai/generativelanguage/apiv1beta"
	legacy "github.com/google/generative-ai-go/genai"
	"go.uber.org/goleak"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/genai"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)                                                                         // Google's client writes there when a connection breaks
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start")) // started by an init of Google's older client
}

const signing3, plain2 = "gemini-3.8-flash", "gemini-2.5-flash-lite"

// start serves a fake until the test ends.
func start(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	fake := New(o)
	web := httptest.NewUnstartedServer(fake)
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.Start()
	t.Cleanup(web.Close)
	return fake, web.URL
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// newClient is Google's client of today.
func newClient(t *testing.T, base string) *genai.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := genai.NewClient(bounded(t), &genai.ClientConfig{
		APIKey: "k", Backend: genai.BackendGeminiAPI, HTTPClient: &http.Client{Transport: transport},
		HTTPOptions: genai.HTTPOptions{BaseURL: base},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newLegacy is Google's older client, bare.
func newLegacy(t *testing.T, base string) *legacy.Client {
	t.Helper()
	c, err := legacy.NewClient(bounded(t), option.WithEndpoint(base), option.WithAPIKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		// Close forgets the client of the caches, whose goroutines would stay.
		caches := (*gl.CacheClient)(reflect.ValueOf(c).Elem().FieldByName("cc").UnsafePointer())
		_ = caches.Close()
	})
	return c
}

// heard is what a client made of an answer.
type heard struct {
	text     string
	calls    []*genai.FunctionCall
	finish   string
	version  string
	blocked  string
	tokens   int32
	thoughts int
	chunks   int
	content  *genai.Content
	err      error
}

func (h *heard) take(r *genai.GenerateContentResponse) {
	h.chunks++
	h.version = r.ModelVersion
	if r.PromptFeedback != nil {
		h.blocked = string(r.PromptFeedback.BlockReason)
	}
	if r.UsageMetadata != nil {
		h.tokens = r.UsageMetadata.TotalTokenCount
	}
	for _, c := range r.Candidates {
		if c.FinishReason != "" {
			h.finish = string(c.FinishReason)
		}
		if c.Content == nil {
			continue
		}
		for _, p := range c.Content.Parts {
			if p.Text == "" && p.FunctionCall == nil && p.ThoughtSignature == nil {
				continue // the empty end of a stream is no part to send back
			}
			h.content.Parts = append(h.content.Parts, p)
			if p.FunctionCall != nil {
				h.calls = append(h.calls, p.FunctionCall)
			}
			if p.Thought {
				h.thoughts++
			} else {
				h.text += p.Text
			}
		}
	}
}

// generate asks by Google's client of today, in a stream or not.
func generate(t *testing.T, c *genai.Client, model string, stream bool, contents []*genai.Content, config *genai.GenerateContentConfig) heard {
	t.Helper()
	h := heard{content: &genai.Content{Role: "model"}}
	if config == nil {
		config = &genai.GenerateContentConfig{}
	}
	if config.AutomaticContinuation == nil {
		config.AutomaticContinuation = new(bool)
	}
	if !stream {
		r, err := c.Models.GenerateContent(bounded(t), model, contents, config)
		if h.err = err; err == nil {
			h.take(r)
		}
		return h
	}
	for r, err := range c.Models.GenerateContentStream(bounded(t), model, contents, config) {
		if err != nil {
			h.err = err
			break
		}
		h.take(r)
	}
	return h
}

// oldHeard is what Google's older client made of an answer.
type oldHeard struct {
	text   string
	finish legacy.FinishReason
	chunks int
	err    error
}

func generateOld(t *testing.T, c *legacy.Client, model string, stream bool) oldHeard {
	t.Helper()
	m := c.GenerativeModel(model)
	var h oldHeard
	take := func(r *legacy.GenerateContentResponse) {
		h.chunks++
		for _, candidate := range r.Candidates {
			h.finish = candidate.FinishReason
			if candidate.Content == nil {
				continue
			}
			for _, p := range candidate.Content.Parts {
				if text, ok := p.(legacy.Text); ok {
					h.text += string(text)
				}
			}
		}
	}
	if !stream {
		r, err := m.GenerateContent(bounded(t), legacy.Text("hi"))
		if h.err = err; err == nil {
			take(r)
		}
		return h
	}
	for all := m.GenerateContentStream(bounded(t), legacy.Text("hi")); ; {
		r, err := all.Next()
		if errors.Is(err, iterator.Done) {
			return h
		}
		if err != nil {
			h.err = err
			return h
		}
		take(r)
	}
}

func wants(t *testing.T, err error, text string) {
	t.Helper()
	if text == "" && err != nil || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
		t.Errorf("error %v, want %q", err, text)
	}
}
