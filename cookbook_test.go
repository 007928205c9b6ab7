package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/storage/storagetest"
)

// cook is a model that calls one function with given arguments, and then tells what it was answered.
type cook struct {
	mu   sync.Mutex // protects the fields below
	call model.Call
	read string
}

var _ model.Provider = (*cook)(nil)

// Generate implements model.Provider.
func (c *cook) Generate(_ context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		parts, reason := []model.Part{{Text: "Done."}}, model.Stop
		if last := r.Messages[len(r.Messages)-1]; last.Role == model.Tool {
			c.read = string(last.Parts[0].Result.Body)
		} else if c.call.Name != "" {
			call := c.call
			parts, reason, c.call = []model.Part{{Call: &call}}, model.Tools, model.Call{}
		}
		yield(model.Event{End: &model.End{Message: model.Message{Role: model.Model, Parts: parts}, Reason: reason}}, nil)
	}
}

// kitchen is an endpoint that answers as the cookbook says, and keeps what it got.
type kitchen struct {
	mu      sync.Mutex // protects the fields below
	answer  string
	request *http.Request
	body    string
}

func (k *kitchen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.request, k.body = r, string(body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, k.answer)
}

// recipe is one function of the cookbook: its mutation, what the model fills in, what is sent and what is answered.
type recipe struct{ heading, mutation, arguments, request, answer string }

func recipes(t *testing.T) (all []recipe) {
	t.Helper()
	for _, b := range blocksOf(t, "docs/cookbook.md") {
		switch {
		case b.language == "graphql":
			all = append(all, recipe{heading: b.heading, mutation: b.text})
		case b.language == "http":
			all[len(all)-1].request = b.text
		case b.language == "json" && all[len(all)-1].arguments == "":
			all[len(all)-1].arguments = b.text
		case b.language == "json":
			all[len(all)-1].answer = b.text
		}
	}
	return all
}

// Each recipe of the cookbook is offered to an agent, called, approved if it has to be, and answered.
func TestTheCookbookWorks(t *testing.T) {
	t.Parallel()
	at := &kitchen{}
	server := httptest.NewServer(at)
	t.Cleanup(server.Close)
	c := &cook{}
	e := environment(t, storagetest.SQLite)
	address, printed, _ := startServer(t, e, map[string]model.Provider{"cook": c})
	r := newPageReader(t, address, printedKey.FindString(printed), server.URL)
	r.do(`mutation { createAgent(input: {name: "A", quietMs: 0, models: ["cook"]}) { agent { id } } }`)
	r.do(`mutation ($agentId: ID!) { createThread(input: {agentId: $agentId, channel: "web", customer: {externalId: "user-17"}}) { thread { id } } }`)
	all := recipes(t)
	if len(all) != 3 {
		t.Fatalf("the cookbook has %d recipes", len(all))
	}
	for i, one := range all {
		r.do(one.mutation)
		name := strings.Split(strings.Split(one.mutation, `name: "`)[1], `"`)[0]
		at.mu.Lock()
		at.answer, at.request = one.answer, nil
		at.mu.Unlock()
		c.mu.Lock()
		c.call, c.read = model.Call{ID: "c", Name: name, Args: json.RawMessage(one.arguments)}, ""
		c.mu.Unlock()
		r.do(fmt.Sprintf(`mutation ($threadId: ID!) { sendMessage(input: {threadId: $threadId, text: "%d"}) { message { id } } }`, i))
		waitUntil(t, func() bool {
			turns := fmt.Sprint(r.do(`query ($threadId: ID!) { thread(id: $threadId) { turns(first: 1) { reason calls { id state } } } }`)["thread"])
			if id := callOf.FindString(turns); strings.Contains(turns, "AWAITING_APPROVAL") {
				r.known["id"] = id
				r.do(`mutation ($id: ID!) { approveCall(input: {callId: $id}) { call { id } } }`)
			}
			return strings.Contains(turns, "ANSWERED reason") || strings.Contains(turns, "reason:ANSWERED")
		})
		at.mu.Lock()
		compareRequest(t, one, at.request, at.body)
		at.mu.Unlock()
		c.mu.Lock()
		if first := strings.Split(one.answer, `"`)[3]; !strings.Contains(c.read, first) || strings.Contains(c.read, "not for the model") {
			t.Errorf("%s: the model read %s", one.heading, c.read)
		}
		c.mu.Unlock()
	}
}

var callOf = regexp.MustCompile(`cal_[a-z0-9]+`)

// compareRequest holds a request against what the page shows of it.
func compareRequest(t *testing.T, one recipe, got *http.Request, body string) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: nothing was sent", one.heading)
		return
	}
	head, wantBody, _ := strings.Cut(one.request, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	if line := got.Method + " " + got.URL.RequestURI(); line != lines[0] {
		t.Errorf("%s: sent %s, not %s", one.heading, line, lines[0])
	}
	for _, line := range lines[1:] {
		if name, value, _ := strings.Cut(line, ": "); got.Header.Get(name) != value {
			t.Errorf("%s: %s is %q", one.heading, name, got.Header.Get(name))
		}
	}
	var want, sent any
	if wantBody == "" && body == "" {
		return
	}
	if json.Unmarshal([]byte(wantBody), &want) != nil || json.Unmarshal([]byte(body), &sent) != nil || !reflect.DeepEqual(want, sent) {
		t.Errorf("%s: sent %s, not %s", one.heading, body, wantBody)
	}
}

// program starts a program of the pages on a port, and returns the lines that it prints.
func program(t *testing.T, environment []string, port, name string, args ...string) <-chan string {
	t.Helper()
	run := exec.CommandContext(t.Context(), name, args...)
	run.Env = append(os.Environ(), environment...)
	run.Env = append(run.Env, "PORT="+port)
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	run.Stderr = &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	lines, ended := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(ended)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = run.Process.Kill()
		<-ended
		_ = run.Wait() // it was killed: the error says only that
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said.String())
		}
	})
	waitUntil(t, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return lines
}

// The programs of the pages: receivers in three languages, a messenger, and a client in Go.
func TestProgramsOfThePagesWork(t *testing.T) {
	t.Parallel()
	address, printed, _ := startServer(t, environment(t, storagetest.SQLite))
	r := newPageReader(t, address, printedKey.FindString(printed), "")
	r.do(`mutation { createAgent(input: {name: "A", quietMs: 0, fallbackText: "Later."}) { agent { id } } }`)
	folder, err := filepath.Abs("examples/receiver")
	if err != nil {
		t.Fatal(err)
	}
	library, err := filepath.Abs("testdata/clients/receiver.mjs") // where its packages are
	if err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string][]string{
		"Node with the library": {"node", library}, "Go": {binary(t, "receiver")}, "Node": {"node", filepath.Join(folder, "receiver.mjs")}, "Python": {"python3", filepath.Join(folder, "receiver.py")},
	} {
		port := freePort(t)
		r.do(fmt.Sprintf(`mutation { createIntegration(input: {name: %q, url: "http://127.0.0.1:%s/hook", eventTypes: ["message.created"]}) { integration { id } secret } }`, name, port))
		heard := program(t, []string{"SECRET=" + r.known["secret"].(string)}, port, command[0], command[1:]...)
		for range 2 { // the second one has another id
			if out := fmt.Sprint(r.do(`mutation ($integrationId: ID!) { testIntegration(input: {id: $integrationId, eventType: "message.created"}) { outcome status } }`)); !strings.Contains(out, "SUCCEEDED status:204") {
				t.Errorf("%s: %s", name, out)
			}
			nextLine(t, name, heard, "message.created evt_")
		}
		forged, err := http.Post("http://127.0.0.1:"+port+"/hook", "application/json", strings.NewReader(`{"id":"evt_forged","type":"message.created"}`))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if forged.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s takes what is not signed: %d", name, forged.StatusCode)
		}
		_ = forged.Body.Close()
		r.do(`mutation ($integrationId: ID!) { deleteIntegration(input: {id: $integrationId}) { __typename } }`)
	}
	talkByMessenger(t, r)
	client := exec.CommandContext(t.Context(), binary(t, "client"), "Hello")
	client.Env = append(os.Environ(), "PARLEY_URL="+address, "PARLEY_KEY="+r.key)
	if out, err := client.CombinedOutput(); err != nil || strings.Count(string(out), "CUSTOMER: Hello\n") != 1 || !strings.Contains(string(out), "AGENT: ") {
		t.Errorf("the client in Go: %v\n%s", err, out)
	}
}

// talkByMessenger writes through the messenger of the cookbook, twice as messengers do, and waits for the answer there.
func talkByMessenger(t *testing.T, r *pageReader) {
	t.Helper()
	there := make(chan string, 10)
	messenger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		there <- string(body)
	}))
	t.Cleanup(messenger.Close)
	port := freePort(t)
	r.do(fmt.Sprintf(`mutation { createIntegration(input: {name: "messenger", url: "http://127.0.0.1:%s/hook", eventTypes: ["message.created"], channels: ["messenger"]}) { integration { id } secret } }`, port))
	path, err := filepath.Abs("examples/messenger/messenger.mjs")
	if err != nil {
		t.Fatal(err)
	}
	program(t, []string{"PARLEY_URL=" + r.address, "PARLEY_KEY=" + r.key, "AGENT=" + r.known["agentId"].(string), "SECRET=" + r.known["secret"].(string), "MESSENGER=" + messenger.URL}, port, "node", path)
	for range 2 {
		res, err := http.Post("http://127.0.0.1:"+port+"/incoming", "application/json", strings.NewReader(`{"chat":"chat-1","name":"Ann","message":"m-1","text":"Hello"}`))
		if err != nil || res.StatusCode != http.StatusNoContent {
			t.Fatalf("the messenger's message: %v, %v", err, res)
		}
		_ = res.Body.Close()
	}
	nextLine(t, "the messenger", there, `{"chat":"chat-1","message":"msg_`)
	if out := fmt.Sprint(r.do(`{ thread(externalId: "chat-1") { messages(first: 5) { edges { node { author } } } } }`)); strings.Count(out, "CUSTOMER") != 1 {
		t.Errorf("the message was stored twice: %s", out)
	}
}

// nextLine fails unless the next line begins with want.
func nextLine(t *testing.T, who string, lines <-chan string, want string) {
	t.Helper()
	select {
	case line := <-lines:
		if !strings.HasPrefix(line, want) {
			t.Errorf("%s: %s", who, line)
		}
	case <-time.After(20 * time.Second):
		t.Errorf("%s heard nothing", who)
	}
}
