package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/graph"
	"parley/graph/document"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ask sends a request as it is, with a key or without.
func (a *api) ask(key string, request map[string]any) (status int, text string) {
	a.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		a.t.Fatal(err)
	}
	r := a.post(key, "application/json", body)
	return r.Status, r.raw
}

func named(hash string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
}

func TestDocumentsAreAskedForByTheirHash(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const query, answer = `{ viewer { role } }`, `{"data":{"viewer":{"role":"ADMIN"}}}`
		key := a.keys[viewer.Admin]
		unknown := func(when string) {
			t.Helper()
			if _, text := a.ask(key, map[string]any{"extensions": named(hashOf(query))}); !strings.Contains(text, `"PersistedQueryNotFound"`) || !strings.Contains(text, `"code":"PERSISTED_QUERY_NOT_FOUND"`) {
				t.Errorf("%s: %s", when, text)
			}
		}
		unknown("before")
		a.ask("", map[string]any{"query": query, "extensions": named(hashOf(query))})
		unknown("sent without a key")
		if _, text := a.ask(key, map[string]any{"query": query, "extensions": named(hashOf("another"))}); !strings.Contains(text, "sha256Hash") {
			t.Errorf("a wrong hash: %s", text)
		}
		unknown("sent with a wrong hash")
		if _, text := a.ask(key, map[string]any{"query": query, "extensions": named(hashOf(query))}); text != answer {
			t.Errorf("sent: %s", text)
		}
		if _, text := a.ask(key, map[string]any{"extensions": named(hashOf(query))}); text != answer {
			t.Errorf("by its hash: %s", text)
		}
		extensions, err := json.Marshal(named(hashOf(query)))
		if err != nil {
			t.Fatal(err)
		}
		if _, text := a.request(http.MethodGet, "?extensions="+url.QueryEscape(string(extensions)), nil, nil); text != answer {
			t.Errorf("by GET: %s", text)
		}
		s := a.admitted(t, key)
		defer s.close()
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"extensions": named(hashOf(query))}})
		if m, _ := s.read(); fmt.Sprint(m["payload"]) != "map[data:map[viewer:map[role:ADMIN]]]" {
			t.Errorf("over a WebSocket: %v", m)
		}
		for _, bad := range []any{"x", 1, map[string]any{}, map[string]any{"version": 2, "sha256Hash": "x"}, map[string]any{"version": 1, "sha256Hash": 7}, map[string]any{"version": "1", "sha256Hash": "x"}} {
			if _, text := a.ask(key, map[string]any{"extensions": map[string]any{"persistedQuery": bad}}); !strings.Contains(text, "errors") {
				t.Errorf("%v: %s", bad, text)
			}
		}
		large := `{ viewer { role } } #` + strings.Repeat("x", 25_000)
		if _, text := a.ask(key, map[string]any{"query": large, "extensions": named(hashOf(large))}); !strings.Contains(text, "DOCUMENT_LIMIT_EXCEEDED") {
			t.Errorf("a large document: %.200s", text)
		}
		if _, text := a.ask(key, map[string]any{"extensions": named(hashOf(large))}); !strings.Contains(text, "PERSISTED_QUERY_NOT_FOUND") {
			t.Errorf("a large document was kept: %.200s", text)
		}
	})
}

func TestOnlyTrustedDocumentsAreExecuted(t *testing.T) {
	trusted := func(o *graph.Options) {
		o.Documents = []document.Source{{Name: "m.json", ID: "whoami", Text: `query Who { viewer { role } }`}}
		o.OwnDocuments = [][]document.Source{{{Name: "own.graphql", Text: `query Own { viewer { name } }`}}}
	}
	each(t, func(t *testing.T, a *api) {
		key := a.keys[viewer.Admin]
		const refused = `"code":"DOCUMENT_NOT_TRUSTED"`
		for query, want := range map[string]string{
			`query Who { viewer { role } }`:                                 `{"data":{"viewer":{"role":"ADMIN"}}}`,
			"query Who{viewer{role,__typename}}":                            `{"data":{"viewer":{"role":"ADMIN","__typename":"Viewer"}}}`,
			`query Own { viewer { name } }`:                                 `{"data":{"viewer":{"name":"admin"}}}`,
			`query Who { viewer { name } }`:                                 refused,
			`{ viewer { role } }`:                                           refused,
			`{ __schema { types { name } } }`:                               refused,
			`mutation { deleteAgent(input: {id: "x"}) { id } }`:             refused,
			`query Who { viewer { role } } query Other { viewer { role } }`: refused,
			`{`: refused,
		} {
			for range 2 { // the second time it is remembered
				if _, text := a.ask(key, map[string]any{"query": query, "operationName": nil}); !strings.Contains(text, want) {
					t.Errorf("%s: %s", query, text)
				}
			}
		}
		if _, text := a.ask(key, map[string]any{"documentId": "whoami"}); text != `{"data":{"viewer":{"role":"ADMIN"}}}` {
			t.Errorf("by id: %s", text)
		}
		if _, text := a.request(http.MethodGet, "?documentId=whoami", nil, nil); text != `{"data":{"viewer":{"role":"ADMIN"}}}` {
			t.Errorf("by id, by GET: %s", text)
		}
		if _, text := a.ask(key, map[string]any{"documentId": "nobody"}); !strings.Contains(text, "PERSISTED_QUERY_NOT_FOUND") {
			t.Errorf("by another id: %s", text)
		}
		other := `{ agents { totalCount } }`
		a.ask(key, map[string]any{"query": other, "extensions": named(hashOf(other))})
		if _, text := a.ask(key, map[string]any{"extensions": named(hashOf(other))}); !strings.Contains(text, refused) {
			t.Errorf("by a hash that somebody brought: %s", text)
		}
		s := a.admitted(t, key)
		defer s.close()
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": other}})
		if m, _ := s.read(); !strings.Contains(fmt.Sprint(m), "DOCUMENT_NOT_TRUSTED") {
			t.Errorf("over a WebSocket: %v", m)
		}
	}, trusted)
}
