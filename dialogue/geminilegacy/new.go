package geminilegacy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/generative-ai-go/genai"
	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
	gtransport "google.golang.org/api/transport/grpc"
	"google.golang.org/grpc"

	"parley/seal"
)

// New returns a provider; it contacts nobody and starts no goroutine. The error says what is wrong with the options.
func New(o Options) (*Provider, error) {
	key := strings.TrimSpace(o.Key.Reveal())
	o.Key = seal.Hide(key)
	switch {
	case key == "":
		return nil, errors.New("the Gemini API needs a key")
	case strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }):
		return nil, errors.New("the key of the Gemini API has characters that no key has")
	case o.Within < 0:
		return nil, errors.New("the time for an answer must not be negative")
	}
	o = o.withDefaults()
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.Model, err = modelName(o.Model); err != nil {
		return nil, err
	}
	p := &Provider{o: o, closer: func() {}}
	if o.Client == nil {
		transport := &http.Transport{
			ForceAttemptHTTP2: true, MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		}
		o.Client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
		p.closer = transport.CloseIdleConnections
	}
	p.client, err = newClient(base, &transport{client: o.Client, key: o.Key, unary: o.Unary})
	return p, err
}

// newClient makes Google's client on our transport.
//
// Beside the REST clients it makes one of gRPC, for caches, whose goroutines its Close forgets. So that none are
// started, that one is given connections that do not exist. Google's options forbid connections beside an HTTP client,
// but the client takes the HTTP client away before it makes the one of gRPC: the check is skipped.
//
// The key stays with the transport; the client only wants to see that there is one. Nothing is left to close, so Close
// of the client, after which its methods panic, is never called.
func newClient(base string, t http.RoundTripper) (*genai.Client, error) {
	client, err := genai.NewClient(context.Background(), option.WithEndpoint(base), option.WithAPIKey("unused"),
		option.WithHTTPClient(&http.Client{Transport: t}), gtransport.WithConnPool(noConns{}), internaloption.SkipDialSettingsValidation())
	if err != nil {
		return nil, fmt.Errorf("make Google's client: %w", err)
	}
	return client, nil
}

// noConns is a pool of gRPC connections without any. Nothing here calls the client of caches that has it.
type noConns struct{}

var (
	_ gtransport.ConnPool = noConns{}

	errNoConns = errors.New("this client has no gRPC connections")
)

func (noConns) Conn() *grpc.ClientConn { return nil }
func (noConns) Num() int               { return 0 }
func (noConns) Close() error           { return nil }

func (noConns) Invoke(context.Context, string, any, any, ...grpc.CallOption) error { return errNoConns }

func (noConns) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errNoConns
}

// baseURL reads an address. The version of the API may stand at its end.
func baseURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return "", errors.New("the base URL of the Gemini API cannot be read") // the error would repeat secrets in it
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", errors.New("the base URL of the Gemini API must begin with http:// or https:// and name a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the base URL of the Gemini API must have no user, no query and no fragment")
	}
	u.Path, u.RawPath = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1beta"), "/"), ""
	return u.String(), nil
}
