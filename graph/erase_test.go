package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"

	"parley/ent/delivery"
	"parley/ent/event"
	"parley/ent/migrate"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/retention"
)

// canary is a text that stands nowhere else.
func canary(name string) string { return fmt.Sprintf("canary%s%d", name, time.Now().UnixNano()) }

// find returns how many rows hold a text in each column of the database, but for those without it.
func (a *api) find(text string) map[string]int {
	a.t.Helper()
	found := map[string]int{}
	ctx := viewer.SystemContext(a.t.Context(), "retention")
	for _, table := range migrate.Tables {
		for _, column := range table.Columns {
			if column.Type == field.TypeBytes { // encrypted
				continue
			}
			var n int
			query := fmt.Sprintf(`SELECT count(*) FROM "%s" WHERE CAST("%s" AS text) LIKE $1`, table.Name, column.Name)
			if err := a.db.SQL.QueryRowContext(ctx, query, "%"+text+"%").Scan(&n); err != nil {
				a.t.Fatalf("%s: %v", query, err)
			}
			if n > 0 {
				found[table.Name+"."+column.Name] = n
			}
		}
	}
	return found
}

// inFile says whether the files of an embedded database hold a text anywhere, once its log is written back.
func (a *api) inFile(text string) bool {
	a.t.Helper()
	if a.db.Dialect != dialect.SQLite {
		return false
	}
	var number int
	var name, path string
	if err := a.db.SQL.QueryRowContext(a.t.Context(), `PRAGMA database_list`).Scan(&number, &name, &path); err != nil {
		a.t.Fatal(err)
	}
	eventually(a.t, "the log to be written back", func() bool {
		var busy, pages, written int
		err := a.db.SQL.QueryRowContext(a.t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &written)
		return err == nil && busy == 0
	})
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			a.t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// end says whether no event of a thread is behind a cursor of the workspace.
func (a *api) end(cursor string) bool {
	edges := a.must(`query($c: Cursor) { events(after: $c, first: 1, types: ["*"]) { edges { node { id } } } }`, map[string]any{"c": cursor}).at("events", "edges")
	list, _ := edges.([]any)
	return len(list) == 0
}

// echo makes an integration whose endpoint answers with what it gets, and refuses it.
func (a *api) echo(types string) string {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.Copy(w, r.Body)
	}))
	a.t.Cleanup(receiver.Close)
	return a.must(`mutation($url: String!, $t: [String!]!) { createIntegration(input: {name: "echo", url: $url, eventTypes: $t}) { integration { id } } }`,
		map[string]any{"url": receiver.URL, "t": []string{types}}).text("createIntegration", "integration", "id")
}

// planted is a thread with a canary wherever somebody can write something.
type planted struct{ canary, thread, customer string }

// plant fills a thread. A customer that is given is taken, else there is a new one.
func (a *api) plant(agentID, integrationID, text, customerID string) planted {
	a.t.Helper()
	p := planted{canary: text, customer: customerID}
	who := fmt.Sprintf(`customer: {externalId: "%[1]s", name: "%[1]s", phone: "%[1]s", metadata: {x: "%[1]s"}}`, text)
	if customerID != "" {
		who = fmt.Sprintf(`customerId: %q`, customerID)
	}
	made := a.must(fmt.Sprintf(`mutation { createThread(input: {agentId: %[1]q, %[3]s, channel: "%[2]s", externalId: "%[2]s", metadata: {x: "%[2]s"}, text: "%[2]s", clientMutationId: "%[2]s"})
		{ thread { id customer { id } } } }`, agentID, text, who), nil)
	p.thread, p.customer = made.text("createThread", "thread", "id"), made.text("createThread", "thread", "customer", "id")
	a.settled(p.thread)
	for _, m := range []string{
		`sendMessage(input: {threadId: $t, text: $x, clientMessageId: $x, clientMutationId: $x}) { message { id } }`,
		`sendOperatorMessage(input: {threadId: $t, text: $x, clientMutationId: $x}) { message { id } }`,
		`addNote(input: {threadId: $t, text: $x, clientMutationId: $x}) { note { id } }`,
		`addTag(input: {threadId: $t, tag: $x, text: $x, clientMutationId: $x}) { thread { id } }`,
		`addTag(input: {threadId: $t, tag: "message_for_operator", text: $x}) { thread { id } }`,
		`addTag(input: {threadId: $t, tag: "get_contact", text: $c}) { thread { id } }`,
		`createThreadToken(input: {threadId: $t, clientMutationId: $x}) { token }`,
		`createReminder(input: {threadId: $t, dueAt: $at, text: $x, clientMutationId: $x}) { reminder { id } }`,
		`takeOver(input: {threadId: $t}) { thread { id } }`,
		`handBack(input: {threadId: $t}) { thread { id } }`,
	} {
		declared, variables := `$t: ID!`, map[string]any{"t": p.thread}
		for name, v := range map[string]struct {
			kind  string
			value any
		}{
			"$x": {"String!", text}, "$c": {"String!", fmt.Sprintf(`{"email": "%[1]s@example.com", "name": "%[1]s", "hobby": "%[1]s"}`, text)},
			"$at": {"Time!", time.Now().Add(time.Hour).UTC().Format(time.RFC3339)},
		} {
			if strings.Contains(m, name+",") || strings.Contains(m, name+"}") {
				declared += ", " + name + ": " + v.kind
				variables[name[1:]] = v.value
			}
		}
		a.must(fmt.Sprintf(`mutation(%s) { %s }`, declared, m), variables)
	}
	a.settled(p.thread)
	ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
	db := a.db.Client
	tn := db.Turn.Query().Where(turn.ThreadID(p.thread)).FirstX(ctx)
	db.Turn.Update().Where(turn.ID(tn.ID)).SetReasonText(text).ExecX(ctx)
	st := db.Step.Create().SetTurnID(tn.ID).SetThreadID(p.thread).SetNumber(90).SetProvider("pen").SetModel("nib").SetContent(raw.JSON(`"` + text + `"`)).
		SetFinish("stop").SetFinishDetail(text).SetReadSequence(1).SetInputTokens(7).SetCachedTokens(9).SetOutputTokens(3).SetStartedAt(ms.Now()).SetModelWarning(text).SaveX(ctx)
	db.Call.Create().SetThreadID(p.thread).SetTurnID(tn.ID).SetStepID(st.ID).SetNumber(0).SetName(text).SetProviderCallID(text).SetArguments(raw.JSON(`"` + text + `"`)).
		SetResult(raw.JSON(`"` + text + `"`)).SetError(text).SetState("FAILED").ExecX(ctx)
	eventually(a.t, "an answer that is kept", func() bool { return a.find(text)["attempts.answer"] > 0 })
	first := db.Event.Query().Where(event.ThreadID(p.thread), event.Type(eventlog.MessageCreated)).Order(event.BySequence()).FirstX(ctx)
	err := a.log.Write(ctx, func(_ context.Context, tx *eventlog.Tx) error { // as when the endpoint has failed for an hour
		return tx.EmitWorkspace(a.workspace, eventlog.IntegrationFailing, eventlog.Data{}, eventlog.IntegrationData{
			IntegrationID: integrationID, Name: "echo", URL: "https://x.test", Reason: "test",
			Failure: &eventlog.IntegrationFailure{Since: ms.Now(), Failures: 3, EventID: &first.ID, Answer: text},
		})
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return p
}

// still stops all deliveries of a thread that wait, so that nothing about it changes any more.
func (a *api) still() {
	a.t.Helper()
	ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
	a.db.Client.Delivery.Update().Where(delivery.StateEQ(delivery.StatePENDING)).SetNextAt(ms.Now().Add(time.Hour)).ExecX(ctx)
	eventually(a.t, "what is being sent", func() bool {
		return !a.db.Client.Delivery.Query().Where(delivery.StateEQ(delivery.StateRUNNING)).ExistX(ctx)
	})
	a.db.Client.Delivery.Update().Where(delivery.StateEQ(delivery.StatePENDING)).SetNextAt(ms.Now().Add(time.Hour)).ExecX(ctx)
}

func TestNothingIsLeftOfWhatWasErased(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.must(`mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`, nil).text("createAgent", "agent", "id")
		integrationID := a.echo("*")
		begin := a.place()
		other := a.plant(agentID, integrationID, canary("other"), "")
		one := a.plant(agentID, integrationID, canary("one"), "")
		customer := a.plant(agentID, integrationID, canary("customer"), "")
		second := a.plant(agentID, integrationID, canary("second"), customer.customer)
		a.still()
		before := a.find(other.canary)
		for _, column := range []string{
			"attempts.answer", "calls.arguments", "calls.error", "calls.name", "calls.provider_call_id", "calls.result", "customers.contact", "customers.email",
			"customers.external_id", "customers.metadata", "customers.name", "customers.phone", "events.body", "events.data", "messages.client_message_id",
			"messages.text", "mutation_results.client_mutation_id", "notes.text", "reminders.text", "steps.content", "steps.finish_detail", "steps.model_warning",
			"thread_tags.name", "thread_tags.text", "threads.channel", "threads.contact", "threads.external_id", "threads.metadata", "turns.reason_text",
		} {
			if before[column] == 0 {
				t.Errorf("the test plants nothing in %s", column)
			}
		}
		usage := `{ usage { usage { steps inputTokens outputTokens } } }`
		used := a.must(usage, nil).raw
		watcher := a.socket(t, a.keys[viewer.App], map[string]any{"t": one.thread})
		t.Cleanup(watcher.close)
		_, pulled := a.pull(`, types: []`)

		r := a.must(`mutation($t: ID!) { eraseThread(input: {threadId: $t, clientMutationId: "e"}) { id done erased { threads customers messages notes tags turns calls events deliveries attempts reminders } } }`, map[string]any{"t": one.thread})
		again := a.must(`mutation($t: ID!) { eraseThread(input: {threadId: $t, clientMutationId: "e"}) { id done erased { threads customers messages notes tags turns calls events deliveries attempts reminders } } }`, map[string]any{"t": one.thread})
		erased, _ := r.at("eraseThread", "erased").(map[string]any)
		if r.at("eraseThread", "done") != true || r.raw != again.raw || erased["threads"] != 1.0 || erased["customers"] != 0.0 {
			t.Errorf("erased %s, and again %s", r.raw, again.raw)
		}
		for what, n := range erased {
			if n == 0.0 && what != "customers" {
				t.Errorf("no %s were erased: %s", what, r.raw)
			}
		}
		found := a.find(one.canary)
		for _, column := range []string{"customers.external_id", "customers.metadata", "customers.phone"} { // the app's own, not from the dialogue
			if found[column] != 1 {
				t.Errorf("the customer has lost %s", column)
			}
			delete(found, column)
		}
		if len(found) > 0 {
			t.Errorf("the thread was erased, and its canary is in %v", found)
		}
		if m, _ := watcher.next(); !strings.Contains(fmt.Sprint(m), "NOT_FOUND") {
			t.Errorf("a stream of the thread goes on with %v", m)
		}
		for _, query := range []string{
			`query($t: ID!) { thread(id: $t) { id } }`,
			`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "x"}) { message { id } } }`,
			`mutation($t: ID!) { eraseThread(input: {threadId: $t}) { id } }`,
			`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "x"}) { thread { id } } }`,
			`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`,
			`mutation($t: ID!) { createReminder(input: {threadId: $t, dueAt: "2099-01-01T00:00:00Z", text: "x"}) { reminder { id } } }`,
		} {
			if r := a.do(a.keys[viewer.Admin], query, map[string]any{"t": one.thread}); r.code() != "NOT_FOUND" && !strings.Contains(r.raw, `{"thread":null}`) {
				t.Errorf("%s: %s", query, r.raw)
			}
		}
		a.must(`query($after: Cursor) { events(after: $after) { edges { cursor } } }`, map[string]any{"after": pulled})

		r = a.must(`mutation($c: ID!) { eraseCustomer(input: {customerId: $c}) { done erased { customers threads } } }`, map[string]any{"c": customer.customer})
		if !strings.Contains(r.raw, `{"done":true,"erased":{"customers":1,"threads":2}}`) {
			t.Errorf("the customer: %s", r.raw)
		}
		for _, p := range []planted{customer, second} {
			if found := a.find(p.canary); len(found) > 0 {
				t.Errorf("the customer was erased, and a canary is in %v", found)
			}
			if a.inFile(p.canary) {
				t.Error("the file of the database still has a canary")
			}
		}
		if after := a.find(other.canary); !maps.Equal(before, after) {
			t.Errorf("what was not erased was %v, and is %v", before, after)
		}
		if !a.inFile(other.canary) && a.db.Dialect == dialect.SQLite {
			t.Error("the search in the file finds nothing")
		}
		if now := a.must(usage, nil).raw; now != used {
			t.Errorf("usage was %s, and is %s", used, now)
		}
		// Who follows the workspace from before finds holes, and goes on.
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "last"}) { thread { id } } }`, map[string]any{"t": other.thread})
		follower := a.socketFor(t, a.keys[viewer.Operator], followAll, map[string]any{"after": begin})
		t.Cleanup(follower.close)
		for cursor := ""; ; {
			events, cursors := happened(t, follower, 1)
			if !strings.HasSuffix(events[0], other.thread) || cursors[0] == cursor {
				t.Errorf("the workspace tells of %s", events[0])
			}
			if cursor = cursors[0]; a.end(cursor) {
				break
			}
		}
		rest := slices.Sorted(maps.Keys(a.find(one.thread)))
		if !slices.Equal(rest, []string{"mutation_results.result"}) && len(rest) > 0 {
			t.Errorf("the erased thread's id is in %v", rest)
		}
		for role, key := range a.keys {
			if role == viewer.Admin {
				continue
			}
			if r := a.do(key, `mutation($t: ID!) { eraseThread(input: {threadId: $t}) { id } }`, map[string]any{"t": other.thread}); r.code() != "FORBIDDEN" {
				t.Errorf("%s may erase: %s", role, r.raw)
			}
		}
	})
}

// An agent that writes and a webhook that is being sent bring nothing back of a thread that is erased meanwhile.
func TestWorkThatIsUnderWayLeavesNothingOfAnErasedThread(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		hold, arrived := make(chan struct{}), make(chan struct{}, 10)
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-hold
			_, _ = io.Copy(w, r.Body)
		}))
		t.Cleanup(receiver.Close)
		release := sync.OnceFunc(func() { close(hold) })
		t.Cleanup(release)
		a.must(`mutation($url: String!) { createIntegration(input: {name: "slow", url: $url, eventTypes: ["message.created"]}) { integration { id } } }`, map[string]any{"url": receiver.URL})
		threadID, pen := a.writer(t)
		pen <- "I am just about to say"
		<-arrived
		r := a.must(`mutation($t: ID!) { eraseThread(input: {threadId: $t}) { done erased { turns deliveries } } }`, map[string]any{"t": threadID})
		if !strings.Contains(r.raw, `{"done":true,"erased":{"turns":1,"deliveries":1}}`) {
			t.Errorf("erased %s", r.raw)
		}
		release()
		close(pen)
		begin := time.Now()
		for time.Since(begin) < 2*time.Second { // it would be there by then
			if found := a.find(threadID); len(found) > 0 {
				t.Fatalf("the thread's id is in %v", found)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if logs := a.logs.String(); strings.Contains(logs, "level=ERROR") {
			t.Errorf("the server complains: %s", logs)
		}
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		if n := a.db.Client.Attempt.Query().CountX(ctx); n != 0 {
			t.Errorf("%d attempts were recorded", n)
		}
	})
}

// What was marked and not erased, because the process died, is erased by the next one.
func TestAnErasureThatWasBrokenOffIsFinished(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hello"}) { message { id } } }`, map[string]any{"t": threadID})
		a.settled(threadID)
		ctx := viewer.SystemContext(t.Context(), "retention")
		if _, err := a.db.SQL.ExecContext(ctx, `UPDATE threads SET erased_at = 1 WHERE id = $1`, threadID); err != nil {
			t.Fatal(err)
		}
		if _, err := a.db.SQL.ExecContext(ctx, `UPDATE customers SET erased_at = 1`); err != nil {
			t.Fatal(err)
		}
		if r := a.must(`{ threads { totalCount } customers { totalCount } }`, nil); !strings.Contains(r.raw, `{"threads":{"totalCount":0},"customers":{"totalCount":0}}`) {
			t.Errorf("what is being erased is seen: %s", r.raw)
		}
		next := retention.New(a.log, retention.Options{EraseEvery: 50 * time.Millisecond})
		running, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = next.Run(running) }()
		defer func() { stop(); <-done }()
		eventually(t, "nothing to be left", func() bool { return len(a.find(threadID)) == 0 })
		eventually(t, "no customer to be left", func() bool {
			return a.db.Client.Customer.Query().CountX(ctx) == 0
		})
	})
}

// A model reads messages and steps; of the log it needs the events of tags alone, which stay.
func TestATurnNeedsNoEventsThatHaveGone(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		say := func() {
			a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hello"}) { message { id } } }`, map[string]any{"t": threadID})
			a.settled(threadID)
		}
		say()
		a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } handBack(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID})
		cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		time.Sleep(5 * time.Millisecond)
		short := retention.New(a.log, retention.Options{KeepEvents: time.Millisecond, KeepDeliveries: time.Millisecond})
		if err := short.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		if types := a.db.Client.Event.Query().Where(event.ThreadID(threadID)).Order(event.BySequence()).Select(event.FieldType).StringsX(ctx); !slices.Equal(types, []string{"tag.added", "tag.removed"}) {
			t.Fatalf("%v are left", types)
		}
		say()
		r := a.must(`query($t: ID!) { thread(id: $t) { messages { edges { node { author } } } turns { state reason } } }`, map[string]any{"t": threadID})
		if n := strings.Count(r.raw, `"AGENT"`); n != 2 || strings.Count(r.raw, `"ANSWERED"`) != 2 {
			t.Errorf("%s", r.raw)
		}
		s := a.socket(t, a.keys[viewer.App], map[string]any{"t": threadID, "after": cursor})
		t.Cleanup(s.close)
		if m, ok := s.next(); !ok || strings.Contains(fmt.Sprint(m), "errors") { // nothing after it has gone
			t.Errorf("a stream from where the log begins now: %v", m)
		}
	})
}
