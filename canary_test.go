package main

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
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
// files and tables of the database and in a backup, in the log, in metrics, and in errors. What customers say is in the database, of
// course, and nowhere else.
func TestSecretsLeaveNoTrace(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plantAndSearch(t, address(t))
		})
	}
}

func plantAndSearch(t *testing.T, database string) {
	planted := func(name string) string { return "prl_canary" + name + strings.Repeat("x", 10) + seal.Generate()[:12] }
	var (
		admin, header, provider = planted("admin"), planted("header"), planted("provider")
		wrongKey, said, asked   = planted("wrong"), planted("said"), planted("asked")
	)
	folder := t.TempDir()
	e := env{
		"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": folder, "DATABASE_URL": database, "PARLEY_ADMIN_KEY": admin,
		"PARLEY_SECRET_KEY": seal.Generate(), "PARLEY_CHECK_SQL": "on", "OPENAI_API_KEY": provider, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
		"PARLEY_OUTBOUND_ALLOW": "127.0.0.0/8",
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
	address, stop := serveOn(t, c, &out, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
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
	backup := t.TempDir()
	if c.embedded() {
		mustRun(t, e, "backup", filepath.Join(backup, "copy.db"))
	}
	stop()

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
	stored := filesIn(t, folder, backup)
	if c.embedded() {
		maps.Copy(stored, filesIn(t, filepath.Dir(c.file())))
	} else {
		maps.Copy(stored, tablesOf(t, database))
	}
	holds := func(in string) int {
		n := 0
		for name, text := range stored {
			if strings.HasPrefix(name, in) && bytes.Contains(text, []byte(said)) {
				n++
			}
		}
		return n
	}
	if holds("") == 0 || c.embedded() && holds(backup) == 0 {
		t.Fatal("what the customer said is nowhere, or not in the backup: the test looks in the wrong place")
	}
	for name, text := range stored {
		for what, s := range secrets {
			if bytes.Contains(text, []byte(s)) || bytes.Contains(text, []byte(hex.EncodeToString([]byte(s)))) {
				t.Errorf("the %s is in %s", what, name)
			}
		}
	}
}

// filesIn reads all files below folders.
func filesIn(t *testing.T, folders ...string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, dir := range folders {
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
	return files
}

// tablesOf dumps the tables of a Postgres, as its own means of backing up do: bytes as hex.
func tablesOf(t *testing.T, address string) map[string][]byte {
	t.Helper()
	db, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	column := func(statement string) (all []string) {
		rows, err := db.QueryContext(t.Context(), statement)
		if err != nil {
			t.Fatal(statement, err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	dumped := map[string][]byte{}
	for _, table := range column(`SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`) {
		dumped[table] = []byte(strings.Join(column(`SELECT row_to_json(t)::text FROM "`+table+`" t`), "\n"))
	}
	if len(dumped) < 20 {
		t.Errorf("%d tables", len(dumped))
	}
	return dumped
}
