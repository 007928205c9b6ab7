package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/ent/viewer"
)

// counts asks how many rows of a list each filter leaves.
func counts(t *testing.T, a *api, root string, filters map[string]float64) {
	t.Helper()
	for where, want := range filters {
		r := a.must(`{ `+root+`(where: `+where+`) { totalCount edges { node { id } } } }`, nil)
		edges, _ := r.at(root, "edges").([]any)
		if got := r.at(root, "totalCount"); got != want || float64(len(edges)) != want {
			t.Errorf("%s where %s: %v, want %v", root, where, r.raw, want)
		}
	}
}

func TestFiltersMeanWhatTheySay(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		held, free := a.thread(agentID), a.thread(agentID)
		a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": held})
		operatorID := a.must(`query($t: ID!) { thread(id: $t) { operator { id } } }`, map[string]any{"t": held}).text("thread", "operator", "id")
		a.must(`mutation($a: ID!) { createThread(input: {agentId: $a, externalId: "x-1", customer: {name: "Bob", externalId: "c-1"}}) { thread { id } } }`, map[string]any{"a": agentID})
		counts(t, a, "threads", map[string]float64{
			`{}`:        3,
			`{and: []}`: 3,
			`null`:      3,
			// an empty list of wanted values matches nothing, here and in its opposite
			`{idIn: []}`:         0,
			`{statusIn: []}`:     0,
			`{tagIn: []}`:        0,
			`{externalIdIn: []}`: 0,
			`{or: []}`:           0,
			`{not: {idIn: []}}`:  3,
			`{not: {or: []}}`:    3,
			`{or: [{idIn: []}, {id: "` + free + `"}]}`: 1,
			`{channel: "test", agentIDIn: []}`:         0,
			// true and false are opposites
			`{operatorIDIsNil: true}`:         2,
			`{operatorIDIsNil: false}`:        1,
			`{operatorIDIsNil: null}`:         3,
			`{not: {operatorIDIsNil: false}}`: 2,
			// what is not there is unlike anything
			`{not: {text: "zzz"}}`:                                   3,
			`{not: {text: "ann"}}`:                                   1,
			`{not: {text: "x-1"}}`:                                   2,
			`{not: {externalId: "x-1"}}`:                             2,
			`{not: {externalIdIn: ["x-1", "x-2"]}}`:                  2,
			`{not: {operatorID: "` + operatorID + `"}}`:              2,
			`{not: {and: [{externalId: "x-1"}, {channel: "test"}]}}`: 3,
			`{not: {not: {externalId: "x-1"}}}`:                      1,
		})
		counts(t, a, "customers", map[string]float64{
			`{not: {externalId: "c-1"}}`: 2, `{externalIdIn: []}`: 0, `{nameContainsFold: "BO"}`: 1,
		})
		counts(t, a, "agents", map[string]float64{`{idIn: []}`: 0, `{public: false}`: 1})
		counts(t, a, "integrations", map[string]float64{`{or: []}`: 0})
		counts(t, a, "deliveries", map[string]float64{`{stateIn: []}`: 0})
	})
}

func TestSearchKnowsAllLetters(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("Ångström"))
		a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "Москва und ÄRGER zu 100% a_b"}) { message { id } } }`, map[string]any{"t": threadID})
		filters := map[string]float64{}
		for _, text := range []string{"Москва", "москва", "МОСКВА", "ÄRGER", "ärger", "Ärger zu 100%", "A_B", "ANN"} {
			filters[fmt.Sprintf("{text: %q}", text)], filters[fmt.Sprintf("{not: {text: %q}}", text)] = 1, 0
		}
		for _, text := range []string{"axb", "Арбат"} {
			filters[fmt.Sprintf("{text: %q}", text)], filters[fmt.Sprintf("{not: {text: %q}}", text)] = 0, 1
		}
		counts(t, a, "threads", filters)
		counts(t, a, "agents", map[string]float64{`{nameContainsFold: "ÅNGSTRÖM"}`: 1, `{nameContainsFold: "ångström"}`: 1, `{nameContainsFold: "Ångström"}`: 1})
	})
}

// repeated is a list of n filters.
func repeated(n int, filter map[string]any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = filter
	}
	return list
}

// nested is filters inside filters, n in all.
func nested(n int) map[string]any {
	filter := map[string]any{"channel": "x"}
	for range n - 1 {
		filter = map[string]any{"not": filter}
	}
	return filter
}

func TestALargeFilterIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		a.thread(a.agent("A"))
		ids := func(n int) []any {
			list := make([]any, n)
			for i := range list {
				list[i] = "a"
			}
			return list
		}
		const query = `query($w: ThreadWhereInput) { threads(first: 1, where: $w) { edges { node { id } } } }`
		for name, tt := range map[string]struct {
			where map[string]any
			ok    bool
		}{
			"250 ids":          {map[string]any{"idIn": ids(250)}, true},
			"251 ids":          {map[string]any{"idIn": ids(251)}, false},
			"60,000 ids":       {map[string]any{"idIn": ids(60_000)}, false},
			"20 lists":         {map[string]any{"or": repeated(20, map[string]any{"idIn": ids(250)})}, true},
			"21 lists":         {map[string]any{"or": repeated(21, map[string]any{"idIn": ids(250)})}, false},
			"10 deep":          {nested(10), true},
			"11 deep":          {nested(11), false},
			"3,000 deep":       {nested(3000), false},
			"200 filters":      {map[string]any{"or": repeated(199, map[string]any{"channel": "x"})}, true},
			"201 filters":      {map[string]any{"and": repeated(200, map[string]any{"channel": "x"})}, false},
			"3 texts":          {map[string]any{"or": repeated(3, map[string]any{"text": "x"})}, true},
			"4 texts":          {map[string]any{"text": "a", "or": repeated(3, map[string]any{"text": "x"})}, false},
			"9,000 texts":      {map[string]any{"or": repeated(9000, map[string]any{"text": "x"})}, false},
			"one for a list":   {map[string]any{"or": map[string]any{"idIn": "x", "and": nested(8)}}, true},
			"one, but deep":    {map[string]any{"or": map[string]any{"idIn": "x", "and": nested(9)}}, false},
			"nothing excluded": {map[string]any{"not": map[string]any{}}, false},
			"nothing at all":   {map[string]any{"and": []any{map[string]any{}}}, false},
			"nulls":            {map[string]any{"or": []any{map[string]any{"id": nil, "tag": nil, "and": []any{}}}}, false},
		} {
			start := time.Now()
			r := a.do(a.keys[viewer.App], query, map[string]any{"w": tt.where})
			if tt.ok && r.code() != "" || !tt.ok && r.code() != "BAD_INPUT" {
				t.Errorf("%s: %.300s", name, r.raw)
			} else if !tt.ok {
				// By far too much is refused with its variable.
				if of := r.Errors[0].Extensions.Fields[0].Field; !strings.HasPrefix(of, "where") && of != "w" && of != "variables" {
					t.Errorf("%s: %.300s", name, r.raw)
				}
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s took %v", name, took)
			}
		}
		literal := `{ threads(where: {or: [` + strings.Repeat(`{text: "x"} `, 4) + `]}) { totalCount } }`
		if r := a.do(a.keys[viewer.App], literal, nil); r.code() != "BAD_INPUT" {
			t.Errorf("four texts in the document: %s", r.raw)
		}
		a.must(`mutation { createIntegration(input: {name: "n", url: "http://127.0.0.1:1/", eventTypes: ["integration.ping"]}) { integration { id } } }`, nil)
		r := a.do(a.keys[viewer.Admin], `query($w: DeliveryWhereInput) { integrations { edges { node { deliveries(where: $w) { totalCount } } } } }`,
			map[string]any{"w": map[string]any{"idIn": ids(251)}})
		if r.code() != "BAD_INPUT" {
			t.Errorf("a filter below the root: %s", r.raw)
		}
		r = a.do(a.keys[viewer.Admin], `query($t: [String!]) { events(types: $t) { edges { cursor } } }`, map[string]any{"t": ids(251)})
		if r.code() != "BAD_INPUT" {
			t.Errorf("251 types: %s", r.raw)
		}
	})
}
