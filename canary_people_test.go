package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/trace"
)

// What is known of people is in the database, and goes to models, functions, webhooks and those who may read it: not into the log,
// traces, metrics, or errors that others than their author get. Everything that says something of a person holds the canary here,
// and everything is done with it that the server does, well and in vain.
func TestPeopleLeaveNoTrace(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		p := newPeople(t, e)
		p.live()
		p.fail()
		p.search()
	})
}

// people is a server that is talked to about somebody.
type people struct {
	t                               *testing.T
	log                             *lockedLog
	spans                           *spans
	address, key, stranger          string
	stop                            func()
	agent, broken, thread, customer string
	answers                         []string // that go to others than who wrote what they tell of
}

const person = "canary-person"

// answering is a server that answers everything alike, and repeats what it was told.
func answering(t *testing.T, status int) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		said := regexp.MustCompile(`(?i)canary[^"\\]*`).FindAllString(string(text), -1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "not this: " + strings.Join(said, " "), "type": person}, "who": person})
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func newPeople(t *testing.T, e env) *people {
	t.Helper()
	p := &people{t: t, log: &lockedLog{}, spans: newSpans(t)}
	e = tracedEnvironment(e, p.spans.address)
	e["OPENAI_API_KEY"], e["OPENAI_BASE_URL"] = "key", answering(t, http.StatusServiceUnavailable)
	e["GEMINI_API_KEY"], e["GEMINI_BASE_URL"] = "canary-key-of-gemini", answering(t, http.StatusServiceUnavailable)
	logger := slog.New(trace.NewHandler(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	var printed string
	p.address, printed, p.stop = startLogged(t, e, logger, map[string]model.Provider{"orders": orders{}})
	p.key = printedKey.FindString(printed)
	p.stranger = regexp.MustCompile(`prl_[\w-]+`).FindString(p.ask(p.key, `mutation { createApiKey(input: {name: "app", role: APP}) { key } }`))
	make := func(models string) string {
		return idIn(t, p.must(fmt.Sprintf(`mutation { createAgent(input: {name: "A", quietMs: 0, public: true, models: [%s], instructions: "You are kind."}) { agent { id } } }`, models)), "agt_")
	}
	p.agent, p.broken = make(`"orders"`), make(`"openai/x", "gemini/gemini-2.5-flash", "gemini-legacy/gemini-2.5-flash", "scripted"`)
	p.must(fmt.Sprintf(`mutation { createFunction(input: {agentId: %q, kind: HTTP, name: "order", description: "orders", method: "POST", url: "%s/order?who={{customer.externalId}}",
		headers: [{name: "X-Who", value: "{{customer.name}}"}], parameters: {type: "object", properties: {item: {type: "string"}}}}) { function { id } } }`, p.agent, answering(t, http.StatusInternalServerError)))
	p.must(fmt.Sprintf(`mutation { createIntegration(input: {name: "i", url: "%s/canary-path?key=canary-query", eventTypes: ["*"]}) { integration { id } } }`, answering(t, http.StatusBadGateway)))
	return p
}

func (p *people) ask(key, document string) string { return query(p.t, p.address, key, document) }

// nobody asks without a key.
func (p *people) nobody(document string) string {
	p.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": document})
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return fetch(p.t, req)
}

func (p *people) must(document string) string {
	p.t.Helper()
	text := p.ask(p.key, document)
	if strings.Contains(text, `"errors"`) {
		p.t.Fatal(document, text)
	}
	return text
}

// customerInput is somebody of whom everything is known.
const customerInput = `{externalId: "canary-person-id", name: "canary-person Ann", email: "canary-person@example.com", phone: "+49 30 canary-person", metadata: {city: "canary-person", "canary-person-key": 1}}`

// live has everything happen to a person that happens to people.
func (p *people) live() {
	p.t.Helper()
	said := func(agent string) string {
		body := fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "canary-person-channel", externalId: "canary-person-%s", metadata: {order: "canary-person"}, text: "I am canary-person, mail canary-person@example.com",
			customer: %s}) { thread { id customer { id } } } }`, agent, agent, strings.ReplaceAll(customerInput, `"canary-person-key": 1`, `key: "canary-person"`))
		return p.must(body)
	}
	made := said(p.agent)
	p.thread, p.customer = idIn(p.t, made, "thr_"), idIn(p.t, made, "cus_")
	other := idIn(p.t, said(p.broken), "thr_")
	waitUntil(p.t, func() bool {
		log := p.log.String()
		return strings.Contains(log, "a function was called") && strings.Count(log, "a turn has ended") >= 2 && strings.Contains(log, "a delivery was tried") && strings.Count(log, "a model failed") >= 3
	})
	for _, document := range []string{
		`addNote(input: {threadId: %q, text: "canary-person"}) { note { id } }`,
		`addTag(input: {threadId: %q, tag: "operator", text: "canary-person"}) { thread { id } }`,
		`takeOver(input: {threadId: %q}) { thread { id } }`,
		`sendOperatorMessage(input: {threadId: %q, text: "Dear canary-person"}) { message { id } }`,
		`createReminder(input: {threadId: %q, dueAt: "` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `", text: "canary-person"}) { reminder { id } }`,
		`handBack(input: {threadId: %q}) { thread { id } }`,
	} {
		p.ask(p.key, "mutation { "+fmt.Sprintf(document, p.thread)+" }")
	}
	p.nobody(fmt.Sprintf(`mutation { startChat(input: {agentId: %q, name: "canary-person", metadata: {from: "canary-person"}}) { threadId } }`, p.agent))
	p.ask(p.key, fmt.Sprintf(`mutation { testAgent(input: {agentId: %q, text: "canary-person", customer: {name: "canary-person"}}) { runId } }`, p.agent))
	before := strings.Count(p.log.String(), "a model failed")
	p.ask(p.key, fmt.Sprintf(`mutation { testAgent(input: {agentId: %q, text: "canary-person", customer: {name: "canary-person"}}) { runId } }`, p.broken))
	p.ask(p.key, fmt.Sprintf(`mutation { suggestReply(input: {threadId: %q, instruction: "tell canary-person"}) { text } }`, other))
	waitUntil(p.t, func() bool { return strings.Count(p.log.String(), "a model failed") >= before+6 })
	p.ask(p.key, `{ threads(where: {text: "canary-person"}) { totalCount } customers(where: {nameContainsFold: "canary-person"}) { totalCount } }`)
	p.ask(p.key, fmt.Sprintf(`{ exportCustomer(customerId: %q) { url } }`, p.customer))
}

// fail has others fail over that person, and the server over what is said of it.
func (p *people) fail() {
	for _, document := range []string{
		`{ thread(id: %q) { customer { nothing } } }`,
		`mutation { createThread(input: {agentId: "agt_none", customerId: %q}) { thread { id } } }`,
		`mutation { takeOver(input: {threadId: %q}) { thread { id } } }`,
		`mutation { eraseCustomer(input: {customerId: %q}) { id } }`,
		`mutation { createThread(input: {agentId: "` + p.agent + `", externalId: "canary-person-` + p.agent + `", text: "%s"}) { thread { id } } }`,
	} {
		p.answers = append(p.answers, p.ask(p.stranger, fmt.Sprintf(document, p.thread)), p.ask(p.stranger, fmt.Sprintf(document, p.customer)))
	}
	for _, bad := range []string{ // whose author reads an error of it, and nobody else
		`mutation { createThread(input: {agentId: "` + p.agent + `", customer: {name: "canary-person \u0000", email: "canary-person"}}) { thread { id } } }`,
		`mutation { createThread(input: {agentId: "` + p.agent + `", metadata: {a: "canary-person \u0000"}}) { thread { id } } }`,
		`mutation { addTag(input: {threadId: "` + p.thread + `", tag: "canary person \u0000", text: "\u0000"}) { thread { id } } }`,
		`{ customers(where: {email: "canary-person \u0000"}) { totalCount } threads(where: {text: "canary-person \" OR ( \u0000"}) { totalCount } }`,
		`{ threads(where: {externalId: "canary-person \u0000"}) { totalCount } thread(externalId: "canary-person \u0000") { id } }`,
	} {
		p.ask(p.key, bad)
	}
	p.answers = append(p.answers, get(p.t, p.address+"/readyz"), get(p.t, p.address+"/chat/"+p.agent), p.ask(p.key, `{ stats { total { dialogues } } auditLog { edges { node { action } } } }`))
}

// search looks for the person where nobody is to be told of.
func (p *people) search() {
	metrics := get(p.t, p.address+"/metrics")
	p.must(fmt.Sprintf(`mutation { eraseCustomer(input: {customerId: %q}) { id } }`, p.customer))
	p.stop() // what is left is exported
	log := p.log.String()
	p.spans.mu.Lock()
	defer p.spans.mu.Unlock()
	for _, there := range []struct{ text, word string }{
		{log, "a function was called"}, {log, "a turn has ended"}, {log, "an operation was answered"}, {log, "a delivery was tried"},
		{metrics, "parley_turn_seconds"}, {metrics, "parley_delivery_attempt_seconds"}, {p.spans.raw.String(), "delivery"}, {p.spans.raw.String(), "turn"},
	} {
		if !strings.Contains(there.text, there.word) {
			p.t.Errorf("%q is nowhere: the test looks in the wrong place", there.word)
		}
	}
	for where, text := range map[string]string{"the log": log, "metrics": metrics, "spans": p.spans.raw.String(), "an answer to somebody else": strings.Join(p.answers, "\n")} {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(strings.ToLower(line), "canary") {
				p.t.Errorf("somebody is told of in %s: %.1000s", where, line)
			}
		}
	}
}
