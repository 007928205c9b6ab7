package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/fakemodel"
)

// One thread goes from each provider to each other one, while a strict service checks signatures and pairs: what one
// provider said is told to the next in a form that it takes. Each turn calls functions in three steps, two side by side. The
// server is started anew between turns, so that all of it comes from the database; answers stream with SQLite, and come in
// one piece with Postgres.
func TestAThreadGoesFromProviderToProvider(t *testing.T) {
	t.Parallel()
	const calls = `call interest {}\ncall get_contact {\"email\":\"a@b.example\"}\nthen\n` +
		`call success {}\ncall message_for_operator {\"text\":\"look\"}\nthen\ncall interest {}\ncall message_for_operator {\"text\":\"look again\"}`
	// Every ordered pair once.
	path := strings.Fields("gemini gemini-legacy openai scripted gemini openai gemini-legacy scripted openai gemini scripted gemini-legacy gemini")
	environments(t, func(t *testing.T, e env) {
		models := httptest.NewServer(fakemodel.New(fakemodel.Options{Strict: true}))
		defer models.Close()
		e["PARLEY_ADMIN_KEY"] = strings.Repeat("k", 40)
		e["GEMINI_BASE_URL"], e["GEMINI_API_KEY"], e["GEMINI_LEGACY_MODEL"] = models.URL, "key", "gemini-3.8-flash"
		e["OPENAI_BASE_URL"], e["OPENAI_MODEL"] = models.URL+"/v1", "fake-chat"
		if strings.HasPrefix(e["DATABASE_URL"], "postgres") {
			e["GEMINI_STREAMING"] = "off"
		}
		var address string
		var stop func()
		ask := func(document string) string { return query(t, address, e["PARLEY_ADMIN_KEY"], document) }
		var agentID, threadID string
		for i, provider := range path {
			address, _, stop = startServer(t, e)
			if i == 0 {
				agentID = between(t, ask(`mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`), `"id":"`, `"`)
				threadID = between(t, ask(`mutation { createThread(input: {agentId: "`+agentID+`"}) { thread { id } } }`), `"id":"`, `"`)
			}
			ask(`mutation { updateAgent(input: {id: "` + agentID + `", models: ["` + provider + `"]}) { agent { id } } }`)
			text, steps := calls, 4
			if provider == "scripted" { // it knows no such lines
				text, steps = "Hello", 1
			}
			ask(`mutation { sendMessage(input: {threadId: "` + threadID + `", text: "` + text + `"}) { message { id } } }`)
			deadline, got := time.Now().Add(60*time.Second), ""
			for strings.Count(got, `"reason":"`) != i+1 {
				if time.Now().After(deadline) {
					t.Fatalf("turn %d by %s does not end: %s", i, provider, got)
				}
				time.Sleep(20 * time.Millisecond)
				got = ask(`{ thread(id: "` + threadID + `") { turns(first: 50) { reason } } }`)
			}
			got = ask(`{ thread(id: "` + threadID + `") { turns(first: 1) { reason reasonText stepsUsed steps { model } } lastMessage { author model } } }`)
			for _, want := range []string{`"reason":"ANSWERED"`, `"author":"AGENT"`, `"model":"` + provider, fmt.Sprintf(`"stepsUsed":%d`, steps)} {
				if !strings.Contains(got, want) {
					t.Errorf("turn %d by %s: %s is not in %s", i, provider, want, got)
				}
			}
			stop()
		}
	})
}
