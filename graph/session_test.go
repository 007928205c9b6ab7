package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/ent/ms"
	"parley/ent/session"
	"parley/ent/viewer"
	"parley/graph"
)

// browser is a page of the server in a browser that is signed in or not.
type browser struct {
	a      *api
	cookie string
}

func (b *browser) ask(query string, header http.Header) (*http.Response, string) {
	b.a.t.Helper()
	with := http.Header{"Content-Type": {"application/json"}, "Origin": {b.a.url}}
	if b.cookie != "" {
		with.Set("Cookie", b.cookie)
	}
	for name, values := range header {
		with[name] = values
	}
	return b.a.send(http.MethodPost, "", with, strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
}

func (a *api) signIn(key string) *browser {
	a.t.Helper()
	b := &browser{a: a}
	res, text := b.ask(fmt.Sprintf(`mutation { signIn(input: {key: %q}) { viewer { role name workspace { cursor } } session { current userAgent } } }`, key),
		http.Header{"User-Agent": {"Old Browser"}})
	if len(res.Cookies()) != 1 || !strings.Contains(text, `"workspace":{"cursor":null}`) || !strings.Contains(text, `"current":true,"userAgent":"Old Browser"`) {
		a.t.Fatalf("signIn: %v %s", res.Cookies(), text)
	}
	set := res.Cookies()[0]
	if !set.HttpOnly || set.SameSite != http.SameSiteStrictMode || set.Path != "/" {
		a.t.Errorf("the cookie is %s", set)
	}
	b.cookie = set.Name + "=" + set.Value
	return b
}

func TestASessionIsItsKeyOnEveryTransport(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		b := a.signIn(a.keys[viewer.Operator])
		if _, text := b.ask(`{ viewer { role name sessions { current } } }`, nil); text != `{"data":{"viewer":{"role":"OPERATOR","name":"OPERATOR","sessions":[{"current":true}]}}}` {
			t.Errorf("the session sees %s", text)
		}
		if _, text := b.ask(`{ integrations { edges { node { id } } } }`, nil); !strings.Contains(text, "FORBIDDEN") {
			t.Errorf("an operator's session sees integrations: %s", text)
		}
		// Server-sent events by GET, as EventSource sends it: no origin, since the page is the server's own.
		e := a.get(t, http.Header{"Cookie": {b.cookie}, "Sec-Fetch-Site": {"same-origin"}}, fmt.Sprintf(`{"t":%q,"after":%q}`, threadID, start), "")
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		conn, _, err := websocket.Dial(ctx, a.url, &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Cookie": {b.cookie}, "Origin": {a.url}}})
		if err != nil {
			t.Fatal(err)
		}
		s := &socket{t, ctx, conn}
		s.send(map[string]any{"type": "connection_init"})
		if ack, ok := s.read(); !ok || ack["type"] != "connection_ack" {
			t.Fatalf("connection_init answered %v", ack)
		}
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": follow, "variables": map[string]any{"t": threadID, "after": start}}})
		a.tag(threadID, "hot")
		for name, from := range map[string]stream{"socket": s, "events": e} {
			if got, ok := from.next(); !ok {
				t.Errorf("%s: %v", name, got)
			}
		}
		// Signed out everywhere: both end within a second or two.
		began := time.Now()
		if _, text := b.ask(`mutation { endSessions(input: {}) { ended } }`, nil); text != `{"data":{"endSessions":{"ended":1}}}` {
			t.Errorf("endSessions: %s", text)
		}
		if _, end := s.rest(); end.Code != 4403 {
			t.Errorf("the socket closed with %v", end)
		}
		if lines := e.rest(); !strings.Contains(strings.Join(lines, " "), "UNAUTHENTICATED") {
			t.Errorf("the events ended with %v", lines)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("streams lasted %v after the sign-out", took)
		}
		res, text := b.ask(`{ viewer { role } }`, nil)
		if !strings.Contains(text, "UNAUTHENTICATED") || len(res.Cookies()) != 1 || res.Cookies()[0].MaxAge >= 0 {
			t.Errorf("after the sign-out: %s, %v", text, res.Cookies())
		}
		if _, text := b.ask(fmt.Sprintf(`mutation { signIn(input: {key: %q}) { viewer { role } } }`, a.keys[viewer.App]), nil); !strings.Contains(text, `"APP"`) {
			t.Errorf("an old cookie keeps from signing in: %s", text)
		}
	})
}

func TestPagesOfOthersHaveNoSession(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		b := a.signIn(a.keys[viewer.Admin])
		host := strings.TrimPrefix(a.url, "http://")
		for name, c := range map[string]struct {
			header http.Header
			fine   bool
		}{
			"own page":             {http.Header{}, true},
			"allowed page":         {http.Header{"Origin": {"https://app.example.com"}}, true},
			"own, by fetch data":   {http.Header{"Origin": nil, "Sec-Fetch-Site": {"same-origin"}}, true},
			"other page":           {http.Header{"Origin": {"https://evil.example.com"}}, false},
			"other port":           {http.Header{"Origin": {"http://127.0.0.1:1"}}, false},
			"no page":              {http.Header{"Origin": {"null"}}, false},
			"name in the name":     {http.Header{"Origin": {"http://" + host + ".evil.example.com"}}, false},
			"allowed in the name":  {http.Header{"Origin": {"https://app.example.com.evil.example.com"}}, false},
			"allowed, other way":   {http.Header{"Origin": {"http://app.example.com"}}, false},
			"without an origin":    {http.Header{"Origin": nil}, false},
			"cross-site":           {http.Header{"Origin": nil, "Sec-Fetch-Site": {"cross-site"}}, false},
			"same-site":            {http.Header{"Origin": nil, "Sec-Fetch-Site": {"same-site"}}, false},
			"typed in, by a POST":  {http.Header{"Origin": nil, "Sec-Fetch-Site": {"none"}}, false},
			"a form":               {http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, false},
			"a form of plain text": {http.Header{"Content-Type": {"text/plain"}}, false},
		} {
			res, text := b.ask(`mutation { createAgent(input: {name: "`+strings.ReplaceAll(name, " ", "-")+`"}) { agent { id } } }`, c.header)
			made, err := a.db.Client.Agent.Query().Count(viewer.WorkerContext(t.Context(), a.workspace, "test"))
			if err != nil {
				t.Fatal(err)
			}
			if fine := res.StatusCode == http.StatusOK && strings.Contains(text, "agt_"); fine != c.fine || (made == 1) != c.fine {
				t.Errorf("%s: %d %s, %d agents", name, res.StatusCode, text, made)
			}
			a.db.Client.Function.Delete().ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
			a.db.Client.Agent.Delete().ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
		}
		// A GET shows nothing to others, and a socket of others does not open.
		query := "?query=" + url.QueryEscape("{ viewer { role } }")
		for site, want := range map[string]int{"same-origin": 200, "none": 200, "cross-site": 403, "same-site": 403} {
			if res, text := a.send(http.MethodGet, query, http.Header{"Cookie": {b.cookie}, "Sec-Fetch-Site": {site}}, nil); res.StatusCode != want {
				t.Errorf("GET from %s: %d %s", site, res.StatusCode, text)
			}
		}
		for _, origin := range []string{"", "null", "https://evil.example.com", a.url + ".evil.example.com"} {
			header := http.Header{"Cookie": {b.cookie}}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, res, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
			if err == nil {
				_ = conn.CloseNow()
				t.Errorf("a socket of %q opened", origin)
			} else if res == nil || res.StatusCode != http.StatusForbidden {
				t.Errorf("a socket of %q: %v", origin, err)
			}
		}
		// Who has a key needs no origin, whatever cookie comes along.
		if res, text := a.request(http.MethodPost, "", http.Header{"Cookie": {b.cookie}, "Content-Type": {"application/json"}}, strings.NewReader(`{"query":"{ viewer { role } }"}`)); res.StatusCode != 200 {
			t.Errorf("a key beside a cookie: %s", text)
		}
	}, origins("https://app.example.com"))
}

func TestSessionsEndWithTimeAndKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		key, revoke := a.newKey(viewer.Operator)
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		holds := func(b *browser) bool {
			_, text := b.ask(`{ viewer { role } }`, nil)
			return strings.Contains(text, "OPERATOR")
		}
		idle, old, used, gone := a.signIn(key), a.signIn(key), a.signIn(key), a.signIn(key)
		row := func(b *browser) string {
			all := a.db.Client.Session.Query().Order(session.ByCreatedAt(), session.ByID()).AllX(ctx)
			return all[map[*browser]int{idle: 0, old: 1, used: 2, gone: 3}[b]].ID
		}
		now := ms.Now()
		ids := map[*browser]string{idle: row(idle), old: row(old), used: row(used), gone: row(gone)}
		a.db.Client.Session.Update().Where(session.ID(ids[idle])).SetLastUsedAt(now.Add(-12*time.Hour - time.Second)).ExecX(ctx)
		a.db.Client.Session.Update().Where(session.ID(ids[used])).SetLastUsedAt(now.Add(-12*time.Hour + time.Minute)).ExecX(ctx)
		if _, err := a.db.Client.ExecContext(viewer.SystemContext(t.Context(), "retention"), `UPDATE sessions SET not_after = $1 WHERE id = $2`, int64(now-1), ids[old]); err != nil {
			t.Fatal(err)
		}
		if holds(idle) || holds(old) || !holds(used) || !holds(gone) {
			t.Error("a session lasts too long, or too short")
		}
		if at := a.db.Client.Session.Query().Where(session.ID(ids[used])).OnlyX(ctx).LastUsedAt; at < now {
			t.Errorf("a session that was used was last used at %s", at)
		}
		if _, text := gone.ask(`mutation { signOut(input: {clientMutationId: "x"}) { clientMutationId } }`, nil); text != `{"data":{"signOut":{"clientMutationId":"x"}}}` {
			t.Errorf("signOut: %s", text)
		}
		if holds(gone) || !holds(used) {
			t.Error("signOut ends the wrong session")
		}
		revoke()
		if holds(used) {
			t.Error("a session outlives its key")
		}
		for _, bad := range []string{"", "x", strings.Repeat("y", 64)} {
			if _, text := (&browser{a: a}).ask(fmt.Sprintf(`mutation { signIn(input: {key: %q}) { session { id } } }`, bad), nil); !strings.Contains(text, "UNAUTHENTICATED") {
				t.Errorf("signIn with %q: %s", bad, text)
			}
		}
	})
}

func TestATicketEndsWithTheSessionThatMadeIt(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		variables := fmt.Sprintf(`{"t":%q}`, a.thread(a.agent("A")))
		b := a.signIn(a.keys[viewer.Operator])
		ticket := func() string {
			_, text := b.ask(`mutation { createStreamTicket(input: {}) { ticket } }`, nil)
			_, rest, _ := strings.Cut(text, `"ticket":"`)
			made, _, _ := strings.Cut(rest, `"`)
			return made
		}
		used, unused := ticket(), ticket()
		e := a.get(t, nil, variables, used)
		if e.status != http.StatusOK {
			t.Fatalf("a ticket opens %d", e.status)
		}
		old := *b
		_, text := b.ask(fmt.Sprintf(`mutation { signIn(input: {key: %q}) { session { id } } }`, a.keys[viewer.Operator]), nil) // in the place of the old one
		if _, seen := old.ask(`{ viewer { role } }`, nil); !strings.Contains(text, "ses_") || !strings.Contains(seen, "UNAUTHENTICATED") {
			t.Errorf("the old session lasts: %s, %s", text, seen)
		}
		if lines := e.rest(); !strings.Contains(strings.Join(lines, " "), "UNAUTHENTICATED") {
			t.Errorf("the stream ended with %v", lines)
		}
		if e := a.get(t, nil, variables, unused); e.status != http.StatusUnauthorized {
			t.Errorf("a ticket of a session that has ended opens %d", e.status)
		}
	})
}

func TestTriesToSignInAreBounded(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		try := func(from string) string {
			_, text := (&browser{a: a}).ask(`mutation { signIn(input: {key: "prl_0000000000000000000000000000000000000000000"}) { session { id } } }`, http.Header{"X-Forwarded-For": {from}})
			return text
		}
		for range 10 {
			if text := try("evil, 203.0.113.9"); !strings.Contains(text, "UNAUTHENTICATED") {
				t.Fatalf("a try: %s", text)
			}
		}
		if text := try("198.51.100.1, 203.0.113.9"); !strings.Contains(text, `"code":"RATE_LIMITED"`) || !strings.Contains(text, `"retryAfterMs":`) || !strings.Contains(text, `"message":"too much`) {
			t.Errorf("the eleventh try: %s", text)
		}
		if text := try("203.0.113.10"); !strings.Contains(text, "UNAUTHENTICATED") {
			t.Errorf("another address: %s", text)
		}
	}, func(o *graph.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
}

func TestCookiesAreForHTTPSWhereThereIs(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for header, want := range map[string]string{"https": "__Host-parley_session", "http": "parley_session"} {
			res, text := (&browser{a: a}).ask(fmt.Sprintf(`mutation { signIn(input: {key: %q}) { session { id } } }`, a.keys[viewer.Admin]), http.Header{"X-Forwarded-Proto": {header}})
			if c := res.Cookies(); len(c) != 1 || c[0].Name != want || c[0].Secure != (header == "https") {
				t.Errorf("%s: %v %s", header, c, text)
			}
		}
	}, func(o *graph.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
}
