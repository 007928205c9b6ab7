package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/storage/storagetest"
)

var firstID = regexp.MustCompile(`"id":"([^"]+)"`)

// traced is a workspace in which a message makes a turn, a call and webhooks.
type traced struct{ address, key, thread string }

func newTraced(t *testing.T, address, key, endpoints string, quietMs int) traced {
	t.Helper()
	made := func(document string) string {
		answer := query(t, address, key, document)
		m := firstID.FindStringSubmatch(answer)
		if m == nil {
			t.Fatal(answer)
		}
		return m[1]
	}
	agent := made(fmt.Sprintf(`mutation { createAgent(input: {name: "A", quietMs: %d, models: ["orders"]}) { agent { id } } }`, quietMs))
	made(fmt.Sprintf(`mutation { createFunction(input: {agentId: %q, kind: HTTP, name: "order", description: "orders", method: "POST",
		url: "%s/order?key=canary-url", parameters: {type: "object", properties: {item: {type: "string"}}}, headers: [{name: "X-Key", value: "canary-secret", secret: true}]}) { function { id } } }`, agent, endpoints))
	made(fmt.Sprintf(`mutation { createIntegration(input: {name: "all", url: "%s/hook?key=canary-url", eventTypes: ["message.created"]}) { integration { id } } }`, endpoints))
	return traced{address, key, made(fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "web"}) { thread { id } } }`, agent))}
}

// the caller's own trace, as a browser or a service before the server has begun it.
const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
)

// say sends a customer's message with a traceparent.
func (w traced) say(t *testing.T, flags string) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": fmt.Sprintf(
		`mutation CanaryOperation { sendMessage(input: {threadId: %q, text: "canary-text"}) { message { id } } }`, w.thread)})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + w.key},
		"Traceparent": {"00-" + callersTrace + "-" + callersSpan + "-" + flags}}
	if text := fetch(t, req); strings.Contains(text, "errors") {
		t.Fatal(text)
	}
}

// tracedEnvironment is e with a collector and endpoints on this machine, which a server on Postgres has to be allowed.
func tracedEnvironment(e env, collector string) env {
	e["OTEL_EXPORTER_OTLP_ENDPOINT"], e["PARLEY_OUTBOUND_ALLOW"] = collector, "127.0.0.0/8"
	return e
}

// spansOfTurn are all that a message that is answered with a call makes.
var spansOfTurn = []string{"mutation sendMessage", "turn", "step", "model", "call", "delivery"}

// checkTree fails unless the spans are one tree below the caller's span.
func checkTree(t *testing.T, all []exported) {
	t.Helper()
	byID := map[string]exported{}
	for _, e := range all {
		byID[e.id] = e
	}
	under := map[string][]string{
		"mutation sendMessage": {""}, "turn": {"mutation sendMessage"}, "step": {"turn"}, "model": {"step"}, "call": {"turn"}, "delivery": {"mutation sendMessage", "step"},
	}
	for _, e := range all {
		parent, known := byID[e.parent]
		if !known && e.parent != callersSpan {
			t.Errorf("%s hangs below %q, which nobody has exported", e.name, e.parent)
		}
		if !slices.Contains(under[e.name], parent.name) {
			t.Errorf("%s is below %q, not one of %v", e.name, parent.name, under[e.name])
		}
	}
}

// One trace holds a request, the turn that answers it, its steps and call, and the webhooks; functions and receivers are told
// of it, and nothing in it is a text or a secret.
func TestTraceOfATurn(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		collector := newSpans(t)
		heard, endpoints := newEndpoints(t)
		address, printed, stop := startServer(t, tracedEnvironment(e, collector.address), map[string]model.Provider{"orders": orders{}})
		w := newTraced(t, address, printedKey.FindString(printed), endpoints, 0)
		w.say(t, "01")
		waitUntil(t, func() bool { return heard.get("/hook") != "" })
		stop() // what is left is exported
		all := collector.waitFor(t, callersTrace, spansOfTurn...)
		checkTree(t, all)
		count := map[string]int{}
		for _, e := range all {
			count[e.name]++
			var told string
			switch {
			case e.name == "call":
				told = heard.get("/order")
			case e.name == "delivery" && strings.Contains(heard.get("/hook"), e.id):
				told = heard.get("/hook")
			default:
				continue
			}
			if want := "00-" + callersTrace + "-" + e.id + "-01"; told != want {
				t.Errorf("%s told %q, not %q", e.name, told, want)
			}
		}
		if count["step"] != 2 || count["model"] != 2 || count["call"] != 1 || count["delivery"] != 2 {
			t.Errorf("spans: %v", count)
		}
		collector.mu.Lock()
		defer collector.mu.Unlock()
		for _, secret := range []string{"canary", "Canary", "prl_", "whsec_"} {
			if strings.Contains(collector.raw.String(), secret) {
				t.Errorf("the collector was told %q", secret)
			}
		}
	})
}

// What a caller has decided not to sample is not sampled by anybody, and the decision is passed on.
func TestTraceNotSampled(t *testing.T) {
	t.Parallel()
	collector := newSpans(t)
	heard, endpoints := newEndpoints(t)
	e := tracedEnvironment(environment(t, storagetest.SQLite), collector.address)
	address, printed, stop := startServer(t, e, map[string]model.Provider{"orders": orders{}})
	w := newTraced(t, address, printedKey.FindString(printed), endpoints, 0)
	w.say(t, "00")
	waitUntil(t, func() bool { return heard.get("/hook") != "" })
	stop()
	if all := collector.of(callersTrace); len(all) > 0 {
		t.Errorf("exported: %v", all)
	}
	for _, path := range []string{"/order", "/hook"} {
		if told := heard.get(path); !strings.HasPrefix(told, "00-"+callersTrace) || !strings.HasSuffix(told, "-00") {
			t.Errorf("%s was told %q", path, told)
		}
	}
}

// A trace goes on at another server: one takes the message and stops, another one answers it.
func TestTraceOverReplicas(t *testing.T) {
	t.Parallel()
	collector := newSpans(t)
	heard, endpoints := newEndpoints(t)
	e := tracedEnvironment(environment(t, storagetest.Postgres), collector.address)
	more := map[string]model.Provider{"orders": orders{}}
	here, printed, stopHere := startServer(t, e, more)
	_, _, stopThere := startServer(t, e, more)
	w := newTraced(t, here, printedKey.FindString(printed), endpoints, 1500)
	w.say(t, "01")
	stopHere()
	waitUntil(t, func() bool { return heard.get("/hook") != "" })
	stopThere()
	all := collector.waitFor(t, callersTrace, spansOfTurn...)
	checkTree(t, all)
	instances := map[string]string{}
	for _, e := range all {
		instances[e.name] += e.instance
	}
	if asked, answered := instances["mutation sendMessage"], instances["turn"]; asked == "" || answered == "" || asked == answered {
		t.Errorf("the message was taken by %q and answered by %q", asked, answered)
	}
}

// waitUntil waits for something to become true, for twenty seconds.
func waitUntil(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come")
		}
	}
}
