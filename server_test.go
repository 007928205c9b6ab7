package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue/model"
	"parley/graph"
	"parley/seal"
	"parley/storage/storagetest"
)

// Most of these tests wait for processes: twice as many at once as there are processors keep those busy.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeBinaries()
		os.Exit(code)
	}))
}

// env is an environment for a command, in place of the process's own.
type env map[string]string

func (e env) get(name string) string { return e[name] }

// environments are a server on each database, with a folder of its own.
func environments(t *testing.T, run func(t *testing.T, e env)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, environment(t, database))
		})
	}
}

// oneEnvironment is one of environments, another one each time.
func oneEnvironment(t *testing.T, run func(t *testing.T, e env)) {
	t.Helper()
	name, database := "sqlite", storagetest.SQLite
	if rand.IntN(2) == 0 {
		name, database = "postgres", storagetest.Postgres
	}
	t.Run(name, func(t *testing.T) { run(t, environment(t, database)) })
}

// environment is a server on a database of its own.
func environment(t *testing.T, database func(testing.TB) string) env {
	t.Helper()
	return env{
		"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": t.TempDir(), "DATABASE_URL": database(t),
		"PARLEY_SECRET_KEY": seal.Generate(), "PARLEY_CHECK_SQL": "on",
		"PARLEY_STOP_DELAY": "0s",
	}
}

// startServer runs a server until stop is called, and returns its address and what it printed. More are model providers
// besides its own.
func startServer(t *testing.T, e env, more ...map[string]model.Provider) (address, printed string, stop func()) {
	t.Helper()
	return startLogged(t, e, slog.New(slog.DiscardHandler), more...)
}

// startLogged is startServer with a log.
func startLogged(t *testing.T, e env, logger *slog.Logger, more ...map[string]model.Provider) (address, printed string, stop func()) {
	t.Helper()
	c, err := configFromEnv(e.get)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	address, stop = serveOn(t, c, &out, logger, more...)
	return address, out.String(), stop
}

// serveOn runs a server of a configuration until stop is called, and returns its address.
func serveOn(t testing.TB, c Config, out io.Writer, logger *slog.Logger, more ...map[string]model.Provider) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- serve(ctx, c, out, logger, func(a net.Addr) { ready <- a }, more...) }()
	select {
	case a := <-ready:
		address = "http://" + a.String()
	case err := <-ended:
		cancel()
		t.Fatalf("the server did not start: %v", err)
	}
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	t.Cleanup(stop)
	return address, stop
}

// freePort is a port that nobody listens at. It lies below those that the kernel hands to outgoing connections, of which one would take
// it before whoever it is for.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20_000 + rand.IntN(12_000))
		if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// query asks the API and returns the raw answer.
func query(t *testing.T, address, key, document string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": document})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+key)
	return fetch(t, req)
}

func fetch(t *testing.T, req *http.Request) string {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fetch(t, req)
}

var printedKey = regexp.MustCompile(`prl_\S+`)

func TestAFirstStartPrintsAKeyThatWorksAndKeepsEverything(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		begin := time.Now()
		address, printed, stop := startServer(t, e)
		if took := time.Since(begin); took > 10*time.Second { // under -race and load; the binary itself takes well under one
			t.Errorf("the start took %v", took)
		}
		key := printedKey.FindString(printed)
		if got := query(t, address, key, `{ threads { totalCount edges { node { id } } } }`); got != `{"data":{"threads":{"totalCount":0,"edges":[]}}}` {
			t.Errorf("threads: %s", got)
		}
		if got := query(t, address, key, `mutation { createAgent(input: {name: "A"}) { agent { name } } }`); got != `{"data":{"createAgent":{"agent":{"name":"A"}}}}` {
			t.Errorf("createAgent: %s", got)
		}
		if got := get(t, address+"/healthz"); got != `{"status":"ok"}` {
			t.Errorf("healthz: %s", got)
		}
		if got := get(t, address+"/readyz"); got != `{"status":"ready"}` {
			t.Errorf("readyz: %s", got)
		}
		if got := get(t, address+"/schema.graphql"); got != strings.TrimSpace(publicSchema) {
			t.Error("schema.graphql is not the schema")
		}
		if got := get(t, address+"/webhooks/schemas/message.created.json"); !strings.Contains(got, `"$id": "urn:parley:webhook:1:message.created"`) {
			t.Errorf("the schema of message.created: %.300s", got)
		}
		if got := get(t, address+"/metrics"); !strings.Contains(got, "go_goroutines") || !strings.Contains(got, "parley_delivery_") || !strings.Contains(got, "parley_live_") {
			t.Errorf("metrics: %.500s", got)
		}
		stop()
		address, printed, _ = startServer(t, e)
		if printedKey.MatchString(printed) {
			t.Errorf("a second start printed a key: %s", printed)
		}
		if got := query(t, address, key, `{ agents { edges { node { name } } } }`); !strings.Contains(got, `"A"`) {
			t.Errorf("after a restart: %s", got)
		}
	})
}

func TestTheFirstKeyIsNotLostWhenThePortIsBusy(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		busy, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		e["PARLEY_LISTEN"] = busy.Addr().String()
		if err := command(t.Context(), nil, e.get, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "listen") {
			t.Errorf("a busy port: %v", err)
		}
		_ = busy.Close()
		if _, printed, _ := startServer(t, e); !printedKey.MatchString(printed) {
			t.Errorf("the next start printed no key: %s", printed)
		}
	})
}

func TestAPasswordIsNotPrinted(t *testing.T) {
	t.Parallel()
	e := env{"DATABASE_URL": "postgres://user:hunter%2@127.0.0.1/x", "PARLEY_SECRET_KEY": seal.Generate()}
	if err := command(t.Context(), []string{"migrate"}, e.get, io.Discard, io.Discard); err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("a broken address: %v", err)
	}
}

func TestTheDatabaseIsNoTargetHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://u@127.0.0.1:54321/x", "postgres:///x?host=127.0.0.1&port=54321", "postgres://u@127.0.0.1/x?port=54321",
	} {
		got, err := databaseAddresses(t.Context(), address)
		if err != nil || !slices.Contains(got, netip.MustParseAddrPort("127.0.0.1:54321")) {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
}

func TestAWrongSecretKeyStopsTheStart(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		run := func(args ...string) error {
			return command(t.Context(), args, e.get, io.Discard, io.Discard)
		}
		if err := run("migrate"); err != nil {
			t.Fatal(err)
		}
		old := e["PARLEY_SECRET_KEY"]
		e["PARLEY_SECRET_KEY"] = seal.Generate()
		if err := run("migrate"); err == nil || !errors.Is(err, errWrongKey) || !strings.Contains(err.Error(), "PARLEY_SECRET_KEY has") {
			t.Errorf("a wrong key: %v", err)
		}
		e["PARLEY_SECRET_KEY"] += "," + old
		if err := run("migrate"); err != nil {
			t.Errorf("a new key before the old one: %v", err)
		}
	})
}

func TestConfigurationIsJudgedWhole(t *testing.T) {
	t.Parallel()
	_, err := configFromEnv(env{
		"PARLEY_LISTEN": "nonsense", "DATABASE_URL": "mysql://x", "PARLEY_ADMIN_KEY": "short", "PARLEY_PUBLIC_URL": "chat",
		"PARLEY_OUTBOUND_ALLOW": "10.0.0.0/99", "PARLEY_WEBHOOK_RETRIES": "5s, soon", "PARLEY_KEEP_EVENTS": "1h", "PARLEY_KEEP_DELIVERIES": "never",
	}.get)
	for _, name := range []string{"PARLEY_LISTEN", "DATABASE_URL", "PARLEY_ADMIN_KEY", "PARLEY_PUBLIC_URL", "PARLEY_OUTBOUND_ALLOW", "PARLEY_WEBHOOK_RETRIES", "PARLEY_KEEP_EVENTS", "PARLEY_KEEP_DELIVERIES"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
	for _, name := range []string{"PARLEY_KEY_CONNECTIONS", "PARLEY_THREAD_CONNECTIONS", "PARLEY_KEY_MESSAGES", "PARLEY_THREAD_MESSAGES"} {
		for _, wrong := range []string{"0", "-1", "many", "1.5"} {
			if _, err := configFromEnv(env{name: wrong}.get); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%s: %v", name, wrong, err)
			}
		}
	}
	given, err := configFromEnv(env{"PARLEY_KEY_CONNECTIONS": "1", "PARLEY_THREAD_CONNECTIONS": "2", "PARLEY_KEY_MESSAGES": "3", "PARLEY_THREAD_MESSAGES": "4"}.get)
	if want := (graph.LiveLimits{KeyConnections: 1, ThreadConnections: 2, KeyMessages: 3, ThreadMessages: 4}); err != nil || given.Live != want {
		t.Errorf("%+v, %v", given.Live, err)
	}
	if _, err := configFromEnv(env{"DATABASE_URL": "postgres://x/y"}.get); err == nil || !strings.Contains(err.Error(), "PARLEY_SECRET_KEY") {
		t.Errorf("Postgres without a secret key: %v", err)
	}
	data := t.TempDir()
	c, err := configFromEnv(env{"PARLEY_DATA": data}.get)
	if err != nil || c.Database != "sqlite://"+filepath.Join(data, "parley.db") || c.Listen != "127.0.0.1:8080" {
		t.Errorf("defaults: %+v, %v", c, err)
	}
	first, _, err := c.readSecretKey(seal.Generate)
	if err != nil {
		t.Fatal(err)
	}
	second, from, err := c.readSecretKey(seal.Generate)
	if err != nil || strings.TrimSpace(first) != strings.TrimSpace(second) || from != filepath.Join(data, "secret.key") {
		t.Errorf("the generated key was not kept in %q: %v", from, err)
	}
}

func TestLoopbackTargetsAreForTheFirstTryOnly(t *testing.T) {
	t.Parallel()
	listener := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for name, tt := range map[string]struct {
		config Config
		want   bool
	}{
		"a laptop":              {Config{Listen: "127.0.0.1:8080"}, true},
		"open to the network":   {Config{Listen: "0.0.0.0:8080"}, false},
		"with a public address": {Config{Listen: "127.0.0.1:8080", PublicURL: "https://chat.example.com"}, false},
		"with Postgres":         {Config{Listen: "127.0.0.1:8080", Database: "postgres://127.0.0.1/x"}, false},
	} {
		guard, err := newGuard(t.Context(), tt.config.withDefaults(), listener)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(guard.Describe(), "loopback"); got != tt.want {
			t.Errorf("%s: %q, loopback allowed: %t, want %t", name, guard.Describe(), got, tt.want)
		}
	}
}

func TestASecondServerOnTheSameFileIsRefused(t *testing.T) {
	t.Parallel()
	e := env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": t.TempDir()}
	startServer(t, e)
	if err := command(t.Context(), nil, e.get, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "another server is running") {
		t.Errorf("a second server: %v", err)
	}
}
