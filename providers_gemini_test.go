package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/fakemodel"
)

// A server with a key for Gemini answers over several steps with parallel calls, strictly signed and paired, with streams
// and without. That another model answered than was asked for is shown.
func TestAGeminiModelIsUsed(t *testing.T) {
	t.Parallel()
	for _, streaming := range []string{"on", "off"} {
		t.Run("streaming "+streaming, func(t *testing.T) {
			environments(t, func(t *testing.T, e env) {
				fake := fakemodel.New(fakemodel.Options{Strict: true, Key: "secret-key"})
				models := httptest.NewServer(fake)
				defer models.Close()
				e["PARLEY_ADMIN_KEY"] = strings.Repeat("k", 40)
				e["GEMINI_BASE_URL"], e["GEMINI_API_KEY"], e["GEMINI_STREAMING"] = models.URL, "secret-key", streaming
				e["OPENAI_BASE_URL"], e["OPENAI_MODEL"] = models.URL+"/v1", "fake-chat"
				address, _, stop := startServer(t, e)
				defer stop()
				ask := func(document string) string { return query(t, address, e["PARLEY_ADMIN_KEY"], document) }
				if got := ask(`{ models { name default } }`); !strings.Contains(got, `{"name":"gemini","default":true}`) || strings.Count(got, `"default":true`) != 1 {
					t.Errorf("models: %s", got)
				}
				for _, agent := range []struct{ models, answers, warns string }{
					{``, "gemini/gemini-3.8-flash", `"modelWarning":null`},
					{`, models: ["gemini/gemini-3.5-flash"]`, "gemini/gemini-3.6-flash", `"modelWarning":"gemini-3.5-flash was asked for, and gemini-3.6-flash answered`},
				} {
					made := ask(`mutation { createAgent(input: {name: "A", quietMs: 0` + agent.models + `}) { agent { id } } }`)
					agentID := between(t, made, `"id":"`, `"`)
					made = ask(`mutation { createThread(input: {agentId: "` + agentID + `", text: "call interest {}\ncall get_contact {\"email\":\"a@b.example\"}\nthen\ncall success {}\ncall message_for_operator {\"text\":\"look\"}"}) { thread { id } } }`)
					threadID := between(t, made, `"id":"`, `"`)
					deadline, got := time.Now().Add(60*time.Second), ""
					for !strings.Contains(got, `"reason":"`) {
						if time.Now().After(deadline) {
							t.Fatalf("no answer: %s", got)
						}
						time.Sleep(20 * time.Millisecond)
						got = ask(`{ thread(id: "` + threadID + `") { turns { reason } } }`)
					}
					got = ask(`{ thread(id: "` + threadID + `") { tags { name } turns { reason reasonText stepsUsed inputTokens steps { modelWarning } } lastMessage { author model } } }`)
					for _, want := range []string{`"reason":"ANSWERED"`, `"stepsUsed":3`, `"name":"success"`, `"name":"get_contact"`, `"author":"AGENT"`, `"model":"` + agent.answers + `"`, agent.warns} {
						if !strings.Contains(got, want) {
							t.Errorf("%s is not in %s", want, got)
						}
					}
					if strings.Contains(got, `"inputTokens":0`) {
						t.Errorf("no usage: %s", got)
					}
				}
				for _, sent := range fake.Requests() {
					if strings.HasSuffix(sent.Path, "/models") { // the list
						continue
					}
					if strings.Contains(sent.Path, "streamGenerate") != (streaming == "on") || len(sent.Query.Get("key")) > 0 {
						t.Errorf("asked %s?%s", sent.Path, sent.Query.Encode())
					}
				}
			})
		})
	}
}

// Without a key for Gemini, OPENAI_MODEL stays the default; what is wrong with the variables is said by their names.
func TestGeminiVariables(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		e      env
		choice string
		says   string
	}{
		{env{}, "scripted", ""},
		{env{"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}, "openai", ""},
		{env{"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m", "GEMINI_API_KEY": "k"}, "gemini", ""},
		{env{"GEMINI_API_KEY": "k", "GEMINI_MODEL": "gemini-4-argon", "GEMINI_THINKING_LEVEL": "high", "GEMINI_SAFETY": "OFF"}, "gemini", ""},
		{env{"GEMINI_MODEL": "m"}, "", "need GEMINI_API_KEY"},
		{env{"GEMINI_API_KEY": "k", "GEMINI_STREAMING": "no"}, "", "GEMINI_STREAMING must be on or off"},
		{env{"GEMINI_API_KEY": "k", "GEMINI_BASE_URL": "localhost"}, "", "GEMINI_…: the base URL"},
		{env{"GEMINI_API_KEY": "k", "GEMINI_THINKING_LEVEL": "deep"}, "", "MINIMAL, LOW, MEDIUM, HIGH"},
	} {
		c, err := configFromEnv(test.e.get)
		var p providers
		if err == nil {
			p, err = newProviders(c)
		}
		switch {
		case test.says == "" && (err != nil || p.choice != test.choice || p.byName[p.choice] == nil):
			t.Errorf("%v: %q, %v", test.e, p.choice, err)
		case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
			t.Errorf("%v: %v, want %q", test.e, err, test.says)
		}
		if err == nil {
			p.close()
		}
	}
}
