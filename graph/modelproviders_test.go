package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/dialogue/openai"
	"parley/ent/viewer"
)

func makeOpenAI(c dialogue.Credential, client *http.Client) (model.Provider, error) {
	return openai.New(openai.Options{Name: c.ID, BaseURL: c.BaseURL, Key: c.Key, Model: c.Model, Client: client})
}

const createProvider = `mutation($in: CreateModelProviderInput!) { createModelProvider(input: $in) { clientMutationId credential { id name kind baseUrl keyHint defaultModel enabled } } }`

const testProvider = `mutation($p: ID!, $m: String) { testModelProvider(input: {id: $p, model: $m}) { reachable error status models answer } }`

func TestModelProviders(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const good, bad = "sk-the-good-and-secret-key", "sk-some-wrong-and-secret-key"
		var lists atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			switch {
			case r.Header.Get("Authorization") != "Bearer "+good:
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error":{"message":"Incorrect key: `+r.Header.Get("Authorization")+`"}}`)
			case r.Method == http.MethodGet:
				lists.Add(1)
				_, _ = io.WriteString(w, `{"data":[{"id":"small"},{"id":"large"}]}`)
			case strings.Contains(string(body), `"model":"large"`):
				_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"I am here."},"finish_reason":"stop"}]}`)
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		}))
		defer server.Close()
		answers := ""
		do := func(query string, variables map[string]any) result {
			r := a.do(a.keys[viewer.Admin], query, variables)
			answers += r.raw
			return r
		}
		in := map[string]any{"clientMutationId": "1", "name": "acme", "kind": "OPENAI", "baseUrl": server.URL + "/v1", "key": bad, "defaultModel": "small"}
		made := do(createProvider, map[string]any{"in": in})
		id := made.text("createModelProvider", "credential", "id")
		if again := do(createProvider, map[string]any{"in": in}); id == "" || again.raw != made.raw || made.text("createModelProvider", "credential", "keyHint") != "-key" {
			t.Fatalf("made %s\nthen %s", made.raw, again.raw)
		}

		// A wrong key is found out, in words.
		r := do(testProvider, map[string]any{"p": id})
		if r.at("testModelProvider", "reachable") != false || r.at("testModelProvider", "status") != 401.0 || !strings.Contains(r.text("testModelProvider", "error"), "refused the key") {
			t.Errorf("with a wrong key: %s", r.raw)
		}
		do(createProvider, map[string]any{"in": map[string]any{"name": "gone", "kind": "OPENAI", "baseUrl": "http://127.0.0.1:1/v1", "key": bad}})
		const ask = `{ modelProviders { name state error credential { id keyHint } models { name provider default displayName inputTokens thinking retiresAt } } models { name } }`
		r = do(ask, nil)
		for _, want := range []string{
			`{"name":"acme","state":"UNREACHABLE","error":"the model provider refused the key (HTTP 401): `,
			`{"name":"gone","state":"UNREACHABLE","error":"no connection could be made, or it broke off"`,
			`{"name":"pen","state":"UNLISTED","error":null,"credential":null,"models":[{"name":"pen",`,
			`{"name":"scripted","state":"UNLISTED","error":null,"credential":null,"models":[{"name":"scripted","provider":"scripted","default":true,`,
			`"models":[{"name":"acme"},{"name":"gone"},{"name":"pen"},{"name":"scripted"}]`,
		} {
			if !strings.Contains(r.raw, want) {
				t.Errorf("%s is not in %s", want, r.raw)
			}
		}

		// With the right one it is there at once, and its list is read once.
		do(`mutation($p: ID!, $k: String!) { updateModelProvider(input: {id: $p, key: $k}) { credential { id } } }`, map[string]any{"p": id, "k": good})
		r = do(testProvider, map[string]any{"p": id})
		if r.at("testModelProvider", "reachable") != true || r.at("testModelProvider", "models") != 2.0 {
			t.Errorf("with the right key: %s", r.raw)
		}
		r = do(testProvider, map[string]any{"p": id, "m": "large"})
		if r.at("testModelProvider", "reachable") != true || r.text("testModelProvider", "answer") != "I am here." {
			t.Errorf("a question: %s", r.raw)
		}
		if r = do(testProvider, map[string]any{"p": id, "m": "none"}); r.at("testModelProvider", "reachable") != false || r.at("testModelProvider", "status") != 404.0 {
			t.Errorf("a model that is not there: %s", r.raw)
		}
		read := lists.Load()
		for range 3 {
			if r = do(ask, nil); !strings.Contains(r.raw, `"models":[{"name":"acme"},{"name":"acme/large"},{"name":"acme/small"},{"name":"gone"},`) {
				t.Errorf("models: %s", r.raw)
			}
		}
		if n := lists.Load() - read; n != 1 {
			t.Errorf("the list was read %d times", n)
		}
		if r = do(`{ modelProviders { name credential { name } } }`, nil); strings.Count(r.raw, `"name":"acme"`) != 2 {
			t.Errorf("without lists: %s", r.raw)
		}

		// Nobody else reads or changes it, and the key is nowhere.
		_, stranger, err := a.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		if r := a.do(stranger, `query($p: ID!) { node(id: $p) { id } models { name } }`, map[string]any{"p": id}); r.raw != `{"data":{"node":null,"models":[{"name":"pen"},{"name":"scripted"}]}}` {
			t.Errorf("another workspace reads %s", r.raw)
		}
		for role, key := range map[string]string{"a stranger": stranger, "an operator": a.keys[viewer.Operator], "an integrator": a.keys[viewer.Integrator]} {
			want := map[string]string{"a stranger": "NOT_FOUND"}[role]
			if want == "" {
				want = "FORBIDDEN"
			}
			for _, query := range []string{testProvider, `mutation($p: ID!) { deleteModelProvider(input: {id: $p}) { id } }`, `mutation($p: ID!) { updateModelProvider(input: {id: $p, enabled: false}) { clientMutationId } }`} {
				if r := a.do(key, query, map[string]any{"p": id}); r.code() != want {
					t.Errorf("%s, %s: %s", role, query, r.raw)
				}
			}
		}
		r = do(`mutation { createModelProvider(input: {name: "A/B", kind: OPENAI, baseUrl: "http://169.254.169.254/", key: "`+bad+`"}) { clientMutationId } }`, nil)
		if got := fmt.Sprint(r.Errors[0].Extensions.Fields); r.code() != "BAD_INPUT" || !strings.Contains(got, "{name ") || !strings.Contains(got, "{baseUrl ") {
			t.Errorf("bad input: %s", r.raw)
		}
		do(`query($p: ID!) { node(id: $p) { ... on ProviderCredential { name keyHint baseUrl } } }`, map[string]any{"p": id})
		do(`mutation($p: ID!) { updateModelProvider(input: {id: $p, enabled: false}) { credential { enabled } } }`, map[string]any{"p": id})
		if r = do(ask, nil); !strings.Contains(r.raw, `{"name":"acme","state":"DISABLED","error":null`) || strings.Contains(r.raw, `{"name":"acme"}`) {
			t.Errorf("disabled: %s", r.raw)
		}
		for _, text := range []string{answers, a.logs.String()} {
			if strings.Contains(text, "secret-key") {
				t.Errorf("a key is in %s", text)
			}
		}
	})
}
