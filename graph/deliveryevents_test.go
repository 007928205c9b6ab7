package graph_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"parley/ent/viewer"
)

const followDeliveries = `subscription($after: Cursor, $of: ID) { deliveryEvents(after: $after, integrationId: $of) {
	cursor state attempt { number outcome status } delivery { id threadId sequence integration { name } } } }`

// delivered reads the next event of a stream of deliveries.
func delivered(t *testing.T, s stream) (event, attempt, delivery map[string]any) {
	t.Helper()
	next, ok := s.next()
	data, _ := next["data"].(map[string]any)
	event, isEvent := data["deliveryEvents"].(map[string]any)
	if !ok || !isEvent {
		t.Fatalf("the stream gave %v", next)
	}
	return event, event["attempt"].(map[string]any), event["delivery"].(map[string]any)
}

func TestDeliveriesAreFollowedWithoutAGap(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/bad" {
				w.WriteHeader(http.StatusTeapot)
			}
		}))
		t.Cleanup(receiver.Close)
		agent := a.agent("A")
		ids := map[string]string{}
		for _, name := range []string{"good", "bad"} {
			ids[name] = a.must(`mutation($name: String!, $url: String!) { createIntegration(input: {name: $name, url: $url, eventTypes: ["message.created"]}) { integration { id } } }`,
				map[string]any{"name": name, "url": receiver.URL + "/" + name}).text("createIntegration", "integration", "id")
		}
		begin := a.must(`{ viewer { workspace { deliveryCursor } } }`, nil).text("viewer", "workspace", "deliveryCursor")
		live := a.socketFor(t, a.keys[viewer.Integrator], followDeliveries, map[string]any{"of": ids["good"], "after": begin})
		defer live.close()
		thread := a.thread(agent)
		a.must(`mutation($t: ID!) { closeThread(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": thread})
		for range 3 {
			a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hi"}) { message { id } } }`, map[string]any{"t": thread})
		}
		var last string
		for range 3 { // of one integration
			event, attempt, d := delivered(t, live)
			if event["state"] != "DONE" || attempt["outcome"] != "SUCCEEDED" || d["threadId"] != thread || d["integration"].(map[string]any)["name"] != "good" {
				t.Errorf("event %v", event)
			}
			last = event["cursor"].(string)
		}
		all := a.eventSourceFor(t, a.keys[viewer.Admin], followDeliveries, map[string]any{"after": begin})
		defer all.close()
		seen := map[string]int{}
		var cursors []string
		for range 4 { // three that succeeded, and the first one of the thread that failed, in any order
			event, attempt, d := delivered(t, all)
			seen[d["integration"].(map[string]any)["name"].(string)]++
			cursors = append(cursors, event["cursor"].(string))
			if attempt["outcome"] == "REFUSED" && (event["state"] != "PENDING" || attempt["status"] != float64(http.StatusTeapot)) {
				t.Errorf("event %v", event)
			}
		}
		if seen["good"] != 3 || seen["bad"] != 1 {
			t.Errorf("followed were %v", seen)
		}
		again := a.eventSourceFor(t, a.keys[viewer.Admin], followDeliveries, map[string]any{"after": cursors[1]})
		defer again.close()
		for _, want := range cursors[2:] {
			if event, _, _ := delivered(t, again); event["cursor"] != want {
				t.Errorf("a resumed stream does not go on where it was: %v", event)
			}
		}
		read := a.must(`query($id: ID!) { node(id: $id) { ... on Integration { backlog { pending running held more oldestDueAt }
			stats { attempts succeeded successRate meanUs slowestUs } days: stats(bucket: DAY, since: "2026-01-01T00:00:00Z", until: "2026-01-31T23:00:00Z") { since attempts successRate } } } }`,
			map[string]any{"id": ids["bad"]})
		if b := read.at("node", "backlog").(map[string]any); b["pending"] != 3.0 || b["running"] != 0.0 || b["held"] != 0.0 || b["more"] != false {
			t.Errorf("backlog %v", b)
		}
		hours, days := read.at("node", "stats").([]any), read.at("node", "days").([]any)
		var attempts, slowest float64
		for _, h := range hours {
			attempts += h.(map[string]any)["attempts"].(float64)
			slowest = max(slowest, h.(map[string]any)["slowestUs"].(float64))
		}
		if len(hours) != 24 || attempts != 1 || slowest == 0 {
			t.Errorf("%d hours with %v attempts: %v", len(hours), attempts, hours)
		}
		if first := days[0].(map[string]any); len(days) != 31 || first["since"] != "2026-01-01T00:00:00.000Z" || first["successRate"] != nil {
			t.Errorf("%d days: %v", len(days), days)
		}
		bad := a.do(a.keys[viewer.Admin], `query($id: ID!) { node(id: $id) { ... on Integration { stats(since: "2026-01-01T00:00:00Z", until: "2026-03-01T00:00:00Z") { attempts } } } }`,
			map[string]any{"id": ids["bad"]})
		if bad.code() != "BAD_INPUT" {
			t.Errorf("too many buckets: %s", bad.raw)
		}
		if last == "" || !slices.Contains(cursors, last) {
			t.Error("the cursor of a filtered stream is no place of the whole one")
		}
	})
}

func TestStreamsOfDeliveriesRefuseWhatIsNotTheirs(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agent := a.agent("A")
		thread := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": a.thread(agent)}).at("thread", "cursor")
		for name, c := range map[string]struct {
			key       viewer.Role
			variables map[string]any
			code      string
		}{
			"cursor of a thread":  {viewer.Admin, map[string]any{"after": thread}, "BAD_INPUT"},
			"unknown integration": {viewer.Admin, map[string]any{"of": "int_none"}, "NOT_FOUND"},
			"empty integration":   {viewer.Admin, map[string]any{"of": ""}, "BAD_INPUT"},
			"role that may not":   {viewer.Operator, nil, "FORBIDDEN"},
			"role of a front end": {viewer.App, nil, "FORBIDDEN"},
		} {
			s := a.eventSourceFor(t, a.keys[c.key], followDeliveries, c.variables)
			next, _ := s.next()
			s.close()
			errs, _ := next["errors"].([]any)
			if len(errs) == 0 || errs[0].(map[string]any)["extensions"].(map[string]any)["code"] != c.code {
				t.Errorf("%s: %v", name, next)
			}
		}
		if c := a.do(a.keys[viewer.Operator], `{ viewer { workspace { deliveryCursor } } }`, nil).at("viewer", "workspace", "deliveryCursor"); c != nil {
			t.Errorf("an operator reads %v", c)
		}
	})
}

func TestATestTellsItsOutcomeAndHowLongEachPartTook(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("thanks")) }))
		t.Cleanup(receiver.Close)
		id := a.must(`mutation($url: String!) { createIntegration(input: {name: "i", url: $url, eventTypes: ["*"]}) { integration { id } } }`,
			map[string]any{"url": receiver.URL}).text("createIntegration", "integration", "id")
		got := a.must(`mutation($id: ID!) { testIntegration(input: {id: $id, eventType: "message.created"}) {
			outcome status answer remoteAddress dnsUs connectUs tlsUs firstByteUs totalUs body } }`, map[string]any{"id": id}).at("testIntegration").(map[string]any)
		first, total := got["firstByteUs"].(float64), got["totalUs"].(float64)
		if got["outcome"] != "SUCCEEDED" || got["status"] != 200.0 || got["answer"] != "thanks" || got["remoteAddress"] == "" ||
			got["connectUs"].(float64) <= 0 || got["tlsUs"] != 0.0 || first <= 0 || total < first {
			t.Errorf("the test says %v", got)
		}
	})
}
