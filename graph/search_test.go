package graph_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/storage/storagetest"
)

// TestSearchUsesTheIndexThatTheDocumentsName makes the index that docs/configuration.md offers to who has many messages,
// by the statements that stand there, and sees that the database uses it for a search.
func TestSearchUsesTheIndexThatTheDocumentsName(t *testing.T) {
	t.Parallel()
	db := storagetest.Open(t, storagetest.Postgres(t))
	a := newAPI(t, db)
	threadID := a.thread(a.agent("A"))
	ctx := viewer.SystemContext(t.Context(), "migrate")
	exec := func(statement string) {
		t.Helper()
		if _, err := db.SQL.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
	exec(`INSERT INTO threads SELECT (jsonb_populate_record(t, jsonb_build_object('id', 'thr_' || i, 'last_message_at', i))).*
		FROM threads t, generate_series(1, 2000) i`)
	exec(fmt.Sprintf(`INSERT INTO messages (id, workspace_id, created_at, thread_id, sequence, author, text)
		SELECT 'msg_' || i, '%s', i, 'thr_' || (i %% 2000 + 1), i, 'CUSTOMER', md5(i::text) || ' ' || md5((-i)::text) FROM generate_series(1, 20000) i`, a.workspace))
	exec(fmt.Sprintf(`INSERT INTO messages (id, workspace_id, created_at, thread_id, sequence, author, text)
		VALUES ('msg_x', '%s', 1, '%s', 1, 'CUSTOMER', 'Grüße, RARISSIMUM')`, a.workspace, threadID))

	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	offered := regexp.MustCompile("(?s)```sql\n(.*?)```").FindSubmatch(page)
	if offered == nil {
		t.Fatal("docs/configuration.md has no SQL")
	}
	for statement := range strings.SplitSeq(strings.TrimSpace(string(offered[1])), "\n") {
		exec(statement)
	}
	exec("ANALYZE messages")
	used := func() (n int) {
		t.Helper()
		const scans = `SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'message_text'`
		if err := db.SQL.QueryRowContext(ctx, scans).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// Postgres tells its figures up to a second late.
	for deadline := time.Now().Add(20 * time.Second); used() == 0; time.Sleep(100 * time.Millisecond) {
		if r := a.must(`{ threads(where: {text: "rarissimum"}) { edges { node { id } } } }`, nil); strings.Count(r.raw, `"id"`) != 1 || !strings.Contains(r.raw, threadID) {
			t.Fatalf("found %s", r.raw)
		}
		if time.Now().After(deadline) {
			t.Fatal("the search does not use the index")
		}
	}
	if drift := storagetest.Drift(t, db); drift != "" {
		t.Errorf("the next migration would be %q", drift)
	}
}

// A text that occurs often is looked for in another way than one that is rare. Both find the same threads as reading them does,
// also under `not`.
func TestSearchFindsWhatIsFrequentAndWhatIsRare(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		said := map[string]string{}
		for i := range 40 {
			threadID, text := a.thread(agentID), fmt.Sprintf("Grüße, number %d.", i)
			if i%10 == 3 {
				text += " Seldom"
			}
			if said[threadID] = text; i == 5 {
				said[threadID] = "nothing"
			}
			a.must(`mutation($t: ID!, $x: String!) { sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": said[threadID]})
		}
		for _, text := range []string{"GRÜSSE", "grüße", "seldom", "nothing", "nowhere", "number 1"} {
			for where, want := range map[string]bool{fmt.Sprintf(`{text: %q}`, text): true, fmt.Sprintf(`{not: {text: %q}}`, text): false} {
				found := map[string]bool{}
				for _, e := range a.must(`{ threads(first: 100, where: `+where+`) { edges { node { id } } } }`, nil).at("threads", "edges").([]any) {
					found[e.(map[string]any)["node"].(map[string]any)["id"].(string)] = true
				}
				for threadID, has := range said {
					if is := strings.Contains(strings.ToLower(has), strings.ToLower(text)) == want; is != found[threadID] {
						t.Errorf("%s: thread with %q found: %v", where, has, found[threadID])
					}
				}
			}
		}
	})
}

// A search that fails is an error, and no empty list, whether a plan or the generic path is to answer.
func TestASearchThatFailsIsNoEmptyList(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		a.thread(a.agent("A"))
		if _, err := a.db.SQL.ExecContext(viewer.SystemContext(t.Context(), "migrate"), "ALTER TABLE messages RENAME TO elsewhere"); err != nil {
			t.Fatal(err)
		}
		for _, fields := range []string{"edges { node { id } }", "totalCount"} {
			if r := a.do(a.keys[viewer.Admin], `{ threads(where: {text: "x"}) { `+fields+` } }`, nil); r.code() != "INTERNAL" {
				t.Errorf("%s: %s", fields, r.raw)
			}
		}
	})
}
