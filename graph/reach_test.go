package graph_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// A thread token may not read keys and functions, and got an error instead of its thread where these were read along
// with it.
func TestAThreadTokenReadsItsThreadWhateverItAsksFor(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		id := map[string]any{"t": threadID}
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, id).text("createThreadToken", "token")
		a.must(`mutation($t: ID!) {
			addTag(input: {threadId: $t, tag: "message_for_operator", text: "a word among us"}) { thread { id } }
			takeOver(input: {threadId: $t}) { thread { id } }
			sendOperatorMessage(input: {threadId: $t, text: "Hello."}) { message { id } }
		}`, id)
		for query, want := range map[string]string{
			`query($t: ID!) { thread(id: $t) { operator { name hint } agent { name functions { name } } } }`:                     `{"thread":{"operator":null,"agent":{"name":"A","functions":null}}}`,
			`query($t: ID!) { thread(id: $t) { lastMessage { text thread { operator { id } agent { functions { name } } } } } }`: `{"thread":{"lastMessage":{"text":"Hello.","thread":{"operator":null,"agent":{"functions":null}}}}}`,
			`query($t: ID!) { node(id: $t) { ... on Thread { operator { name } agent { functions { name } } } } }`:               `{"node":{"operator":null,"agent":{"functions":null}}}`,
			`{ viewer { name apiKey { id } thread { operator { name } agent { functions { name } } notes { text } } } }`:         `{"viewer":{"name":"","apiKey":null,"thread":{"operator":null,"agent":{"functions":null},"notes":null}}}`,
			`query($t: ID!) { thread(id: $t) { tags { name text } } }`:                                                           `{"thread":{"tags":[{"name":"message_for_operator","text":""},{"name":"operator","text":""}]}}`,
		} {
			v := id
			if !strings.Contains(query, "$t") {
				v = nil
			}
			if r := a.do(token, query, v); r.raw != `{"data":`+want+`}` {
				t.Errorf("%s:\n got %s\nwant %s", query, r.raw, want)
			}
		}
		r := a.do(a.keys[viewer.App], `query($t: ID!) { thread(id: $t) { tags { text } } }`, id)
		if !strings.Contains(r.raw, "a word among us") {
			t.Errorf("the app reads %s", r.raw)
		}
	})
}

func TestWhatIsKnownOfAKeyIsForAdminsAndTheKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		id := map[string]any{"t": a.thread(a.agent("A"))}
		a.do(a.keys[viewer.Operator], `mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, id)
		const query = `query($t: ID!) { thread(id: $t) { operator { name role hint lastUsedAt revokedAt createdAt } } viewer { apiKey { hint } } }`
		for role, sees := range map[viewer.Role]bool{viewer.Admin: true, viewer.Operator: true, viewer.App: false} {
			r := a.do(a.keys[role], query, id)
			operator, _ := r.at("thread", "operator").(map[string]any)
			if operator["name"] != "OPERATOR" || (operator["hint"] != nil) != sees || (operator["lastUsedAt"] != nil) != sees {
				t.Errorf("%s reads %s", role, r.raw)
			}
			if hint := r.text("viewer", "apiKey", "hint"); hint == "" || !strings.HasPrefix(a.keys[role], hint) {
				t.Errorf("%s reads of its own key: %s", role, r.raw)
			}
		}
	})
}

// statements opens a database that keeps count of the statements that read a table.
func statements(t *testing.T, address string) (db *storage.DB, count func(table string) int, reset func()) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	db = storagetest.OpenWith(t, address, storage.Options{Guard: true, MaxConns: 12, Trace: func(_ context.Context, q string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, strings.ReplaceAll(q, "`", `"`))
	}})
	count = func(table string) (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, q := range seen {
			if strings.HasPrefix(q, "SELECT") && strings.Contains(q, fmt.Sprintf("FROM %q", table)) {
				n++
			}
		}
		return n
	}
	return db, count, func() { mu.Lock(); seen = nil; mu.Unlock() }
}

func TestOperatorsAndFunctionsOfAPageAreReadAtOnce(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, count, reset := statements(t, address(t))
			a := newAPI(t, db)
			for i := range 5 {
				threadID := a.thread(a.agent(fmt.Sprint("A", i)))
				a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID})
			}
			const keysOfOneRequest = 1 // who asks; none, once the key is remembered
			for query, most := range map[string]map[string]int{
				`{ threads { edges { node { operator { name hint } agent { name functions { name } } } } } }`: {"threads": 1, "agents": 1, "functions": 1, "api_keys": keysOfOneRequest + 1},
				`{ agents { edges { node { name functions { name agent { id } } } } } }`:                      {"agents": 1, "functions": 1, "api_keys": keysOfOneRequest},
			} {
				reset()
				r := a.must(query, nil)
				if strings.Contains(r.raw, `"operator":null`) || !strings.Contains(r.raw, `"name":"message_for_operator"`) {
					t.Errorf("%s: %s", query, r.raw)
				}
				for table, n := range most {
					if got := count(table); got > n {
						t.Errorf("%s reads %s %d times, want at most %d", query, table, got, n)
					}
				}
			}
		})
	}
}
