package main

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"parley/seal"
	"parley/storage/storagetest"
)

// TestCheckFindsWhatIsWrong holds what `parley check` says against configurations with one fault each, and one with many.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	busy, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no database, and longer than its head"), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := seal.Generate()
	for _, test := range []struct {
		name  string
		set   env
		wrong []string // each begins a line, without its state
		odd   []string
	}{
		{"nothing set", env{}, nil, nil},
		{"a port in use", env{"PARLEY_LISTEN": busy.Addr().String()}, []string{"address listen tcp 127.0.0.1"}, nil},
		{"a port that is none", env{"PARLEY_LISTEN": "127.0.0.1:99999"}, []string{"address listen tcp: address 99999: invalid port: set PARLEY_LISTEN to an address"}, nil},
		{"no address", env{"PARLEY_LISTEN": "8080"}, []string{"PARLEY_LISTEN PARLEY_LISTEN must be an address"}, nil},
		{"no key", env{"PARLEY_SECRET_KEY": "abc"}, []string{"secret key key 1 of PARLEY_SECRET_KEY is not 32 bytes"}, nil},
		{"a folder that is none", env{"PARLEY_DATA": filepath.Join(file, "data")}, []string{"folder ", "secret key ", "database "}, nil},
		{"a database that is none", env{"DATABASE_URL": "sqlite://" + file}, []string{"database " + file}, nil},
		{"another database", env{"DATABASE_URL": "mysql://x"}, []string{"DATABASE_URL DATABASE_URL must begin with", "PARLEY_SECRET_KEY "}, nil},
		{"Postgres without a key", env{"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}, []string{"PARLEY_SECRET_KEY", "database postgres://127.0.0.1:1/x"}, nil},
		{"a host that is none", env{"DATABASE_URL": "postgres://nobody:hunter2@host.invalid/x", "PARLEY_SECRET_KEY": secret}, []string{"database postgres://host.invalid/x", "outbound "}, nil},
		{"NATS without Postgres", env{"NATS_URL": "nats://127.0.0.1:1"}, []string{"NATS_URL NATS_URL joins several servers"}, nil},
		{"a thinking level that is none", env{"GEMINI_API_KEY": "hunter2", "GEMINI_THINKING_LEVEL": "ENORMOUS"}, []string{"models the variables GEMINI_"}, nil},
		{"documents that are not there", env{"PARLEY_DOCUMENTS": file + "s"}, []string{"PARLEY_DOCUMENTS "}, nil},
		{"a bound that is none", env{"PARLEY_KEY_RATE": "many"}, []string{"PARLEY_KEY_RATE "}, nil},
		{"a delay that is too long", env{"PARLEY_STOP_DELAY": "1h"}, []string{"PARLEY_STOP_DELAY PARLEY_STOP_DELAY must be a time from 0s to 1m0s"}, nil},
		{"open to others", env{"PARLEY_LISTEN": "0.0.0.0:0"}, nil, []string{"pages others can reach"}},
		{"without TLS", env{"PARLEY_PUBLIC_URL": "http://chat.example.com"}, nil, []string{"PARLEY_PUBLIC_URL is http"}},
		{"an unknown proxy", env{"PARLEY_PUBLIC_URL": "https://chat.example.com"}, nil, []string{"PARLEY_TRUSTED_PROXIES is unset"}},
		{"origins with more", env{"PARLEY_PUBLIC_URL": "https://chat.example.com/x", "PARLEY_TRUSTED_PROXIES": "10.0.0.1", "PARLEY_ALLOWED_ORIGINS": "http://shop.example.com/page"}, nil,
			[]string{"PARLEY_PUBLIC_URL counts as https://chat.example.com:", "PARLEY_ALLOWED_ORIGINS http://shop.example.com/page counts as http://shop.example.com:"}},
		{"a weak origin", env{"PARLEY_PUBLIC_URL": "https://chat.example.com", "PARLEY_TRUSTED_PROXIES": "10.0.0.1", "PARLEY_ALLOWED_ORIGINS": "http://shop.example.com,https://chat.example.com"}, nil,
			[]string{"PARLEY_ALLOWED_ORIGINS http://shop.example.com is http", "PARLEY_ALLOWED_ORIGINS https://chat.example.com is the public address"}},
		{"models without a model", env{"OPENAI_API_KEY": "hunter2"}, nil, []string{"OPENAI_MODEL is unset"}},
		{"all at once", env{"PARLEY_LISTEN": "x", "PARLEY_ADMIN_KEY": "hunter2", "PARLEY_KEEP_EVENTS": "1h", "PARLEY_KEY_MESSAGES": "0", "PARLEY_TRUSTED_PROXIES": "?", "PARLEY_WEBHOOK_RETRIES": "?", "PARLEY_ALLOWED_ORIGINS": "*"},
			[]string{"PARLEY_LISTEN ", "PARLEY_ADMIN_KEY ", "PARLEY_KEEP_EVENTS ", "PARLEY_KEY_MESSAGES ", "PARLEY_TRUSTED_PROXIES ", "PARLEY_WEBHOOK_RETRIES ", "PARLEY_ALLOWED_ORIGINS "}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": filepath.Join(t.TempDir(), "data")}
			maps.Copy(e, test.set)
			out, err := runCommand(t, e, "check")
			if strings.Contains(out, "hunter2") || strings.Contains(out, secret) {
				t.Errorf("it shows a secret:\n%s", out)
			}
			if code := exitCodeOf(err); (code == 1) != (test.wrong != nil) || code > 1 {
				t.Errorf("exit code %d", code)
			}
			for state, want := range map[string][]string{isWrong: test.wrong, isOdd: test.odd} {
				got := linesOf(out, state)
				for _, begin := range want {
					if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, begin) }) {
						t.Errorf("no %s line begins with %q:\n%s", state, begin, out)
					}
				}
				if len(got) != len(want) {
					t.Errorf("%d lines are %s, and %d should be:\n%s", len(got), state, len(want), out)
				}
			}
			if left, err := os.ReadDir(filepath.Dir(e["PARLEY_DATA"])); err == nil && test.set["PARLEY_DATA"] == "" && len(left) != 0 {
				t.Errorf("it leaves %v", left)
			}
		})
	}
}

func exitCodeOf(err error) int {
	if err == nil {
		return 0
	}
	return exitCode(err)
}

var manySpaces = regexp.MustCompile(` {2,}`)

// linesOf are the lines of one state, with single spaces and without it.
func linesOf(out, state string) (lines []string) {
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, state+" "); ok {
			lines = append(lines, manySpaces.ReplaceAllString(strings.TrimSpace(rest), " "))
		}
	}
	return lines
}

// TestCheckOfADatabase looks at a database before its first start, while its server runs, afterwards, and with another key.
func TestCheckOfADatabase(t *testing.T) {
	environments(t, func(t *testing.T, e env) {
		says := func(e env, code int, texts ...string) {
			t.Helper()
			out, err := runCommand(t, e, "check")
			for _, text := range texts {
				if !strings.Contains(manySpaces.ReplaceAllString(out, " "), text) {
					t.Errorf("it does not say %q:\n%s", text, out)
				}
			}
			if got := exitCodeOf(err); got != code {
				t.Errorf("exit code %d, not %d:\n%s", got, code, out)
			}
		}
		postgres := strings.HasPrefix(e["DATABASE_URL"], "postgres")
		if postgres {
			says(e, 0, "answers and is empty")
		} else {
			e["DATABASE_URL"] = "" // the others' is made already
			says(e, 0, "will be made at the first start")
		}
		_, _, stop := startServer(t, e)
		if says(e, 0, "answers and is up to date"); !postgres {
			says(e, 0, "a server is running on it now")
		}
		stop()
		says(e, 0, "answers and is up to date", "A server can start with this configuration.")
		other := maps.Clone(e)
		other["PARLEY_SECRET_KEY"] = seal.Generate()
		says(other, 1, "WRONG secret key the secret key is not the one that this database was begun with")
		if delete(other, "PARLEY_SECRET_KEY"); postgres {
			says(other, 1, "WRONG PARLEY_SECRET_KEY PARLEY_SECRET_KEY is required with Postgres")
		} else {
			says(other, 1, "WRONG secret key there is none, and the database was begun with one")
		}
	})
}

func TestCheckOfABroker(t *testing.T) {
	t.Parallel()
	broker, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	broker.Start()
	defer func() {
		broker.Shutdown()
		broker.WaitForShutdown()
	}()
	e := environment(t, storagetest.Postgres)
	e["NATS_URL"] = broker.ClientURL()
	if out, err := runCommand(t, e, "check"); err != nil || !slices.Contains(linesOf(out, isFine), "NATS answers") {
		t.Errorf("%v\n%s", err, out)
	}
	e["NATS_URL"] = "nats://127.0.0.1:1"
	if out, err := runCommand(t, e, "check"); exitCodeOf(err) != 1 || !strings.Contains(out, "does not answer") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCheckKnowsAllVariables(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("config.go")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, v := range variables {
		known = append(known, v.name)
		if !strings.Contains(string(docs), "`"+v.name+"`") {
			t.Errorf("docs/configuration.md does not describe %s", v.name)
		}
	}
	for _, name := range regexp.MustCompile(`"((?:PARLEY|DATABASE|GEMINI|OPENAI|NATS)_[A-Z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !slices.Contains(known, name[1]) {
			t.Errorf("parley check does not know %s", name[1])
		}
	}
	found := checkConfiguration(t.Context(), env{"PARLEY_DATA": t.TempDir(), "PARLEY_LISTEN": "127.0.0.1:0"}.get, []string{"PARLEY_LISTENS=x", "HOME=/"})
	if !slices.Contains(found, finding{isOdd, "PARLEY_LISTENS", "is no variable of the server: is it mistyped?"}) {
		t.Errorf("a mistyped name is not found in %v", found)
	}
}
