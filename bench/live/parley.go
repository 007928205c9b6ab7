//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

// joined is how many messages are stored in one transaction where there are many.
const joined = 10

// freeAddress is one that nobody listens at now.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

const adminKey = "bench-admin-key-0123456789abcdef0123456789"

// beginParley starts the real server with an empty database, and makes two threads: one that an operator has taken over, so that
// messages start no turn, and one whose agent asks the model that this program plays.
func (s *server) beginParley(ctx context.Context, o options) (*live, error) {
	data, err := os.MkdirTemp("", "parley-bench-live-")
	if err != nil {
		return nil, err
	}
	model, err := newModel()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(data))
	}
	control, err := freeAddress()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(data))
	}
	env := append([]string{"PARLEY_BENCHMARK=" + control, "PARLEY_LISTEN=127.0.0.1:0", "PARLEY_DATA=" + data, "PARLEY_ADMIN_KEY=" + adminKey,
		"OPENAI_BASE_URL=http://" + model.address + "/v1", "OPENAI_MODEL=bench", "DATABASE_URL="}, s.env...)
	p, err := o.start(ctx, env, func(line string) string {
		_, rest, _ := strings.Cut(line, "serves on http://")
		address, _, _ := strings.Cut(rest, " ")
		return address
	}, s.command...)
	tidy := func() { model.close(); _ = os.RemoveAll(data) }
	if err != nil {
		tidy()
		return nil, err
	}
	l := &live{Server: p, s: s, control: control, tidy: tidy}
	quiet, spoken, err := l.threads()
	if err != nil {
		p.Stop(0)
		tidy()
		return nil, fmt.Errorf("make threads: %w", err)
	}
	say := func(thread, what string) string {
		return text(map[string]any{
			"query":     `mutation($i: SendMessageInput!) { sendMessage(input: $i) { message { id } } }`,
			"variables": map[string]any{"i": map[string]any{"threadId": thread, "text": what}},
		})
	}
	l.one = way{p.Address, adminKey, "/graphql", 1, func(texts []string) string { return say(quiet, texts[0]) }}
	l.many = way{control, "", "/publish", joined, func(texts []string) string {
		return text(map[string]any{"threadId": quiet, "texts": texts})
	}}
	document := `subscription($t: ID!) { threadEvents(threadId: $t) %s }`
	withoutPieces := strings.Replace(eventDocument, " ... on MessageDelta { messageId offset text }", "", 1)
	l.events = graphQL(adminKey, fmt.Sprintf(document, withoutPieces), map[string]any{"t": quiet})
	l.pieces = graphQL(adminKey, fmt.Sprintf(document, eventDocument), map[string]any{"t": spoken})
	l.stream = func(t *tokens, perSecond int) error {
		ended := model.next(t, perSecond)
		one, err := newPublisher(l.Address, adminKey)
		if err != nil {
			return err
		}
		defer one.close()
		if _, err := one.post("/graphql", say(spoken, "Tell me everything.")); err != nil {
			return err
		}
		return <-ended
	}
	return l, nil
}

// threads makes an agent and its threads.
func (l *live) threads() (quiet, spoken string, err error) {
	p, err := newPublisher(l.Address, adminKey)
	if err != nil {
		return "", "", err
	}
	defer p.close()
	do := func(query string, input map[string]any, into any) {
		if err != nil {
			return
		}
		var answer []byte
		if answer, err = p.post("/graphql", text(map[string]any{"query": query, "variables": map[string]any{"i": input}})); err == nil {
			err = json.Unmarshal(answer, into)
		}
	}
	var made struct {
		Data struct {
			CreateAgent  struct{ Agent struct{ ID string } }
			CreateThread struct{ Thread struct{ ID string } }
		}
	}
	do(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id } } }`,
		map[string]any{"name": "Bench", "models": []string{"openai"}, "quietMs": 0, "maxTurnTokens": 1000000}, &made)
	for _, to := range []*string{&quiet, &spoken} {
		do(`mutation($i: CreateThreadInput!) { createThread(input: $i) { thread { id } } }`,
			map[string]any{"agentId": made.Data.CreateAgent.Agent.ID, "customer": map[string]any{"name": "Customer"}}, &made)
		*to = made.Data.CreateThread.Thread.ID
	}
	do(`mutation($i: ThreadInput!) { takeOver(input: $i) { thread { id } } }`, map[string]any{"threadId": quiet}, &made)
	return quiet, spoken, err
}

// model plays an OpenAI-compatible server that writes given tokens at a given pace.
type model struct {
	address string
	server  *http.Server
	turn    atomic.Pointer[turn]
}

type turn struct {
	tokens    *tokens
	perSecond int
	ended     chan error
}

func newModel() (*model, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by close
	if err != nil {
		return nil, err
	}
	m := &model{address: listener.Addr().String()}
	m.server = &http.Server{Handler: m} //nolint:gosec // on loopback, for a minute
	go func() { _ = m.server.Serve(listener) }()
	return m, nil
}

func (m *model) close() { _ = m.server.Close() }

// next says what the next answer is; the channel has its end.
func (m *model) next(t *tokens, perSecond int) <-chan error {
	next := &turn{t, perSecond, make(chan error, 1)}
	m.turn.Store(next)
	return next.ended
}

// ServeHTTP streams the tokens as chat completions do.
func (m *model) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	next := m.turn.Swap(nil)
	if next == nil {
		http.Error(w, "nothing is to be said", http.StatusTeapot)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	chunk := func(choice string) error {
		_, err := fmt.Fprintf(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,%s}]}`+"\n\n", choice)
		return errors.Join(err, flush.Flush())
	}
	err := next.tokens.write(next.perSecond, func(token string) error {
		return chunk(`"delta":{"role":"assistant","content":` + text(token) + `},"finish_reason":null`)
	})
	err = errors.Join(err, chunk(`"delta":{},"finish_reason":"stop"`))
	_, done := fmt.Fprint(w, "data: [DONE]\n\n")
	next.ended <- errors.Join(err, done)
}
