package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/seal"
	"parley/storage/storagetest"
)

// lockedLog is where a server writes its log.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Texts that are secret are planted wherever the server takes them in, and then looked for wherever it leaves something: in the
// files of the database and copies of them, in the log, in metrics, and in errors. What customers say is in the database, of
// course, and nowhere else.
func TestSecretsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	planted := func(name string) string { return "prl_canary" + name + strings.Repeat("x", 10) + seal.Generate()[:12] }
	var (
		admin, header, provider = planted("admin"), planted("header"), planted("provider")
		wrongKey, said, asked   = planted("wrong"), planted("said"), planted("asked")
	)
	folder := t.TempDir()
	e := env{
		"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": folder, "DATABASE_URL": storagetest.SQLite(t), "PARLEY_ADMIN_KEY": admin,
		"PARLEY_SECRET_KEY": seal.Generate(), "PARLEY_CHECK_SQL": "on", "OPENAI_API_KEY": provider, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
	}
	var got lockedLog // what a function and a webhook brought to others
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(&got)
		http.Error(w, "no", http.StatusInternalServerError)
	}))
	defer receiver.Close()
	var log, out lockedLog
	c, err := configFromEnv(e.get)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() { ended <- serve(ctx, c, &out, logger, func(a net.Addr) { ready <- a }) }()
	var address string
	select {
	case a := <-ready:
		address = "http://" + a.String()
	case err := <-ended:
		t.Fatal(err)
	}
	var answers []string // those that should hold nothing secret
	ask := func(document string) string {
		t.Helper()
		text := query(t, address, admin, document)
		answers = append(answers, text)
		return text
	}
	agentID := idIn(t, ask(`mutation { createAgent(input: {name: "A", quietMs: 0, models: ["scripted", "openai/x"]}) { agent { id } } }`), "agt_")
	ask(fmt.Sprintf(`mutation { createFunction(input: {agentId: %q, name: "f", description: "d", kind: HTTP, method: "GET", url: %q, headers: [{name: "X", value: %q, secret: true}]}) { function { headers { name value } } } }`, agentID, receiver.URL, header))
	made := query(t, address, admin, fmt.Sprintf(`mutation { createIntegration(input: {name: "i", url: %q, eventTypes: ["*"]}) { integration { id } secret } }`, receiver.URL))
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(made)
	if secret == "" {
		t.Fatal(made)
	}
	ask(fmt.Sprintf(`mutation { createModelProvider(input: {name: "p", kind: OPENAI, baseUrl: "http://127.0.0.1:9/v1", key: %q}) { credential { id } } }`, provider))
	threadID := idIn(t, ask(fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "c", customer: {name: "Ann"}}) { thread { id } } }`, agentID)), "thr_")
	made = query(t, address, admin, fmt.Sprintf(`mutation { createThreadToken(input: {threadId: %q}) { token } createStreamTicket(input: {}) { ticket } }`, threadID))
	token, ticket := regexp.MustCompile(`prt_[\w-]+`).FindString(made), regexp.MustCompile(`prs_[\w-]+`).FindString(made)
	query(t, address, admin, fmt.Sprintf(`mutation { sendMessage(input: {threadId: %q, text: %q}) { message { id } } }`, threadID, said))
	query(t, address, admin, fmt.Sprintf(`mutation { sendMessage(input: {threadId: %q, text: "call f"}) { message { id } } }`, threadID))
	// What goes wrong, with something secret in it.
	answers = append(answers, query(t, address, wrongKey, `{ viewer { role } }`), query(t, address, "prt_"+wrongKey, `{ viewer { role } }`))
	for _, bad := range []string{
		`{ viewer { ` + asked + ` } }`, `{ thread(id: "` + asked + `") { id } }`, `mutation { createApiKey(input: {name: "", role: ADMIN}) { key } }`,
		`{ thread(id: 7) { id } } # ` + asked, `mutation { deleteAgent(input: {id: "` + asked + `"}) { id } }`,
	} {
		_ = query(t, address, admin, bad) // an error may quote the document that its client sent
	}
	for _, r := range []struct{ method, path, body string }{
		{http.MethodPost, "/graphql", `{"query": "{ viewer { role } }", "variables": "` + asked + `"}`}, {http.MethodPost, "/graphql", asked},
		{http.MethodGet, "/graphql?query=%7B&variables=" + asked, ""}, {http.MethodGet, "/exports/" + asked, ""}, {http.MethodPut, "/graphql?" + asked, ""},
		{http.MethodGet, "/graphql?ticket=" + ticket + "&query=subscription%7BworkspaceEvents%7B__typename%7D%7D", ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), r.method, address+r.path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if !strings.Contains(r.path, "ticket") {
			answers = append(answers, fetch(t, req))
		} else {
			req.Header.Set("Accept", "text/event-stream")
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(got.String(), "Webhook-Signature") && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	answers = append(answers, get(t, address+"/metrics"), get(t, address+"/readyz"), ask(`{ auditLog { edges { node { action changes { before after } } } } modelProviders { name } integrations { edges { node { url } } } }`))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()

	secrets := map[string]string{"admin key": admin, "header": header, "key of a provider": provider, "webhook secret": secret, "secret key": e["PARLEY_SECRET_KEY"], "thread token": token, "stream ticket": ticket, "wrong key": wrongKey}
	for name, s := range secrets {
		if len(s) < 20 {
			t.Fatalf("there is no %s", name)
		}
		if strings.Contains(strings.Join(answers, "\n"), s) {
			t.Errorf("the %s is in an answer", name)
		}
		if strings.Contains(out.String(), s) && name != "admin key" { // which is shown once
			t.Errorf("the %s is printed", name)
		}
	}
	for name, s := range secrets {
		if strings.Contains(log.String(), s) {
			t.Errorf("the %s is in the log", name)
		}
	}
	for name, s := range map[string]string{"what a customer said": said, "what somebody asked": asked} {
		if strings.Contains(log.String(), s) {
			t.Errorf("%s is in the log:\n%s", name, log.String())
		}
		if strings.Contains(strings.Join(answers, "\n"), s) && name == "what a customer said" {
			t.Errorf("%s is in an answer", name)
		}
	}
	file := strings.TrimPrefix(e["DATABASE_URL"], "sqlite://")
	files := map[string][]byte{}
	for _, dir := range []string{folder, filepath.Dir(file)} { // a backup of them is a copy
		err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			files[name] = text
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(files)), func(text []byte) bool { return bytes.Contains(text, []byte(said)) }) {
		t.Fatal("what the customer said is in no file: the test looks in the wrong place")
	}
	for name, text := range files {
		for what, s := range secrets {
			if bytes.Contains(text, []byte(s)) {
				t.Errorf("the %s is in %s", what, name)
			}
		}
	}
}
