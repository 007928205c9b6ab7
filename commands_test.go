package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A command in the wrong folder would answer that nothing is there, or that no secret is under another key, and leave a database.
func TestCommandsDoNotMakeTheDatabaseThatTheyAskAbout(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"workspaces", "list"}, {"workspaces", "erase", "wsp_1", "--yes"}, {"keys", "list"}, {"rotate-secrets"}} {
		e := env{"PARLEY_DATA": filepath.Join(t.TempDir(), "data")}
		if _, err := runCommand(t, e, args...); err == nil || !strings.Contains(err.Error(), "there is no database") || !strings.Contains(err.Error(), "PARLEY_DATA") {
			t.Errorf("parley %v: %v", args, err)
		}
		if _, err := os.Stat(e["PARLEY_DATA"]); err == nil {
			t.Errorf("parley %v made the folder", args)
		}
	}
}

func TestAGivenKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	key := "prl_" + strings.Repeat("k", 40)
	address, printed, _ := startServer(t, env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": t.TempDir(), "PARLEY_ADMIN_KEY": key})
	if strings.Contains(printed, key) || !strings.Contains(printed, "PARLEY_ADMIN_KEY") {
		t.Errorf("the start printed: %s", printed)
	}
	if got := query(t, address, key, `{ viewer { role } }`); got != `{"data":{"viewer":{"role":"ADMIN"}}}` {
		t.Errorf("the key: %s", got)
	}
}

func TestWorkspacesAndKeysByCommand(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		run := func(args ...string) (string, error) { return runCommand(t, e, args...) }
		out, err := run("workspaces", "create", "acme")
		key := printedKey.FindString(out)
		if err != nil || key == "" {
			t.Fatalf("workspaces create: %q, %v", out, err)
		}
		if _, err := run("workspaces", "create", "acme"); err == nil {
			t.Error("a second workspace of the same name was made")
		}
		if out, err = run("workspaces", "list"); err != nil || !strings.Contains(out, "acme") {
			t.Errorf("workspaces list: %q, %v", out, err)
		}
		out, err = run("keys", "create", "--workspace", "acme", "--name", "Olga", "--role", "operator")
		operator := printedKey.FindString(out)
		if err != nil || operator == "" {
			t.Fatalf("keys create: %q, %v", out, err)
		}
		if out, err = run("keys", "list", "--workspace", "acme"); err != nil || !strings.Contains(out, "Olga") || strings.Contains(out, operator) {
			t.Errorf("keys list: %q, %v", out, err)
		}
		address, _, _ := startServer(t, e)
		if got := query(t, address, operator, `{ viewer { role name workspace { name } } }`); got != `{"data":{"viewer":{"role":"OPERATOR","name":"Olga","workspace":{"name":"acme"}}}}` {
			t.Errorf("viewer: %s", got)
		}
		keyID := regexp.MustCompile(`key_\S+`).FindString(out[strings.Index(out, "\n"):][strings.Index(out[strings.Index(out, "\n"):], "Olga")-40:])
		if _, err := run("keys", "revoke", "--workspace", "acme", keyID); err != nil {
			t.Fatalf("keys revoke %q: %v", keyID, err)
		}
		if got := query(t, address, operator, `{ viewer { role } }`); !strings.Contains(got, "UNAUTHENTICATED") {
			t.Errorf("a revoked key: %s", got)
		}
		for _, bad := range [][]string{{"keys"}, {"keys", "create", "--workspace", "nobody"}, {"workspaces"}, {"nonsense"}, {"keys", "create", "--role", "KING", "--workspace", "acme", "--name", "x"}} {
			if _, err := run(bad...); err == nil {
				t.Errorf("parley %v was taken", bad)
			}
		}
	})
}
