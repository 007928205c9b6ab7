package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/fakemodel"
)

// A server with an OpenAI-compatible model answers over several steps with parallel calls, strictly paired.
func TestAnOpenAICompatibleModelIsUsed(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		models := httptest.NewServer(fakemodel.New(fakemodel.Options{Strict: true}))
		defer models.Close()
		e["PARLEY_ADMIN_KEY"] = strings.Repeat("k", 40)
		e["OPENAI_BASE_URL"], e["OPENAI_API_KEY"], e["OPENAI_MODEL"] = models.URL+"/v1", "key", "gemini-3.8-flash"
		address, _, stop := startServer(t, e)
		defer stop()
		ask := func(document string) string { return query(t, address, e["PARLEY_ADMIN_KEY"], document) }
		if got := ask(`{ models { name default } }`); !strings.Contains(got, `{"name":"openai","default":true}`) {
			t.Errorf("models: %s", got)
		}
		made := ask(`mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`)
		agentID := between(t, made, `"id":"`, `"`)
		made = ask(`mutation { createThread(input: {agentId: "` + agentID + `", text: "call interest {}\ncall get_contact {\"email\":\"a@b.example\"}\nthen\ncall success {}\ncall message_for_operator {\"text\":\"look\"}"}) { thread { id } } }`)
		threadID := between(t, made, `"id":"`, `"`)
		deadline, got := time.Now().Add(30*time.Second), ""
		for !strings.Contains(got, `"reason":"`) {
			if time.Now().After(deadline) {
				t.Fatalf("no answer: %s", got)
			}
			time.Sleep(20 * time.Millisecond)
			got = ask(`{ thread(id: "` + threadID + `") { turns { reason } } }`)
		}
		// Asked again: one query is several statements, and the turn may have ended between two of them.
		got = ask(`{ thread(id: "` + threadID + `") { tags { name } turns { reason reasonText stepsUsed callsUsed inputTokens } lastMessage { author model } } }`)
		for _, want := range []string{`"reason":"ANSWERED"`, `"stepsUsed":3`, `"name":"success"`, `"name":"get_contact"`, `"author":"AGENT"`, `"model":"openai/`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		if strings.Contains(got, `"inputTokens":0`) {
			t.Errorf("no usage: %s", got)
		}
	})
}

// between returns what stands in text behind one mark and before another.
func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	found, _, end := strings.Cut(rest, after)
	if !ok || !end {
		t.Fatalf("%s is not in %s", before, text)
	}
	return found
}
