package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/fakemodel"
)

// A server with a key of Gemini has gemini-legacy, which answers over several steps with parallel calls of a model that
// insists on its signatures; it is never the default. On one database the answers are streamed, on the other they come in one piece.
func TestGeminiLegacyIsUsed(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		played := fakemodel.New(fakemodel.Options{Strict: true, Key: "gemini-key"})
		models := httptest.NewServer(played)
		defer models.Close()
		e["PARLEY_ADMIN_KEY"] = strings.Repeat("k", 40)
		e["GEMINI_BASE_URL"], e["GEMINI_API_KEY"], e["GEMINI_LEGACY_MODEL"] = models.URL, "gemini-key", "gemini-3.8-flash"
		method := ":streamGenerateContent"
		if strings.HasSuffix(t.Name(), "sqlite") {
			method, e["GEMINI_STREAMING"] = ":generateContent", "off"
		}
		address, _, stop := startServer(t, e)
		defer stop()
		ask := func(document string) string { return query(t, address, e["PARLEY_ADMIN_KEY"], document) }
		if got := ask(`{ models { name default } }`); !strings.Contains(got, `{"name":"gemini-legacy","default":false}`) {
			t.Errorf("models: %s", got)
		}
		made := ask(`mutation { createAgent(input: {name: "A", quietMs: 0, models: ["gemini-legacy"]}) { agent { id } } }`)
		agentID := between(t, made, `"id":"`, `"`)
		made = ask(`mutation { createThread(input: {agentId: "` + agentID + `", text: "call interest {}\ncall get_contact {\"email\":\"a@b.example\"}\nthen\ncall success {}\ncall message_for_operator {\"text\":\"look\"}"}) { thread { id } } }`)
		threadID := between(t, made, `"id":"`, `"`)
		deadline, got := time.Now().Add(time.Minute), ""
		for !strings.Contains(got, `"reason":"`) {
			if time.Now().After(deadline) {
				t.Fatalf("no answer: %s", got)
			}
			time.Sleep(20 * time.Millisecond)
			got = ask(`{ thread(id: "` + threadID + `") { turns { reason } } }`)
		}
		// Asked again: one query is several statements, and the turn may have ended between two of them.
		got = ask(`{ thread(id: "` + threadID + `") { tags { name } turns { reason reasonText stepsUsed callsUsed inputTokens } lastMessage { author model } } }`)
		for _, want := range []string{`"reason":"ANSWERED"`, `"stepsUsed":3`, `"name":"success"`, `"name":"get_contact"`, `"author":"AGENT"`, `"model":"gemini-legacy/gemini-3.8-flash"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		if strings.Contains(got, `"inputTokens":0`) {
			t.Errorf("no usage: %s", got)
		}
		for _, r := range played.Requests() {
			if strings.HasSuffix(r.Path, "/models") { // the list, which gemini reads
				continue
			}
			if len(r.Query) > 0 || !strings.HasSuffix(r.Path, "/gemini-3.8-flash"+method) || !strings.Contains(string(r.Body), `"store":false`) {
				t.Errorf("%s %v %s", r.Path, r.Query, r.Body)
			}
		}
	})
}

func TestGeminiLegacyNeedsAKey(t *testing.T) {
	t.Parallel()
	made, err := newProviders(Config{})
	if err != nil || made.byName["gemini-legacy"] != nil {
		t.Errorf("%v without a key, %v", made.byName, err)
	}
	made.close()
	for _, e := range []env{{"GEMINI_LEGACY_MODEL": "m"}, {"GEMINI_LEGACY_MODEL": "a/b", "GEMINI_API_KEY": "k"}, {"GEMINI_STREAMING": "no", "GEMINI_API_KEY": "k"}, {"GEMINI_BASE_URL": "localhost", "GEMINI_API_KEY": "k"}} {
		c, err := configFromEnv(e.get)
		if err == nil {
			_, err = newProviders(c)
		}
		if err == nil || !strings.Contains(err.Error(), "GEMINI_") {
			t.Errorf("%v: %v", e, err)
		}
	}
}
