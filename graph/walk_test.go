package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
)

// list is a list of the API as it should be: what its rows are ordered by, by their ids.
type list struct {
	open    string // the query up to the arguments of the list
	shut    string // the query behind the fields of the list
	path    []string
	order   string // as an argument; empty for the order of its own
	reverse bool
	keys    map[string]any // string or int64 by id; nil for a list ordered by id
}

func (l list) String() string { return l.open + l.order }

// want is the ids in order, worked out without a database.
func (l list) want() []string {
	var ids []string
	for id := range l.keys {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		way := 1
		if l.reverse {
			way = -1
		}
		switch x := l.keys[a].(type) {
		case int64:
			return way * cmp.Or(cmp.Compare(x, l.keys[b].(int64)), cmp.Compare(a, b))
		case string:
			return way * cmp.Or(cmp.Compare(x, l.keys[b].(string)), cmp.Compare(a, b))
		}
		return way * cmp.Compare(a, b)
	})
	return ids
}

// walk reads all pages of two rows, forwards or backwards, and returns the ids in the list's order.
func (l list) walk(a *api, backwards bool) (ids []string) {
	size, from, more, end := "first: 2", "after", "hasNextPage", "endCursor"
	if backwards {
		size, from, more, end = "last: 2", "before", "hasPreviousPage", "startCursor"
	}
	cursor := "null"
	for range 10 {
		r := a.must(fmt.Sprintf(`{ %s(%s %s %s: %s) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } %s }`,
			l.open, l.order, size, from, cursor, l.shut), nil)
		var page []string
		for _, e := range r.at(append(l.path, "edges")...).([]any) {
			page = append(page, e.(map[string]any)["node"].(map[string]any)["id"].(string))
		}
		if backwards {
			ids = append(page, ids...)
		} else {
			ids = append(ids, page...)
		}
		if r.at(append(l.path, "pageInfo", more)...) != true {
			return ids
		}
		cursor = fmt.Sprintf("%q", r.text(append(l.path, "pageInfo", end)...))
	}
	return append(ids, "and so on without end")
}

// Cursors are written without a value that is 0 or "", and a list read on from there lost rows or began again.
func TestEveryRowComesOnceInEveryOrder(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for _, l := range ninesOf(t, a) {
			for _, backwards := range []bool{false, true} {
				if got, want := l.walk(a, backwards), l.want(); !slices.Equal(got, want) {
					t.Errorf("%s, backwards %t:\n got %v\nwant %v", l, backwards, got, want)
				}
			}
		}
	})
}

// ninesOf fills a workspace with nine rows of each kind, zeroes and equals among them, and returns its lists.
func ninesOf(t *testing.T, a *api) []list {
	t.Helper()
	ctx, c := viewer.WorkerContext(t.Context(), a.workspace, "test"), a.db.Client
	var busy string
	for i := range 9 {
		at := ms.Time(i % 3)
		name := strings.Repeat("n", i%3)
		agent := c.Agent.Create().SetName("a" + name).SetCreatedAt(at).SetUpdatedAt(at).SaveX(ctx)
		person := c.Customer.Create().SetName(name).SetCreatedAt(at).SaveX(ctx)
		busy = c.Thread.Create().SetAgentID(agent.ID).SetCustomerID(person.ID).SetShard(0).SetMessageCount(i % 3).
			SetLastActivityAt(at).SetCreatedAt(at).SaveX(ctx).ID
		c.APIKey.Create().SetName("k").SetRole("APP").SetHash(fmt.Sprint(t.Name(), i)).SetHint("x").SaveX(ctx)
		a.must(`mutation($n: String!) { createIntegration(input: {name: $n, url: "http://127.0.0.1:1/", eventTypes: ["integration.ping"]}) { integration { id } } }`,
			map[string]any{"n": fmt.Sprint("i", i%3)})
	}
	a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["message.created"]}) { integration { id } } }`, nil)
	for range 9 {
		a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": busy})
	}

	keys := map[string]map[string]any{}
	put := func(order, id string, key any) {
		if keys[order] == nil {
			keys[order] = map[string]any{}
		}
		keys[order][id] = key
	}
	for _, r := range c.Agent.Query().AllX(ctx) {
		put("agents", r.ID, nil)
		put("agents NAME", r.ID, r.Name)
		put("agents CREATED_AT", r.ID, int64(r.CreatedAt))
		put("agents UPDATED_AT", r.ID, int64(r.UpdatedAt))
	}
	for _, r := range c.Customer.Query().AllX(ctx) {
		put("customers", r.ID, nil)
		put("customers NAME", r.ID, r.Name)
		put("customers CREATED_AT", r.ID, int64(r.CreatedAt))
	}
	for _, r := range c.Thread.Query().AllX(ctx) {
		put("threads CREATED_AT", r.ID, int64(r.CreatedAt))
		put("threads LAST_ACTIVITY_AT", r.ID, int64(r.LastActivityAt))
		put("threads MESSAGE_COUNT", r.ID, int64(r.MessageCount))
		put("threads WAITING_SINCE", r.ID, int64(r.WaitingSince))
	}
	for _, r := range c.Integration.Query().AllX(ctx) {
		put("integrations", r.ID, nil)
		put("integrations NAME", r.ID, r.Name)
		put("integrations CREATED_AT", r.ID, int64(r.CreatedAt))
	}
	for _, r := range c.Delivery.Query().AllX(ctx) {
		put("deliveries CREATED_AT", r.ID, int64(r.CreatedAt))
	}
	for _, r := range c.APIKey.Query().AllX(ctx) {
		put("apiKeys", r.ID, nil)
	}
	for _, r := range c.Message.Query().AllX(ctx) {
		put("messages", r.ID, r.Sequence)
	}
	var lists []list
	for order, of := range keys {
		root, field, _ := strings.Cut(order, " ")
		if len(of) < 9 {
			t.Fatalf("%d rows of %s", len(of), order)
		}
		l := list{open: root, path: []string{root}, keys: of}
		if root == "messages" {
			l.open, l.path, l.shut = `thread(id: "`+busy+`") { messages`, []string{"thread", "messages"}, "}"
		}
		if field == "" {
			lists = append(lists, l)
			continue
		}
		for _, direction := range []string{"ASC", "DESC"} {
			l.order, l.reverse = fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction), direction == "DESC"
			lists = append(lists, l)
		}
	}
	return lists
}

func TestACursorOfAnotherListIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		ninesOf(t, a)
		cursor := func(list string) string {
			root, _, _ := strings.Cut(list, "(")
			return a.must(`{ `+list+` { pageInfo { endCursor } } }`, nil).text(root, "pageInfo", "endCursor")
		}
		byName := cursor(`customers(orderBy: {field: NAME, direction: DESC}, first: 1)`)
		byCount := cursor(`threads(orderBy: {field: MESSAGE_COUNT, direction: DESC}, first: 1)`)
		for query, after := range map[string]string{
			`threads(orderBy: {field: CREATED_AT} after: $c)`:     byName,
			`threads(orderBy: {field: MESSAGE_COUNT} before: $c)`: cursor(`customers(orderBy: {field: CREATED_AT}, first: 1)`),
			`customers(orderBy: {field: NAME} after: $c)`:         byCount,
			`customers(orderBy: {field: CREATED_AT} after: $c)`:   byName,
			`customers(after: $c)`:                                byName,
			`agents(after: $c)`:                                   byCount,
			`apiKeys(after: $c)`:                                  cursor(`agents(first: 1)`),
			`integrations(after: $c)`:                             "gqFpo2FiY6F2wA", // by hand: false, a list, bytes, and more than 64 bits hold
			`deliveries(after: $c)`:                               "gqFpo2FiY6F2gA",
			`threads(after: $c)`:                                  "gqFpo2EAY6F2AQ",
			`threads(orderBy: {field: CREATED_AT} after: $c)  `:   "gqFpo2FiY6F2z///////////",
		} {
			r := a.do(a.keys[viewer.Admin], `query($c: Cursor) { `+query+` { edges { node { id } } } }`, map[string]any{"c": after})
			if r.code() != "BAD_INPUT" || !strings.Contains(r.raw, "is no cursor of this list") {
				t.Errorf("%s with %s: %s", query, after, r.raw)
			}
		}
	})
}

func TestPageInfoNeedsNoEdges(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		a.thread(a.agent("A"))
		ask := func(arguments string) string {
			return a.must(`{ threads(`+arguments+`) { pageInfo { hasNextPage hasPreviousPage } } }`, nil).raw
		}
		const none = `{"data":{"threads":{"pageInfo":{"hasNextPage":false,"hasPreviousPage":false}}}}`
		for _, arguments := range []string{"first: 1", "last: 1", "first: 10"} {
			if got := ask(arguments); got != none {
				t.Errorf("one thread, %s: %s", arguments, got)
			}
		}
		a.thread(a.agent("B"))
		if got := ask("first: 1"); got != strings.Replace(none, `Page":false`, `Page":true`, 1) {
			t.Errorf("two threads, first: 1: %s", got)
		}
		r := a.must(`{ threads(first: 1) { totalCount pageInfo { hasNextPage endCursor } } }`, nil)
		if r.at("threads", "totalCount") != 2.0 || r.text("threads", "pageInfo", "endCursor") == "" {
			t.Errorf("count and end without edges: %s", r.raw)
		}
	})
}

// What was asked for under another name was taken for what was not asked for.
func TestFieldsOfAPageMayHaveOtherNames(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		x, y := a.thread(a.agent("A")), a.thread(a.agent("B"))
		r := a.must(`{ threads(first: 1, orderBy: {field: CREATED_AT}) {
			n: totalCount here: pageInfo { hasNextPage }
			ids: edges { it: node { id } } more: edges { node { channel a: agent { name } b: agent { id } customer { name } } } } }`, nil)
		want := fmt.Sprintf(`{"threads":{"n":2,"here":{"hasNextPage":true},"ids":[{"it":{"id":%q}}],"more":[{"node":{"channel":"test","a":{"name":"A"},"b":{"id":%q},"customer":{"name":"Ann"}}}]}}`,
			x, a.db.Client.Thread.Query().Where(thread.ID(x)).OnlyX(viewer.WorkerContext(t.Context(), a.workspace, "test")).AgentID)
		if got := strings.TrimSuffix(strings.TrimPrefix(r.raw, `{"data":`), "}"); got != want {
			t.Errorf("got  %s\nwant %s\n(the other thread is %s)", got, want, y)
		}
	})
}
