package main

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/seal"
	"parley/storage/storagetest"
)

func TestSecretsAreRotatedByCommand(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		e["PARLEY_OUTBOUND_ALLOW"] = "127.0.0.0/8"
		first, second := e["PARLEY_SECRET_KEY"], seal.Generate()
		run := func(keys string, args ...string) (string, error) {
			t.Helper()
			e["PARLEY_SECRET_KEY"] = keys
			var out bytes.Buffer
			err := command(t.Context(), args, e.get, &out, &out)
			return out.String(), err
		}
		address, printed, stop := startServer(t, e)
		key := printedKey.FindString(printed)
		agentID := idIn(t, query(t, address, key, `mutation { createAgent(input: {name: "A"}) { agent { id } } }`), "agt_")
		for i := range 3 {
			query(t, address, key, `mutation { createFunction(input: {agentId: "`+agentID+`", name: "f`+fmt.Sprint(i)+`", description: "d", kind: HTTP, method: "GET", url: "http://127.0.0.1:9/", headers: [{name: "X", value: "v", secret: true}]}) { function { id } } }`)
		}
		query(t, address, key, `mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:9/", eventTypes: ["*"]}) { integration { id } } createModelProvider(input: {name: "p", kind: OPENAI, baseUrl: "http://127.0.0.1:9/v1", key: "k"}) { credential { id } } }`)
		stop()

		if out, err := run(second+","+first, "rotate-secrets"); err != nil || !strings.Contains(out, "1 of 1 keys of model providers") || strings.Contains(out, "0 of") {
			t.Fatalf("%v\n%s", err, out)
		}
		if out, err := run(second+","+first, "rotate-secrets"); err != nil || strings.Count(out, "\n0 of") != 1 || !strings.HasPrefix(out, "0 of") {
			t.Errorf("again: %v\n%s", err, out)
		}
		if _, err := run(first, "migrate"); err == nil {
			t.Error("the old key alone opens the database")
		}
		if out, err := run(second, "rotate-secrets"); err != nil {
			t.Errorf("the new key alone: %v\n%s", err, out)
		}
		c, err := configFromEnv(e.get)
		if err != nil {
			t.Fatal(err)
		}
		a, err := openApp(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.close() }()
		ctx := viewer.SystemContext(t.Context(), "rotate secrets")
		rows := a.db.Client.Secret.Query().AllX(ctx)
		for _, row := range rows {
			if _, err := a.keys.Open(row.Ciphertext, row.WorkspaceID, row.ID); err != nil {
				t.Errorf("%s: %v", row.ID, err)
			}
			other := rows[0]
			if other.ID == row.ID {
				other = rows[1]
			}
			if _, err := a.keys.Open(row.Ciphertext, row.WorkspaceID, other.ID); err == nil {
				t.Error("a secret opens in another row")
			}
			if _, err := a.keys.Open(row.Ciphertext, "wsp_other", row.ID); err == nil {
				t.Error("a secret opens in another workspace")
			}
		}
		// One that was put into another row is named, and the rest goes on.
		a.db.Client.Secret.Update().Where().SetCiphertext(rows[0].Ciphertext).ExecX(viewer.WorkerContext(t.Context(), rows[0].WorkspaceID, "test"))
		third := seal.Generate()
		if out, err := run(third+","+second, "rotate-secrets"); err == nil || !strings.Contains(out, "cannot be read") {
			t.Errorf("moved secrets: %v\n%s", err, out)
		}
	})
}

// In the middle of a rotation a database has rows under two keys. Who comes with the one that it was begun with alone is told
// of the other, before anything is done that could not be undone.
func TestRowsUnderAnotherKeyAreFound(t *testing.T) {
	t.Parallel()
	e := environment(t, storagetest.SQLite)
	first := e["PARLEY_SECRET_KEY"]
	f := furnish(t, e)
	f.stop()
	both := maps.Clone(e)
	both["PARLEY_SECRET_KEY"] = seal.Generate() + "," + first
	keys, err := seal.Parse(both["PARLEY_SECRET_KEY"])
	if err != nil {
		t.Fatal(err)
	}
	to := storagetest.Postgres(t)
	for _, add := range []struct{ table, document string }{
		{"provider_credentials", `mutation { createModelProvider(input: {name: "p", kind: OPENAI, baseUrl: "https://models.example/v1", key: "k"}) { credential { id } } }`},
		{"secrets", `mutation { createIntegration(input: {name: "i", url: "https://receiver.example/", eventTypes: ["*"]}) { integration { id } } }`},
	} {
		address, _, stop := startServer(t, both)
		if made := query(t, address, f.key, add.document); strings.Contains(made, "errors") {
			t.Fatal(made)
		}
		stop()
		says := []string{"rows of " + add.table + " need key " + keys.IDs()[0] + " too", "PARLEY_SECRET_KEY has " + keys.IDs()[1] + " only"}
		refused(t, e, says, "restore", "--mark")
		refused(t, e, says, "move", "--to", to)
	}
	mustRun(t, both, "restore", "--mark")
	mustRun(t, both, "move", "--to", to)
}
