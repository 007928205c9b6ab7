package graph_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/ent/event"
	"parley/ent/viewer"
	"parley/eventlog"
)

func TestBadArgumentsAreTheClientsFault(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		for _, tt := range []struct {
			query     string
			variables map[string]any
			field     string
		}{
			// what cannot be read
			{`query($w: ThreadWhereInput) { threads(where: $w) { totalCount } }`, map[string]any{"w": map[string]any{"createdAtGTE": "yesterday"}}, "where.createdAtGTE"},
			{`query($w: ThreadWhereInput) { threads(where: $w) { totalCount } }`, map[string]any{"w": map[string]any{"or": []any{map[string]any{"createdAtLT": 5}}}}, "where.or.0.createdAtLT"},
			{`{ list: threads(where: {createdAtGTE: "yesterday"}) { totalCount } }`, nil, "where.createdAtGTE"},
			{`query($c: Cursor) { threads(after: $c) { totalCount } }`, map[string]any{"c": 5}, "after"},
			{`query($c: Cursor) { threads(before: $c) { totalCount } }`, map[string]any{"c": strings.Repeat("a", 2049)}, "before"},
			{`query($c: Cursor) { viewer { role } threads { edges { node { messages(after: $c) { totalCount } } } } }`, map[string]any{"c": true}, "after"},
			{`{ threads(where: {text: ""}) { totalCount } }`, nil, "where.text"},
			// what cannot be stored
			{`{ threads(where: {channel: "a\u0000b"}) { totalCount } }`, nil, "where.channel"},
			{`{ threads(where: {or: [{tag: "a\u0000b"}]}) { totalCount } }`, nil, "where.or.0.tag"},
			{`query($w: ThreadWhereInput) { threads(where: $w) { totalCount } }`, map[string]any{"w": map[string]any{"channelIn": "\x00"}}, "where.channelIn.0"},
			{`{ thread(id: "a\u0000b") { id } }`, nil, "id"},
			{`{ agent(id: "a\u0000b") { id } }`, nil, "id"},
			{`{ nodes(ids: ["x", "a\u0000b"]) { id } }`, nil, "ids.1"},
			{`{ events(types: ["a\u0000b"]) { edges { cursor } } }`, nil, "types.0"},
			{`mutation { sendMessage(input: {threadId: "a\u0000", text: "x"}) { message { id } } }`, nil, "threadId"},
			{`mutation { deleteAgent(input: {id: "a\u0000"}) { id } }`, nil, "id"},
			{`mutation { addTag(input: {threadId: "` + threadID + `", tag: "a\u0000"}) { thread { id } } }`, nil, "tag"},
			{`mutation($m: JSON) { createThread(input: {agentId: "x", metadata: $m}) { thread { id } } }`, map[string]any{"m": map[string]any{"deep": []any{1, "\x00"}}}, "metadata.deep.1"},
			{`mutation($m: JSON) { createThread(input: {agentId: "x", customer: {metadata: $m}}) { thread { id } } }`, map[string]any{"m": map[string]any{"\x00": 1}}, "customer.metadata"},
			// what no duration holds: both products wrap around into the range
			{fmt.Sprintf(`mutation { createThreadToken(input: {threadId: %q, expiresInSeconds: %d}) { expiresAt } }`, threadID, int64(math.MaxInt64)/1e9*2+100), nil, "expiresInSeconds"},
			{`mutation { rotateIntegrationSecret(input: {id: "x", overlapHours: 5124095576030432}) { secret } }`, nil, "overlapHours"},
			{`mutation { rotateIntegrationSecret(input: {id: "x", overlapHours: -1}) { secret } }`, nil, "overlapHours"},
		} {
			r := a.do(a.keys[viewer.Admin], tt.query, tt.variables)
			if r.code() != "BAD_INPUT" || len(r.Errors) != 1 || len(r.Errors[0].Extensions.Fields) != 1 || r.Errors[0].Extensions.Fields[0].Field != tt.field {
				t.Errorf("%s with %.100v:\n got %s\nwant %s to be bad", tt.query, tt.variables, r.raw, tt.field)
			}
		}
		if strings.Contains(a.logs.String(), "request failed") {
			t.Error("a client's fault is logged as ours")
		}
	})
}

func TestInvalidUTF8IsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"?query="+url.QueryEscape("{ thread(id: \"x\xff\") { id } }"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+a.keys[viewer.Admin])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if body, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(body), `"BAD_INPUT"`) {
			t.Errorf("got %d %s, %v", res.StatusCode, body, err)
		}
	})
}

func TestEventsWithoutABodyAreUnknown(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } sendMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": threadID})
		events := a.db.Client.Event.Query()
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		bare := events.Clone().Where(event.Type(eventlog.TagAdded)).FirstX(ctx)
		whole := events.Clone().Where(event.Type(eventlog.MessageCreated)).FirstX(ctx)
		r := a.must(`query($b: ID!, $w: ID!) { bare: node(id: $b) { ... on Event { type body } } whole: node(id: $w) { ... on Event { type body } } }`,
			map[string]any{"b": bare.ID, "w": whole.ID})
		if r.at("bare") != nil || r.at("whole", "body") == nil {
			t.Errorf("got %s", r.raw)
		}
	})
}
