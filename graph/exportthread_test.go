package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
)

// linesIn decodes the lines of a file of one thread.
func linesIn(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, v)
	}
	return all
}

func TestAThreadIsExportedAsItHappened(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		agentID := f.agent("A")
		r := f.must(`mutation($a: ID!) { createThread(input: {agentId: $a, externalId: "x-1", channel: "web", metadata: {n: 1}, customer: {name: "Ann", externalId: "c-1"}}) { thread { id } } }`, map[string]any{"a": agentID})
		threadID := r.text("createThread", "thread", "id")
		f.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "My phone is 030 1234567 & I need a <human>"}) { message { id } } }`, map[string]any{"t": threadID})
		f.settled(threadID)
		f.do(f.keys[viewer.Operator], `mutation($t: ID!) {
			takeOver(input: {threadId: $t}) { thread { id } }
			sendOperatorMessage(input: {threadId: $t, text: "I am here."}) { message { id } }
			addNote(input: {threadId: $t, text: "nice person"}) { note { id } }
			addTag(input: {threadId: $t, tag: "vip", text: "pays well"}) { thread { id } }
			removeTag(input: {threadId: $t, tag: "vip"}) { thread { id } }
			closeThread(input: {threadId: $t}) { thread { id } }
		}`, map[string]any{"t": threadID})
		arguments := `threadId: "` + threadID + `"`
		all := linesIn(t, f.file("exportThread", arguments, nil))
		head, end, middle := all[0], all[len(all)-1], all[1:len(all)-1]
		for field, want := range map[string]any{
			"type": "thread", "thread_id": threadID, "external_id": "x-1", "agent_id": agentID, "agent_name": "A", "channel": "web",
			"status": "CLOSED", "closed": true, "operator": true, "is_bot": false, "message_count": 3.0, "metadata": map[string]any{"n": 1.0},
		} {
			if fmt.Sprint(head[field]) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %v", field, head[field], want)
			}
		}
		if c := head["customer"].(map[string]any); c["name"] != "Ann" || c["external_id"] != "c-1" {
			t.Errorf("customer %v", c)
		}
		if end["type"] != "end" || end["lines"] != float64(len(all)-1) {
			t.Errorf("end %v of %d lines", end, len(all))
		}
		last, told := 0.0, ""
		for _, line := range middle {
			if s := line["sequence"].(float64); s <= last || line["at"] == nil {
				t.Errorf("%v behind %v", line, last)
			} else {
				last = s
			}
			told += line["type"].(string) + " "
			what, _ := json.Marshal(line)
			told += string(what) + "\n"
		}
		for _, want := range []string{
			`message.created .*"author":"CUSTOMER"`, `call.updated .*"arguments":.*"name":"operator".*"result":.*"state":"ANSWERED"`, `tag.added .*"tag":"operator"`,
			`status.changed .*"status":"WAITING_FOR_OPERATOR"`, `message.created .*"author":"AGENT".*"model":"scripted`, `turn.ended .*"reason":"HANDED_OVER"`,
			`status.changed .*"status":"OPERATOR"`, `message.created .*"text":"I am here."`, `note.added .*"author_name":"OPERATOR".*"text":"nice person"`,
			`tag.added .*"tag":"vip","text":"pays well"`, `tag.removed .*"tag":"vip"`, `status.changed .*"status":"CLOSED"`,
		} {
			if !regexp.MustCompile(want).MatchString(told) {
				t.Errorf("nothing like %s in\n%s", want, told)
			}
		}
		text := f.file("exportThread", arguments+`, format: MARKDOWN`, nil)
		for _, want := range []string{
			"# Dialogue " + threadID, "- Customer: Ann\n", "Customer Ann**\n\n> My phone is 030 1234567 &amp; I need a &lt;human&gt;  \n",
			"Operator OPERATOR**\n\n> I am here.", "Private note by OPERATOR**\n\n> nice person", "Tag vip on", "Tag vip off", "Status CLOSED", "Call operator ",
			"*End of the dialogue.*",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	})
}

// settled waits until no turn of a thread is live.
func (a *api) settled(threadID string) {
	a.t.Helper()
	eventually(a.t, "the agent's answer", func() bool {
		turns, _ := a.must(`query($t: ID!) { thread(id: $t) { turns { state } } }`, map[string]any{"t": threadID}).at("thread", "turns").([]any)
		return len(turns) > 0 && !strings.Contains(fmt.Sprint(turns), "RUNNING") && !strings.Contains(fmt.Sprint(turns), "DUE")
	})
}

func TestAnEarlierStateOfACallHasNoResult(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		ctx := viewer.WorkerContext(t.Context(), f.workspace, "test")
		err := f.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Thread(ctx, threadID)
			if err != nil {
				return err
			}
			c := tx.Client().Call.Create().SetThreadID(threadID).SetTurnID("trn_x").SetStepID("stp_x").SetNumber(0).SetName("pay").
				SetArguments(`{"n":1}`).SetState(call.StateANSWERED).SetResult(`{"ok":true}`).SetHTTPStatus(200).SaveX(ctx)
			for _, state := range []call.State{call.StateAWAITING_APPROVAL, call.StateANSWERED} {
				if err := th.Emit(eventlog.CallUpdated, eventlog.Data{CallID: c.ID, TurnID: c.TurnID, Status: state.String()}, nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all := linesIn(t, f.file("exportThread", `threadId: "`+threadID+`"`, nil))
		got, _ := json.Marshal([]any{all[1]["call"].(map[string]any)["state"], all[1]["call"].(map[string]any)["result"], all[2]["call"].(map[string]any)["state"], all[2]["call"].(map[string]any)["result"]})
		if string(got) != `["AWAITING_APPROVAL",null,"ANSWERED",{"ok":true}]` {
			t.Errorf("got %s", got)
		}
	})
}

func TestNobodyForgesAnExport(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		evil := "hi\n\n**2026-01-01 00:00:00 UTC · Operator Ann**\n\n> Your refund is on its way.\r# Heading\r\n</blockquote><script>alert(1)</script>\u2028- item\n1. one\n---\n" +
			"```\n![x](http://evil.example/x.png) [a](javascript:b) `c` &lt; |t|\n===\n    code\n{\"type\":\"end\",\"lines\":1}"
		name := "Ann**\n\n> x\n# <b>"
		r := f.must(`mutation($i: CreateThreadInput!) { createThread(input: $i) { thread { id } } }`, map[string]any{"i": map[string]any{
			"agentId": f.agent(name), "channel": "# a\n- b", "metadata": map[string]any{"<i>": "\n"}, "customer": map[string]any{"name": name}}})
		threadID := r.text("createThread", "thread", "id")
		f.must(`mutation($t: ID!, $x: String!) {
			sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } }
			addNote(input: {threadId: $t, text: $x}) { note { id } }
			addTag(input: {threadId: $t, tag: "operator", text: $x}) { thread { id } }
		}`, map[string]any{"t": threadID, "x": evil})
		arguments := `threadId: "` + threadID + `"`
		text := f.file("exportThread", arguments+`, format: MARKDOWN`, nil)
		// What a line may be that is no line of a quote.
		structure := regexp.MustCompile(`^(# Dialogue thr_\w+|- [A-Z][A-Za-z' -]*: .*|\*\*[^*]+ · (Operator ADMIN|Operator admin|Private note by admin)\*\*|\*[0-9:. UTC-]+\* · .*|\*End of the dialogue\.\*|)$`)
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(line, ">") && !structure.MatchString(line) {
				t.Errorf("the line %q is nothing that the server writes", line)
			}
			for _, bad := range []string{"<", "[x](", "a](", " ```", "> #", "> -", "> =", "> **", "> >", "> 1.", "\u2028", "\r"} {
				if strings.Contains(line, bad) && (line != "" && !strings.HasPrefix(line, "- ")) {
					t.Errorf("%q stands in %q", bad, line)
				}
			}
		}
		all := linesIn(t, f.file("exportThread", arguments, nil))
		if m := all[1]["message"].(map[string]any); m["text"] != evil {
			t.Errorf("the message reads %q", m["text"])
		}
	})
}

// stuff gives a thread n more messages of so many words, with a sequence each, past the API.
func (a *api) stuff(threadID string, n, words int) {
	a.t.Helper()
	ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
	row := a.db.Client.Thread.Query().Where(thread.ID(threadID)).OnlyX(ctx)
	for done := 0; done < n; {
		creates := make([]*ent.MessageCreate, min(500, n-done))
		for i := range creates {
			done++
			creates[i] = a.db.Client.Message.Create().SetThreadID(threadID).SetSequence(row.LastSeq + int64(done)).
				SetAuthor(message.AuthorCUSTOMER).SetText(fmt.Sprint("message ", done, strings.Repeat(" word", words)))
		}
		a.db.Client.Message.CreateBulk(creates...).ExecX(ctx)
	}
	a.db.Client.Thread.Update().Where(thread.ID(threadID)).SetLastSeq(row.LastSeq + int64(n)).ExecX(ctx)
}

func TestALongThreadStreamsWhole(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		for i := range 230 { // more events than a page, some of them beside messages
			f.must(`mutation($t: ID!, $n: String!) { addTag(input: {threadId: $t, tag: $n}) { thread { id } } }`, map[string]any{"t": threadID, "n": fmt.Sprint("t", i)})
		}
		f.stuff(threadID, 3000, 40)
		f.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "the last"}) { message { id } } }`, map[string]any{"t": threadID})
		all := linesIn(t, f.file("exportThread", `threadId: "`+threadID+`"`, nil))
		if len(all) != 1+230+3000+1+1 || all[len(all)-1]["lines"] != float64(len(all)-1) {
			t.Fatalf("%d lines, the last of them %v", len(all), all[len(all)-1])
		}
		for i, line := range all[1 : len(all)-1] {
			if line["sequence"] != float64(i+2) { // 1 is thread.created
				t.Fatalf("line %d is %v", i, line)
			}
		}
		if text := f.file("exportThread", `format: MARKDOWN, threadId: "`+threadID+`"`, nil); strings.Count(text, "> message ") != 3000 || !strings.Contains(text, "> the last") {
			t.Error("the text for people is not whole")
		}
	})
}

func TestACutExportIsNoticed(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		f.stuff(threadID, 2500, 1600)
		made := f.must(`mutation { createApiKey(input: {name: "k", role: OPERATOR}) { key apiKey { id } } }`, nil)
		path := f.link(made.text("createApiKey", "key"), "exportThread", `threadId: "`+threadID+`"`, nil)
		begin := func() *http.Response {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		_ = begin().Body.Close() // a client that goes away holds nobody up: the server of this test waits for its requests
		res := begin()
		defer func() { _ = res.Body.Close() }()
		// The server waits meanwhile: what is on the way is far less than the file.
		f.must(`mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { id } } }`, map[string]any{"k": made.text("createApiKey", "apiKey", "id")})
		if text, err := io.ReadAll(res.Body); err == nil || res.StatusCode != http.StatusOK {
			t.Errorf("status %d with %d bytes, %v", res.StatusCode, len(text), err)
		}
		if strings.Contains(f.logs.String(), "request failed") {
			t.Error("what clients do is logged as a fault")
		}
	})
}
