package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/fakemodel"
)

// threeSteps is what the customer says in each turn: three steps of two calls side by side, of which one waits for a person.
const threeSteps = "call interest {}\ncall get_contact {\"email\":\"a@b.example\"}\nthen\n" +
	"call reserve {\"n\":12345678901234567}\ncall message_for_operator {\"text\":\"look\"}\nthen\ncall success {}\ncall interest {}"

// threeStepsScript lets the scripted provider do the same as far as the call that waits, and end what others began.
const threeStepsScript = `{"rules": [
	{"name": "begin", "when": {"any": ["call interest"]}, "calls": [{"function": "interest"}, {"function": "get_contact", "arguments": {"email": "a@b.example"}}]},
	{"name": "ask", "when": {"result": {"function": "get_contact"}}, "calls": [{"function": "reserve", "arguments": {"n": 7}}, {"function": "message_for_operator", "arguments": {"text": "look"}}]},
	{"name": "done", "when": {"result": {"function": "reserve"}}, "say": "It is reserved.", "call": {"function": "success"}}]}`

// switched are all ways from one provider to another, and from each to itself, one behind the other: a de Bruijn sequence.
func switched() (ways [][2]string) {
	names := []string{"gemini", "gemini-legacy/gemini-3.8-flash", "openai", "scripted"}
	const order = "00102031121322330"
	for i := range len(order) - 1 {
		ways = append(ways, [2]string{names[order[i]-'0'], names[order[i+1]-'0']})
	}
	return ways
}

// TestProvidersTakeOverFromEachOther leads one thread from each provider to each other in the middle of a turn, where
// signatures are checked: after two steps the turn waits for a person, the server ends, and another one goes on with what
// the database holds, by another model. The played models refuse whatever the real ones would.
func TestProvidersTakeOverFromEachOther(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		fake := fakemodel.New(fakemodel.Options{Strict: true, Key: "secret-key"})
		models := httptest.NewServer(fake)
		t.Cleanup(models.Close)
		var reserved atomic.Int64
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			reserved.Add(1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"number": 98765432109876543, "list": [1, 2]}`)
		}))
		t.Cleanup(shop.Close)
		e["PARLEY_ADMIN_KEY"], e["PARLEY_OUTBOUND_ALLOW"] = strings.Repeat("k", 40), "127.0.0.0/8"
		e["GEMINI_BASE_URL"], e["GEMINI_API_KEY"] = models.URL, "secret-key"
		e["OPENAI_BASE_URL"], e["OPENAI_API_KEY"], e["OPENAI_MODEL"] = models.URL+"/v1", "secret-key", "gemini-3.8-flash"
		l := &lasting{t: t, e: e}
		l.start("on")
		agentID := l.id("createAgent", map[string]any{"name": "A", "quietMs": 0, "script": json.RawMessage(threeStepsScript)}, "agent")
		l.id("createFunction", map[string]any{"agentId": agentID, "kind": "HTTP", "name": "reserve", "method": "POST", "url": shop.URL, "needsApproval": true,
			"parameters": map[string]any{"type": "object", "properties": map[string]any{"n": map[string]any{"type": "integer"}}}}, "function")
		threadID := l.id("createThread", map[string]any{"agentId": agentID}, "thread")
		for n, way := range switched() {
			begins := e["GEMINI_STREAMING"]
			ends := []string{"on", "off", "off", "on"}[n%4] // so that each comes before and after each
			l.set(agentID, way[0])
			l.id("sendMessage", map[string]any{"threadId": threadID, "text": threeSteps}, "message")
			waiting := l.until(threadID, "a call that waits", func(last turnView) bool { return last.State == "PARKED" })
			l.set(agentID, way[1])
			l.start(ends)
			for _, c := range waiting.Calls {
				if c.State == "AWAITING_APPROVAL" {
					l.id("approveCall", map[string]any{"callId": c.ID}, "call")
				}
			}
			last := l.until(threadID, "the end", func(last turnView) bool { return last.State == "ENDED" })
			l.check(fmt.Sprintf("%d: %s with streams %s, then %s with streams %s", n, way[0], begins, way[1], ends), way, last)
		}
		if reserved.Load() != int64(len(switched())) {
			t.Errorf("the shop was asked %d times", reserved.Load())
		}
		for _, r := range fake.Requests() {
			if strings.Contains(r.Path, "enerateContent") && strings.Contains(string(r.Body), "98765432109876543") {
				return
			}
		}
		t.Error("a number lost its digits on the way through the database")
	})
}

// A turnView is as much of a turn as is looked at.
type turnView struct {
	State, Reason, ReasonText string
	StepsUsed                 int
	Steps                     []struct {
		Provider    string
		InputTokens int
	}
	Calls []struct{ ID, Name, State string }
}

// lasting is a server that starts again with the same database.
type lasting struct {
	t       *testing.T
	e       env
	address string
	stop    func()
}

// start starts the server, after ending the one before.
func (l *lasting) start(streaming string) {
	l.t.Helper()
	if l.stop != nil {
		l.stop()
	}
	l.e["GEMINI_STREAMING"] = streaming
	l.address, _, l.stop = startServer(l.t, l.e)
}

// id makes a mutation and returns the id of what it made.
func (l *lasting) id(mutation string, input map[string]any, field string) string {
	l.t.Helper()
	kind := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
	if mutation == "approveCall" {
		kind = "CallInput"
	}
	body, err := json.Marshal(map[string]any{"variables": map[string]any{"input": input},
		"query": "mutation($input: " + kind + "!) { " + mutation + "(input: $input) { " + field + " { id } } }"})
	if err != nil {
		l.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+l.e["PARLEY_ADMIN_KEY"])
	return between(l.t, fetch(l.t, r), `"id":"`, `"`)
}

// set gives the agent its model.
func (l *lasting) set(agentID, model string) {
	l.t.Helper()
	l.id("updateAgent", map[string]any{"id": agentID, "models": []string{model}}, "agent")
}

// until waits until a thread's newest turn is as wanted.
func (l *lasting) until(threadID, what string, ok func(turnView) bool) turnView {
	l.t.Helper()
	deadline, got := time.Now().Add(time.Minute), ""
	for time.Now().Before(deadline) {
		got = query(l.t, l.address, l.e["PARLEY_ADMIN_KEY"], `{ thread(id: "`+threadID+`") { turns(first: 1) { state reason reasonText stepsUsed
			steps { provider inputTokens } calls { id name state } } } }`)
		var read struct {
			Data struct{ Thread struct{ Turns []turnView } }
		}
		if err := json.Unmarshal([]byte(got), &read); err != nil {
			l.t.Fatalf("%v: %s", err, got)
		}
		if all := read.Data.Thread.Turns; len(all) > 0 && ok(all[0]) {
			return all[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.t.Fatalf("waited in vain for %s: %s", what, got)
	return turnView{}
}

// check holds a turn that one provider began and another ended against what both must have done.
func (l *lasting) check(name string, way [2]string, turn turnView) {
	l.t.Helper()
	var providers, calls []string
	for _, s := range turn.Steps {
		providers = append(providers, s.Provider)
		if s.InputTokens == 0 && s.Provider != "scripted" {
			l.t.Errorf("%s: no usage of a step by %s", name, s.Provider)
		}
	}
	for _, c := range turn.Calls {
		calls = append(calls, c.Name+" "+c.State)
	}
	first, _, _ := strings.Cut(way[0], "/")
	second, _, _ := strings.Cut(way[1], "/")
	want := []string{first, first, second, second}
	if turn.Reason != "ANSWERED" || !slices.Equal(providers, want) {
		l.t.Errorf("%s: %s (%s) by %v, want %v", name, turn.Reason, turn.ReasonText, providers, want)
	}
	wantCalls := []string{"interest ANSWERED", "get_contact ANSWERED", "reserve ANSWERED", "message_for_operator ANSWERED", "success ANSWERED"}
	if second != "scripted" {
		wantCalls = append(wantCalls, "interest ANSWERED")
	}
	if !slices.Equal(calls, wantCalls) {
		l.t.Errorf("%s: calls %v, want %v", name, calls, wantCalls)
	}
}
