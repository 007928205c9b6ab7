package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/access"
	"parley/ent/viewer"
	"parley/graph"
	"parley/rate"
)

func rates(l rate.Limits) func(*graph.Options) {
	return func(o *graph.Options) { o.Rates = rate.New(l, nil) }
}

func TestAliasesCountEach(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		thread := a.thread(a.agent("A")) // costs two
		var many strings.Builder
		for i := range 90 {
			fmt.Fprintf(&many, " a%d: addTag(input: {threadId: %q, tag: %q}) { thread { id } }", i, thread, fmt.Sprint("t", i))
		}
		document := "mutation { ...F } fragment F on Mutation {" + many.String() + " }"
		if r := a.do(a.keys[viewer.Admin], document, nil); r.Status != 200 || len(r.Errors) > 0 {
			t.Fatalf("%d %.300s", r.Status, r.raw)
		}
		r := a.do(a.keys[viewer.Admin], document, nil)
		if r.Status != 429 || r.code() != "RATE_LIMITED" || !r.Errors[0].Extensions.Retryable || r.Data != nil {
			t.Fatalf("182 root fields of 100: %d %.300s", r.Status, r.raw)
		}
		if r := a.do(a.keys[viewer.Operator], `{ viewer { role } }`, nil); r.Status != 200 {
			t.Errorf("another key: %d %s", r.Status, r.raw)
		}
		if r := a.do(a.keys[viewer.Operator], `query { a: viewer { role } b: viewer { role } }`, nil); r.Status != 200 {
			t.Errorf("%s", r.raw)
		}
	}, rates(rate.Limits{rate.Key: {Fields: 100}}))
}

func TestEveryTransportIsBounded(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const query = `{ viewer { role } }`
		key := a.keys[viewer.Admin]
		s := a.admitted(t, key)
		defer s.close()
		post := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + key}}
		refused := map[string]string{}
		for range 12 {
			if res, text := a.request(http.MethodPost, "", post, strings.NewReader(`{"query":"`+query+`"}`)); res.StatusCode == 429 && res.Header.Get("Retry-After") == "6" {
				refused["post"] = text
			}
		}
		if res, text := a.request(http.MethodGet, "?query="+strings.ReplaceAll(query, " ", "%20"), http.Header{"Authorization": {"Bearer " + key}, "Accept": {"application/graphql-response+json"}}, nil); res.StatusCode == 429 {
			refused["get"] = text
		}
		events := post.Clone()
		events.Set("Accept", "text/event-stream")
		if res, text := a.request(http.MethodPost, "", events, strings.NewReader(`{"query":"`+query+`"}`)); res.Header.Get("Retry-After") != "" {
			refused["events"] = text
		}
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": query}})
		m, _ := s.read()
		refused["socket"] = fmt.Sprint(m)
		for _, transport := range []string{"post", "get", "events", "socket"} {
			if text := refused[transport]; !strings.Contains(text, "RATE_LIMITED") || !strings.Contains(text, "retryAfterMs") {
				t.Errorf("%s: %s", transport, text)
			}
		}
	}, rates(rate.Limits{rate.Key: {Fields: 10}}))
}

func TestRefusedDocumentsCountToo(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for range 10 {
			a.do(a.keys[viewer.Admin], `{ nothing }`, nil)
		}
		if r := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil); r.code() != "RATE_LIMITED" {
			t.Errorf("%s", r.raw)
		}
	}, rates(rate.Limits{rate.Key: {Fields: 10}}))
}

func TestTokensOfOneThreadShareAnAllowance(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		token := func() string {
			return a.must(fmt.Sprintf(`mutation { createThreadToken(input: {threadId: %q}) { token } }`, threadID), nil).text("createThreadToken", "token")
		}
		first, second := token(), token()
		query := fmt.Sprintf(`{ thread(id: %q) { id } }`, threadID)
		for range 5 {
			a.do(first, query, nil)
			a.do(second, query, nil)
		}
		if r := a.do(second, query, nil); r.code() != "RATE_LIMITED" {
			t.Errorf("the 11th: %s", r.raw)
		}
	}, rates(rate.Limits{rate.Thread: {Fields: 10}}))
}

func TestWrongKeysAreBoundedByAddress(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		good := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil)
		for range 3 {
			if r := a.do(access.NewKey(), `{ viewer { role } }`, nil); r.Status != 401 {
				t.Fatalf("%d %s", r.Status, r.raw)
			}
		}
		if r := a.do(access.NewKey(), `{ viewer { role } }`, nil); r.Status != 429 || r.code() != "RATE_LIMITED" {
			t.Errorf("the 4th: %d %s", r.Status, r.raw)
		}
		if r := a.do("", `{ viewer { role } }`, nil); r.Status != 200 || r.code() != "UNAUTHENTICATED" {
			t.Errorf("no key, before the address is exhausted: %d %s", r.Status, r.raw)
		}
		for range 5 {
			a.do("", `{ viewer { role } }`, nil)
		}
		if r := a.do("", `{ viewer { role } }`, nil); r.Status != 429 {
			t.Errorf("no key: %d %s", r.Status, r.raw)
		}
		if r := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil); r.raw != good.raw {
			t.Errorf("a key that was good: %s", r.raw)
		}
		if r := a.do(a.keys[viewer.Operator], `{ viewer { role } }`, nil); r.Status != 429 {
			t.Errorf("a key that was not seen before: %s", r.raw)
		}
	}, rates(rate.Limits{rate.Address: {Fields: 36}}))
}

// A flood is not read: who has used up an allowance is refused by the head of a request, unless a key is shown that was good before.
func TestWhoHasUsedUpAnAllowanceIsRefusedUnread(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		good := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil)
		post := http.Header{"Content-Type": {"application/json"}}
		for i := range 8 { // what cannot be read counts, too
			if res, text := a.send(http.MethodPost, "", post, strings.NewReader(`nothing`)); res.StatusCode != http.StatusBadRequest {
				t.Fatalf("%d: %d %s", i, res.StatusCode, text)
			}
		}
		if res, _ := a.send(http.MethodPost, "", post, strings.NewReader(strings.Repeat(" ", 1<<20))); res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a megabyte: %d", res.StatusCode)
		}
		if res, text := a.send(http.MethodGet, "?query=%7B&variables=7", http.Header{}, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", res.StatusCode, text)
		}
		for name, header := range map[string]http.Header{
			"nobody": post, "a wrong key": {"Content-Type": {"application/json"}, "Authorization": {"Bearer " + access.NewKey()}},
			"a wrong session": {"Content-Type": {"application/json"}, "Cookie": {"parley_session=" + access.NewKey()}},
		} {
			body, hold := io.Pipe() // never sent
			res, text := a.send(http.MethodPost, "", header, body)
			if res.StatusCode != http.StatusTooManyRequests || !strings.Contains(text, "RATE_LIMITED") || res.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %d %s", name, res.StatusCode, text)
			}
			_ = hold.Close()
		}
		if r := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil); r.raw != good.raw {
			t.Errorf("a key that was good: %s", r.raw)
		}
	}, rates(rate.Limits{rate.Address: {Fields: 10}}))
}

func TestTheCostIsToldOnRequest(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		post := http.Header{"Content-Type": {"application/json"}}
		body := `{"query":"{ viewer { role } threads(first: 10) { edges { node { id } } } }","extensions":{"cost":true}}`
		_, text := a.request(http.MethodPost, "", post, strings.NewReader(body))
		if !strings.Contains(text, `"extensions":{"cost":{"cost":33,"left":{"cost":967,"rootFields":98,"wholeInMs":`) ||
			!strings.Contains(text, `"maxCost":10000,"rootFields":2}`) {
			t.Errorf("%s", text)
		}
		_, text = a.request(http.MethodPost, "", post, strings.NewReader(strings.Replace(body, "true", "false", 1)))
		if strings.Contains(text, "extensions") {
			t.Errorf("unasked: %s", text)
		}
	}, rates(rate.Limits{rate.Key: {Fields: 100, Cost: 1000}}))
}

func TestACallerWithoutAllowanceForTheCostIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		query := `{ threads(first: 250) { edges { node { id } } } }`
		if r := a.do(a.keys[viewer.Admin], query, nil); r.Status != 200 {
			t.Fatalf("%s", r.raw)
		}
		if r := a.do(a.keys[viewer.Admin], query, nil); r.Status != 429 || r.code() != "RATE_LIMITED" {
			t.Errorf("%d %s", r.Status, r.raw)
		}
	}, rates(rate.Limits{rate.Key: {Cost: 900}}))
}
