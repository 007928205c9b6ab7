package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/storage/storagetest"
)

const setPrice = `mutation($in: SetModelPriceInput!) { setModelPrice(input: $in) { price { id model currency input cachedInput output from } } }`

func TestPrices(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threadID := a.thread(agentID)
		a.spend(agentID, threadID, "one", 2) // 20 tokens read, 3 written
		const costs = `query($t: ID!) { usage(groupBy: MODEL) { model usage { cost { amount currency } } }
			thread(id: $t) { u: usage { steps } usage { cost { amount currency } } turns { steps { cost { amount } } } } }`
		if r := a.must(costs, map[string]any{"t": threadID}); strings.Count(r.raw, `"cost":null`) != 4 {
			t.Errorf("without prices: %s", r.raw)
		}
		r := a.must(setPrice, map[string]any{"in": map[string]any{"model": "fake/*", "currency": "EUR", "input": "0.30", "cachedInput": 0, "output": "2.5"}})
		id := r.text("setModelPrice", "price", "id")
		if want := `"model":"fake/*","currency":"EUR","input":"0.3","cachedInput":"0","output":"2.5","from":null}`; !strings.Contains(r.raw, want) {
			t.Errorf("%s is not in %s", want, r.raw)
		}
		r = a.must(costs, map[string]any{"t": threadID})
		want := `{"data":{"usage":[{"model":"fake/one","usage":{"cost":{"amount":"0.0000135","currency":"EUR"}}}],` +
			`"thread":{"u":{"steps":2},"usage":{"cost":{"amount":"0.0000135","currency":"EUR"}},"turns":[{"steps":[{"cost":{"amount":"0.0000055"}},{"cost":{"amount":"0.000008"}}]}]}}}`
		if r.raw != want {
			t.Errorf("costs:\n got %s\nwant %s", r.raw, want)
		}
		a.must(setPrice, map[string]any{"in": map[string]any{"model": "scripted/*", "currency": "EUR", "input": "0", "output": "0", "from": "2020-01-01T00:00:00Z"}})
		if r := a.must(`{ models { name price { model input } } modelPrices { model from } }`, nil); r.raw != `{"data":{"models":[{"name":"pen","price":null},`+
			`{"name":"scripted","price":{"model":"scripted/*","input":"0"}}],"modelPrices":[{"model":"fake/*","from":null},{"model":"scripted/*","from":"2020-01-01T00:00:00.000Z"}]}}` {
			t.Errorf("prices: %s", r.raw)
		}
		for _, tt := range []struct{ in, field string }{
			{`model: "fake/one", currency: "USD", input: "1", output: "1"`, "currency"},
			{`model: "fake/one", currency: "EUR", input: 0.3, output: "1"`, "input"}, // floating point is not exact
			{`model: "fake/one", currency: "EUR", input: "", output: "1"`, "input"},
		} {
			r := a.do(a.keys[viewer.Admin], `mutation { setModelPrice(input: {`+tt.in+`}) { clientMutationId } }`, nil)
			if r.code() != "BAD_INPUT" || r.Errors[0].Extensions.Fields[0].Field != tt.field {
				t.Errorf("%s: %s", tt.in, r.raw)
			}
		}
		_, stranger, err := a.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		if r := a.do(stranger, `query($p: ID!) { node(id: $p) { id } modelPrices { id } }`, map[string]any{"p": id}); r.raw != `{"data":{"node":null,"modelPrices":[]}}` {
			t.Errorf("another workspace reads %s", r.raw)
		}
		const remove = `mutation($p: ID!) { removeModelPrice(input: {id: $p}) { id } }`
		for key, code := range map[string]string{stranger: "NOT_FOUND", a.keys[viewer.Operator]: "FORBIDDEN", a.keys[viewer.Admin]: ""} {
			if r := a.do(key, remove, map[string]any{"p": id}); r.code() != code {
				t.Errorf("%s: %s", code, r.raw)
			}
		}
	})
}

func TestCostsOfAPageAreReadAtOnce(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, count, reset := statements(t, address(t))
			a := newAPI(t, db)
			a.must(setPrice, map[string]any{"in": map[string]any{"model": "*", "currency": "EUR", "input": "1", "output": "1"}})
			for i := range 5 {
				agentID := a.agent(fmt.Sprint("A", i))
				a.spend(agentID, a.thread(agentID), "one", i+1)
			}
			reset()
			r := a.must(`{ threads(first: 6) { edges { node { a: usage { steps } b: usage { cost { amount } } turns(first: 2) { steps { cost { amount } } } } } } usage(groupBy: THREAD, first: 6) { usage { cost { amount } } } }`, nil)
			if strings.Contains(r.raw, "null") || !strings.Contains(r.raw, `"amount":"0.000065"`) {
				t.Errorf("costs: %s", r.raw)
			}
			// One for the steps of each thread's turn, two for the sums of each list and their costs; prices for each list and for the steps.
			if got, prices := count("steps"), count("model_prices"); got != 5+4 || prices != 3 {
				t.Errorf("%d statements read steps, %d read prices", got, prices)
			}
			r = a.must(`{ x: threads(first: 6) { edges { node { usage { cost { amount } } } } } y: threads(first: 6) { edges { node { usage { steps } } } } }`, nil)
			if strings.Contains(r.raw, "null") {
				t.Errorf("two lists of the same threads: %s", r.raw)
			}
		})
	}
}
