package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// browse runs a script of testdata/browser against a server; one without errors ends with what it printed.
func browse(t *testing.T, address, key, script string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute) // much more than any takes, for machines that are busy
	defer cancel()
	run := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	run.Dir = filepath.Join("testdata", "browser")
	run.Env = append(os.Environ(), "PARLEY_URL="+address, "PARLEY_KEY="+key)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) } // it ends its browser
	run.WaitDelay = 10 * time.Second
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s\n(`make test` installs what it needs)", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// The pages for customers and GraphiQL, in a browser.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	databases := map[string]func(testing.TB) string{"postgres": storagetest.Postgres} // those of the console are on both
	if os.Getenv("PARLEY_SOAK") != "" {
		databases["sqlite"] = storagetest.SQLite
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			address, printed, _ := startServer(t, environment(t, database))
			t.Logf("each part took, in milliseconds: %s", browse(t, address, printedKey.FindString(printed), "chat.mjs"))
		})
	}
}

func TestPagesSayWhatTheyMayDo(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		address, printed, _ := startServer(t, e)
		key := printedKey.FindString(printed)
		var made struct {
			Data struct {
				A, B, C struct{ Agent struct{ ID string } }
			}
		}
		answer := query(t, address, key, `mutation {
			a: createAgent(input: {name: "</main><script>x</script>", public: true, allowedSites: ["https://shop.example.com", "http://localhost:3000"]}) { agent { id } }
			b: createAgent(input: {name: "B", public: true}) { agent { id } }
			c: createAgent(input: {name: "C", allowedSites: ["https://shop.example.com"]}) { agent { id } } }`)
		if err := json.Unmarshal([]byte(answer), &made); err != nil {
			t.Fatal(err)
		}
		get := func(path string) (*http.Response, string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			text, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res, string(text)
		}
		for path, want := range map[string]struct {
			status int
			frames string
		}{
			"/chat/" + made.Data.A.Agent.ID:          {200, "https://shop.example.com http://localhost:3000"},
			"/chat/" + made.Data.B.Agent.ID:          {200, "'none'"},
			"/chat/" + made.Data.C.Agent.ID:          {404, "'none'"}, // it is not public
			"/chat/agt_0000000000000000000000000000": {404, "'none'"},
			"/chat/":                                 {404, "'none'"},
			"/graphiql":                              {200, "'none'"},
			"/":                                      {200, "'none'"},
		} {
			res, text := get(path)
			policy := res.Header.Get("Content-Security-Policy")
			if res.StatusCode != want.status || !strings.HasSuffix(policy, "frame-ancestors "+want.frames) || !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "script-src") {
				t.Errorf("%s: %d, %s", path, res.StatusCode, policy)
			}
			if (res.Header.Get("X-Frame-Options") == "DENY") != (want.frames == "'none'") || res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %v", path, res.Header)
			}
			if strings.Contains(text, "<script>x") {
				t.Errorf("%s: the name of the agent is a script: %s", path, text)
			}
			if want.status != http.StatusOK {
				if !strings.Contains(text, "no agent here that anybody may chat with") {
					t.Errorf("%s: %s", path, text)
				}
				continue
			}
			for part := range strings.SplitSeq(text, `"`) {
				if !strings.Contains(part, "/assets/") {
					continue
				}
				if res, _ := get(part); res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: %d %v", part, res.StatusCode, res.Header)
				}
			}
		}
		if res, text := get("/widget.js"); res.StatusCode != http.StatusOK || len(text) > 30<<10 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("/widget.js: %d, %d bytes, %v", res.StatusCode, len(text), res.Header)
		}
	})
}
