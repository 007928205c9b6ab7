package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/ent/auditentry"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
)

const auditLog = `query($where: AuditEntryWhereInput) { auditLog(where: $where) { totalCount edges { node {
	id createdAt action objectId keyId keyName role requestId changes { type id before after }
} } } }`

// audited is the newest entry of the audit log, or fails.
func (a *api) audited() (entry map[string]any, text string) {
	a.t.Helper()
	r := a.must(auditLog, nil)
	edges := r.at("auditLog", "edges").([]any)
	if len(edges) == 0 {
		a.t.Fatal("the audit log is empty")
	}
	entry = edges[0].(map[string]any)["node"].(map[string]any)
	return entry, fmt.Sprint(entry["changes"])
}

func TestWhatIsAdministeredIsInTheAuditLog(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		id := a.agent("A")
		entry, text := a.audited()
		if text == "" || entry["action"] != "publishAgent" && entry["action"] != "createAgent" || entry["objectId"] == "" || entry["keyName"] != "admin" || entry["role"] != "ADMIN" || !strings.HasPrefix(entry["requestId"].(string), "req_") {
			t.Errorf("%v", entry)
		}
		a.must(`mutation($id: ID!) { updateAgent(input: {id: $id, name: "B"}) { agent { id } } }`, map[string]any{"id": id})
		if entry, text = a.audited(); entry["action"] != "updateAgent" || entry["objectId"] != id || text != fmt.Sprintf("[map[after:map[name:B] before:map[name:A] id:%s type:Agent]]", id) {
			t.Errorf("%v %s", entry, text)
		}
		secret := canary("header")
		function := a.must(`mutation($a: ID!, $s: String!) { createFunction(input: {agentId: $a, name: "f", description: "d", kind: HTTP, method: "GET", url: "http://127.0.0.1:1/", headers: [{name: "X-Key", value: $s, secret: true}]}) { function { id } } }`,
			map[string]any{"a": id, "s": secret}).text("createFunction", "function", "id")
		if entry, text = a.audited(); entry["action"] != "createFunction" || entry["objectId"] != function || !strings.Contains(text, "type:Secret") || !strings.Contains(text, "X-Key") || strings.Contains(text, secret) {
			t.Errorf("%v", entry)
		}
		before := a.must(auditLog, nil).at("auditLog", "totalCount").(float64)
		a.must(`mutation($id: ID!) { addTag(input: {threadId: $id, tag: "t"}) { thread { id } } }`, map[string]any{"id": a.thread(id)})
		if r := a.do(a.keys[viewer.Integrator], `mutation { deleteAgent(input: {id: "agt_1"}) { id } }`, nil); r.code() != "FORBIDDEN" {
			t.Errorf("%s", r.raw)
		}
		if r := a.do(a.keys[viewer.Admin], `mutation { deleteAgent(input: {id: "agt_1"}) { id } }`, nil); r.code() != "NOT_FOUND" {
			t.Errorf("%s", r.raw)
		}
		if after := a.must(auditLog, nil).at("auditLog", "totalCount"); after != before {
			t.Errorf("what is daily work, or was refused, is in the audit log: %v, then %v", before, after)
		}
		for range 2 { // the second time it is only remembered
			a.must(`mutation { createApiKey(input: {name: "k", role: APP, clientMutationId: "once"}) { apiKey { id } } }`, nil)
		}
		r := a.must(auditLog, map[string]any{"where": map[string]any{"action": "createApiKey"}})
		if r.at("auditLog", "totalCount") != 1.0 || strings.Contains(r.raw, "hash") {
			t.Errorf("%s", r.raw)
		}
		for _, role := range []viewer.Role{viewer.Operator, viewer.Integrator, viewer.App} {
			if r := a.do(a.keys[role], auditLog, nil); r.code() != "FORBIDDEN" {
				t.Errorf("%s reads %s", role, r.raw)
			}
			if r := a.do(a.keys[role], `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": entry["id"]}); r.at("node") != nil {
				t.Errorf("%s reads %s", role, r.raw)
			}
		}
	})
}

func TestWhoErasesOrExportsIsInTheAuditLog(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		customerID := f.must(`query($t: ID!) { thread(id: $t) { customer { id } } }`, map[string]any{"t": threadID}).text("thread", "customer", "id")
		f.link(f.keys[viewer.Admin], "exportCustomer", `customerId: "`+customerID+`"`, nil)
		if entry, _ := f.audited(); entry["action"] != "exportCustomer" || entry["objectId"] != eventlog.Digest(customerID) {
			t.Errorf("%v", entry)
		}
		f.must(`mutation($t: ID!) { eraseThread(input: {threadId: $t}) { done } }`, map[string]any{"t": threadID})
		if entry, _ := f.audited(); entry["action"] != "eraseThread" || entry["objectId"] != eventlog.Digest(threadID) {
			t.Errorf("%v", entry)
		}
		f.must(`mutation($c: ID!) { eraseCustomer(input: {customerId: $c}) { done } }`, map[string]any{"c": customerID})
		if entry, _ := f.audited(); entry["action"] != "eraseCustomer" || entry["objectId"] != eventlog.Digest(customerID) {
			t.Errorf("%v", entry)
		}
		ctx := viewer.WorkerContext(t.Context(), f.workspace, "test")
		if n := f.db.Client.AuditEntry.Query().Where(auditentry.ActionIn("eraseThread", "eraseCustomer")).CountX(ctx); n != 2 {
			t.Errorf("%d entries tell of two erasures", n)
		}
	})
}

func TestAnExportOfACustomerHoldsAllThatIsStored(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		agentID := f.agent("A")
		word := canary("said")
		f.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["*"]}) { integration { id } } }`, nil)
		threadID := f.must(`mutation($a: ID!, $w: String!) { createThread(input: {agentId: $a, channel: "c", customer: {name: $w}}) { thread { id } } }`, map[string]any{"a": agentID, "w": word}).text("createThread", "thread", "id")
		v := map[string]any{"t": threadID, "w": word, "d": time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)}
		f.must(`mutation($t: ID!, $w: String!, $d: Time!) {
			sendMessage(input: {threadId: $t, text: $w}) { message { id } }
			addNote(input: {threadId: $t, text: $w}) { note { id } }
			addTag(input: {threadId: $t, tag: "mine", text: $w}) { thread { id } }
			createReminder(input: {threadId: $t, dueAt: $d, text: $w}) { reminder { id } }
		}`, v)
		ctx := viewer.WorkerContext(t.Context(), f.workspace, "test")
		eventually(t, "an attempt and an answer", func() bool {
			return f.db.Client.Attempt.Query().CountX(ctx) > 0 && f.db.Client.Step.Query().CountX(ctx) > 0
		})
		other := f.thread(agentID) // of another customer
		customerID := f.must(`query($t: ID!) { thread(id: $t) { customer { id } } }`, map[string]any{"t": threadID}).text("thread", "customer", "id")
		res, text := f.fetch("GET", f.link(f.keys[viewer.Admin], "exportCustomer", `customerId: "`+customerID+`"`, nil))
		types := map[string]int{}
		for line := range strings.Lines(text) {
			var l struct{ Type string }
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			types[l.Type]++
		}
		for _, kind := range []string{"customer", "thread", "message", "note", "thread_tag", "reminder", "turn", "step", "event", "delivery", "attempt", "end"} {
			if types[kind] == 0 {
				t.Errorf("there is no %s: %v", kind, types)
			}
		}
		if res.StatusCode != 200 || types["thread"] != 1 || strings.Contains(text, other) || strings.Contains(text, "ciphertext") {
			t.Errorf("%d %v", res.StatusCode, types)
		}
		for where := range f.find(word) { // each table that has what was said is in the file
			table, _, _ := strings.Cut(where, ".")
			if kind := strings.TrimSuffix(strings.TrimSuffix(table, "s"), "ie"); types[kind] == 0 && types[strings.Replace(table, "ies", "y", 1)] == 0 {
				t.Errorf("%s is not in the file: %v", where, types)
			}
		}
		if r := f.do(f.keys[viewer.App], `{ exportCustomer(customerId: "`+customerID+`") { url } }`, nil); r.code() != "FORBIDDEN" {
			t.Errorf("%s", r.raw)
		}
	})
}

func TestAWorkspaceKeepsFactsFromModelsAndErasesOldThreads(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const set = `mutation($in: UpdatePrivacyInput!) { updatePrivacy(input: $in) { workspace { privacy { eraseThreadsAfterDays hiddenFromModels } } } }`
		for _, bad := range []map[string]any{{"eraseThreadsAfterDays": 0}, {"eraseThreadsAfterDays": 36501}, {"hiddenFromModels": []string{"shoe size"}}} {
			if r := a.do(a.keys[viewer.Admin], set, map[string]any{"in": bad}); r.code() != "BAD_INPUT" {
				t.Errorf("%v: %s", bad, r.raw)
			}
		}
		r := a.must(set, map[string]any{"in": map[string]any{"eraseThreadsAfterDays": 30, "hiddenFromModels": []string{"phone", "email", "phone"}}})
		if want := `{"privacy":{"eraseThreadsAfterDays":30,"hiddenFromModels":["email","phone"]}}`; !strings.Contains(r.raw, want) {
			t.Errorf("%s", r.raw)
		}
		if entry, text := a.audited(); entry["action"] != "updatePrivacy" || !strings.Contains(text, "erase_after_days:30") {
			t.Errorf("%v", entry)
		}
		old, young := a.thread(a.agent("A")), a.thread(a.agent("B"))
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		long := ms.Now().Add(-31 * 24 * time.Hour)
		a.db.Client.Thread.Update().Where(thread.ID(old)).SetLastActivityAt(long).ExecX(ctx)
		if _, err := a.db.SQL.ExecContext(viewer.SystemContext(t.Context(), "retention"), `UPDATE customers SET created_at = $1 WHERE workspace_id = $2`, int64(long), a.workspace); err != nil {
			t.Fatal(err)
		}
		if err := a.retention.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := a.db.Client.Customer.Query().CountX(ctx); a.db.Client.Thread.Query().OnlyIDX(ctx) != young || n != 1 {
			t.Errorf("%d customers are left", n)
		}
		r = a.must(set, map[string]any{"in": map[string]any{"eraseThreadsAfterDays": nil}})
		if want := `{"privacy":{"eraseThreadsAfterDays":null,"hiddenFromModels":["email","phone"]}}`; !strings.Contains(r.raw, want) {
			t.Errorf("%s", r.raw)
		}
	})
}
