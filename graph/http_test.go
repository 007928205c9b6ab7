package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/graph"
)

// quick gives requests half a second.
func quick(o *graph.Options) { o.Timeout = 500 * time.Millisecond }

// request sends a request with the admin's key and returns the answer with its body.
func (a *api) request(method, query string, header http.Header, body io.Reader) (*http.Response, string) {
	a.t.Helper()
	with := http.Header{"Authorization": {"Bearer " + a.keys[viewer.Admin]}}
	for name, values := range header {
		with[name] = values
	}
	return a.send(method, query, with, body)
}

// plain sends a request without a key, as one who takes streams.
func (a *api) plain(method, query string, body io.Reader) (*http.Response, string) {
	a.t.Helper()
	return a.send(method, query, http.Header{"Accept": {"application/json, text/event-stream;q=0.5"}}, body)
}

func (a *api) send(method, query string, header http.Header, body io.Reader) (*http.Response, string) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+query, body)
	if err != nil {
		a.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res, string(text)
}

func coded(text string) bool {
	return strings.Contains(text, `"code":"BAD_REQUEST"`) && strings.Contains(text, `"requestId":"req_`)
}

func TestAMalformedRequestIsNotRepeatedInItsError(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const canary = "canary"
		for _, body := range []string{
			`{"query":"{viewer{role}}","variables":"canary"}`, `{"query":"{viewer{role}}","variables":["canary"]}`,
			`{"query":"{viewer{role}}","Variables":"canary"}`, `{"query":"{viewer{role}}","operationName":["canary"]}`,
			`{"query":"{viewer{role}}","operationName":{"a":"canary"}}`, `{"query":"{viewer{role}}","extensions":"canary"}`,
			`{"query":["canary"]}`, `{"variables":{"a":"canary"}}`, `{"query":"{viewer{role}}"} canary`, `null`, `[]`, `"canary"`, ``,
		} {
			for _, accept := range []string{"application/json", "text/event-stream"} {
				header := http.Header{"Content-Type": {"application/json"}, "Accept": {accept}}
				if res, text := a.request(http.MethodPost, "", header, strings.NewReader(body)); res.StatusCode != 400 || !coded(text) || strings.Contains(text, canary) {
					t.Errorf("%s by %s: %d %s", body, accept, res.StatusCode, text)
				}
			}
		}
		for _, query := range []string{`?query={viewer{role}}&variables="canary"`, `?query={viewer{role}}&variables={"canary`, `?query={viewer{role}}&extensions=[]`, `?query=%zz`} {
			if res, text := a.request(http.MethodGet, query, nil, nil); res.StatusCode != 400 || !coded(text) || strings.Contains(text, canary) {
				t.Errorf("%s: %d %s", query, res.StatusCode, text)
			}
		}
		for _, body := range []string{
			`{"query":"{viewer{role}}","variables":null,"operationName":null,"extensions":null}`,
			`{"query":"query A($x: Boolean!) {viewer{role @include(if: $x)}} query B {viewer{name}}","operationName":"A","variables":{"x":true},"extensions":{"a":1},"headers":"ignored","more":[1]}`,
		} {
			if res, text := a.request(http.MethodPost, "", http.Header{"Content-Type": {"application/json"}}, strings.NewReader(body)); res.StatusCode != 200 || text != `{"data":{"viewer":{"role":"ADMIN"}}}` {
				t.Errorf("%s: %d %s", body, res.StatusCode, text)
			}
		}
	})
}

func TestMethodsThatDoNotFitAreRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agent := a.agent("A")
		mutation := "?query=" + url.QueryEscape(`mutation { deleteAgent(input: {id: "`+agent+`"}) { id } }`)
		for _, tt := range []struct{ method, query, accept, allow string }{
			{http.MethodHead, "?query={viewer{role}}", "", "GET, POST"},
			{http.MethodPut, "", "", "GET, POST"},
			{http.MethodGet, mutation, "", "POST"},
			{http.MethodGet, mutation, "text/event-stream", "POST"},
		} {
			res, text := a.request(tt.method, tt.query, http.Header{"Accept": {tt.accept}}, nil)
			if res.StatusCode != 405 || res.Header.Get("Allow") != tt.allow || tt.method != http.MethodHead && !coded(text) {
				t.Errorf("%+v: %d, Allow %q, %s", tt, res.StatusCode, res.Header.Get("Allow"), text)
			}
		}
		if r := a.must(`{ agents { totalCount } }`, nil); r.at("agents", "totalCount") != 1.0 {
			t.Errorf("a mutation by GET was done: %s", r.raw)
		}
		if res, text := a.request(http.MethodGet, "?query={viewer{role}}", http.Header{"Upgrade": {"h2c"}, "Connection": {"Upgrade"}}, nil); res.StatusCode != 200 {
			t.Errorf("an offer to speak HTTP/2: %d %s", res.StatusCode, text)
		}
	})
}

func TestACancelledRequestIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		late, done := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer done()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for status, ctx := range map[int]context.Context{503: late, 499: gone} {
			req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/?query={viewer{role}}", nil)
			req.Header.Set("Authorization", "Bearer "+a.keys[viewer.Admin])
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, req)
			if w.Code != status || !strings.Contains(w.Body.String(), `"code":"TIMEOUT"`) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, status)
			}
		}
	})
}

func TestAFaultWhileAKeyIsCheckedIsInTheLog(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		_ = a.db.Close()
		r := a.do(a.keys[viewer.Admin], `{ viewer { role } }`, nil)
		if r.Status != 500 || r.code() != "INTERNAL" || r.Errors[0].Extensions.RequestID == "" {
			t.Fatalf("%d %s", r.Status, r.raw)
		}
		if logs := a.logs.String(); !strings.Contains(logs, r.Errors[0].Extensions.RequestID) || !strings.Contains(logs, "database is closed") {
			t.Errorf("request %s is not in the log: %s", r.Errors[0].Extensions.RequestID, logs)
		}
	})
}

func TestAnOperationThatWaitsTimesOutOnEveryTransport(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		ctx := viewer.SystemContext(t.Context(), "migrate")
		tx, err := a.db.SQL.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(ctx, "UPDATE threads SET updated_at = updated_at WHERE id = $1", threadID); err != nil {
			t.Fatal(err)
		}
		mutation := fmt.Sprintf(`mutation { closeThread(input: {threadId: %q}) { thread { id } } }`, threadID)
		begin := time.Now()
		if r := a.do(a.keys[viewer.Admin], mutation, nil); r.code() != "TIMEOUT" || !r.Errors[0].Extensions.Retryable {
			t.Errorf("POST: %s", r.raw)
		}
		header := http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
		if _, text := a.request(http.MethodPost, "", header, strings.NewReader(fmt.Sprintf(`{"query":%q}`, mutation))); !strings.Contains(text, `"code":"TIMEOUT"`) {
			t.Errorf("server-sent events: %s", text)
		}
		s := a.admitted(t, a.keys[viewer.Admin])
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": mutation}})
		if m, _ := s.read(); !strings.Contains(fmt.Sprint(m), "TIMEOUT") {
			t.Errorf("WebSocket: %v", m)
		}
		s.close()
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("three time-outs of half a second took %v", took)
		}
	}, quick)
}

// raw sends bytes as they are and returns the status of the answer and how long it took.
func (a *api) raw(t *testing.T, text string) (status int, took time.Duration) {
	t.Helper()
	begin := time.Now()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	// The connection must come to its end too, or a client that sends nothing more would hold it.
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the connection stays open: %v", err)
	}
	return res.StatusCode, time.Since(begin)
}

func TestASlowOrBrokenBodyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		for name, tt := range map[string]struct {
			text   string
			status int
		}{
			"a body that does not come":   {head + "Content-Length: 100\r\n\r\n{", 408},
			"chunks that do not come":     {head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 408},
			"a chunk without a length":    {head + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
			"a refused one that does not": {strings.Replace(head, "json", "xml", 1) + "Content-Length: 100\r\n\r\n{", 415},
		} {
			if status, took := a.raw(t, tt.text); status != tt.status || took > 10*time.Second {
				t.Errorf("%s: %d after %v, want %d", name, status, took, tt.status)
			}
		}
	}, quick)
}

// A body that does not say how long it is is not read further than one may be.
func TestALargeBodyOfUnknownLengthIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		body := io.MultiReader(strings.NewReader(`{"query": "{ viewer { role } }`), strings.NewReader(strings.Repeat(" ", 300_000)+`"}`))
		if res, text := a.request(http.MethodPost, "", http.Header{"Content-Type": {"application/json"}}, body); res.StatusCode != 413 || !strings.Contains(text, "256 KB") {
			t.Errorf("%d %.300s", res.StatusCode, text)
		}
	})
}

func TestAStreamOutlivesTheTimeOfARequest(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		from := map[string]any{"t": threadID, "after": a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")}
		e := a.eventSource(t, a.keys[viewer.App], from)
		s := a.socket(t, a.keys[viewer.App], from)
		t.Cleanup(s.close)
		time.Sleep(time.Second) // twice the time that a request has
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } }`, map[string]any{"t": threadID})
		for name, s := range map[string]stream{"events": e, "socket": s} {
			if m, ok := s.next(); !ok {
				t.Errorf("%s: %v", name, m)
			}
		}
	}, quick)
}

func TestALargeBodyIsReadWhole(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		body := `{"query":"query($n: JSON) { viewer { role } }","variables":{"n":"` + strings.Repeat("<", 250_000) + `"}}`
		if r := a.post(a.keys[viewer.Admin], "application/json", bytes.ReplaceAll([]byte(body), []byte("($n: JSON) "), nil)); r.Status != 200 {
			t.Errorf("%d %.200s", r.Status, r.raw)
		}
	})
}
