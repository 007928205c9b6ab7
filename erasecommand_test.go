package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/schema"

	"parley/ent/migrate"
	"parley/ent/viewer"
	"parley/ent/workspace"
)

func TestAWorkspaceIsErasedByCommand(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		run := func(args ...string) (string, error) {
			var out bytes.Buffer
			err := command(t.Context(), args, e.get, &out, io.Discard)
			return out.String(), err
		}
		keys, ids := map[string]string{}, map[string]string{}
		for _, name := range []string{"goner", "keeper"} {
			out, err := run("workspaces", "create", name)
			if err != nil {
				t.Fatal(err)
			}
			keys[name] = printedKey.FindString(out)
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
		for name := range keys {
			ids[name] = a.db.Client.Workspace.Query().Where(workspace.Name(name)).OnlyX(t.Context()).ID
		}
		address, _, _ := startServer(t, e) // it runs on while the workspace goes
		for name, key := range keys {
			made := query(t, address, key, fmt.Sprintf(`mutation { createAgent(input: {name: %[1]q, quietMs: 0, instructions: "canary-%[1]s"}) { agent { id } }
				createIntegration(input: {name: "canary-%[1]s", url: "https://canary-%[1]s.example/", eventTypes: ["*"], asymmetric: true}) { integration { id } }
				setModelPrice(input: {model: "canary-%[1]s/*", currency: "EUR", input: "1", output: "1"}) { price { id } }
				createApiKey(input: {name: "canary-%[1]s", role: APP}) { key } }`, name))
			if strings.Contains(made, "errors") {
				t.Fatal(made)
			}
			agentID := made[strings.Index(made, "agt_"):][:30]
			for i := range 3 {
				made = query(t, address, key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "canary-%[2]s", text: "canary-%[2]s", customer: {name: "canary-%[2]s"}, clientMutationId: "%[3]d"}) { thread { id } } }`, agentID, name, i))
				if !strings.Contains(made, "thr_") {
					t.Fatalf("createThread: %s", made)
				}
			}
			made = query(t, address, key, fmt.Sprintf(`mutation { publishAgent(input: {id: %q, note: "canary-%s"}) { version { id } } testAgent(input: {agentId: %[1]q, text: "canary-%[2]s"}) { runId } }`, agentID, name))
			if strings.Contains(made, "errors") {
				t.Fatal(made)
			}
		}
		count := func(table, workspaceID string) (n int) {
			ctx := viewer.SystemContext(t.Context(), "retention")
			if err := a.db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM `+table+` WHERE workspace_id = $1`, workspaceID).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if _, err := run("workspaces", "erase", "wsp_nobody", "--yes"); err == nil || !strings.Contains(err.Error(), "there is no workspace") {
			t.Errorf("an unknown id: %v", err)
		}
		var out bytes.Buffer
		if err := a.eraseWorkspace(t.Context(), []string{ids["goner"]}, strings.NewReader("keeper\n"), &out); err == nil || !strings.Contains(err.Error(), "nothing was erased") {
			t.Errorf("another name: %v, %s", err, out.String())
		}
		if !strings.Contains(out.String(), "3 threads") || count("threads", ids["goner"]) != 3 {
			t.Errorf("it asked %q", out.String())
		}
		out.Reset()
		if err := a.eraseWorkspace(t.Context(), []string{ids["goner"]}, strings.NewReader("goner\n"), &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "Erased the workspace goner: 3 customers, 3 threads") {
			t.Errorf("it said %q", out.String())
		}
		for _, table := range migrate.Tables {
			if hasWorkspace := slices.ContainsFunc(table.Columns, func(c *schema.Column) bool { return c.Name == "workspace_id" }); !hasWorkspace {
				continue
			}
			if n := count(table.Name, ids["goner"]); n != 0 {
				t.Errorf("%d rows are left in %s", n, table.Name)
			}
		}
		if got := query(t, address, keys["goner"], `{ viewer { role } }`); !strings.Contains(got, "UNAUTHENTICATED") {
			t.Errorf("a key of the erased workspace: %s", got)
		}
		if got := query(t, address, keys["keeper"], `{ threads { totalCount } customers { totalCount } }`); !strings.Contains(got, `{"threads":{"totalCount":3},"customers":{"totalCount":3}}`) {
			t.Errorf("the other workspace: %s", got)
		}
		if _, err := run("workspaces", "erase", "--yes", ids["keeper"]); err != nil {
			t.Errorf("with --yes: %v", err)
		}
		if listed, err := run("workspaces", "list"); err != nil || strings.Contains(listed, "keeper") || strings.Contains(listed, "goner") {
			t.Errorf("workspaces list: %q, %v", listed, err)
		}
	})
}
