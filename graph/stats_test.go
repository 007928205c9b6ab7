package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/ent/ms"
	"parley/ent/viewer"
)

func TestStatsAreThoseOfTheDialogues(t *testing.T) {
	eachFiles(t, func(t *testing.T, a files) {
		agentID := a.agent(`=A, "quoted"`)
		threadID := a.thread(agentID)
		v := map[string]any{"t": threadID}
		a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "hello"}) { message { id } } }`, v)
		eventually(t, "the agent answers", func() bool {
			return a.must(`query($t: ID!) { thread(id: $t) { messageCount turns { state } } }`, v).raw == `{"data":{"thread":{"messageCount":2,"turns":[{"state":"ENDED"}]}}}`
		})
		for _, tag := range []string{"success", "interest", "operator"} {
			a.tag(threadID, tag)
		}
		a.must(`mutation($t: ID!) {
			removeTag(input: {threadId: $t, tag: "success"}) { thread { id } }
			addTag(input: {threadId: $t, tag: "get_contact", text: "ann@example.com"}) { thread { id } }
			takeOver(input: {threadId: $t}) { thread { id } } sendOperatorMessage(input: {threadId: $t, text: "hi"}) { message { id } }
			handBack(input: {threadId: $t}) { thread { id } } closeThread(input: {threadId: $t}) { thread { id } } }`, v)
		const figures = `{ dialogues customerMessages agentMessages operatorMessages successes contacts interests operatorsAsked takenOver closed firstResponse { count } response { count } usage { steps cost { amount } } }`
		const want = `{"dialogues":1,"customerMessages":1,"agentMessages":1,"operatorMessages":1,"successes":1,"contacts":1,"interests":1,"operatorsAsked":1,"takenOver":1,"closed":1,"firstResponse":{"count":1},"response":{"count":1},"usage":{"steps":1,"cost":null}}`
		r := a.do(a.keys[viewer.Operator], `{ stats(timeZone: "Europe/Berlin") { timeZone total `+figures+` days { day agent { id } figures `+figures+` } agents { day agent { id } figures `+figures+` } rows { agent { id } figures { dialogues } } models { model usage { steps } } } }`, nil)
		if got := strings.Count(r.raw, want); got != 3 || !strings.Contains(r.raw, `"timeZone":"Europe/Berlin"`) || !strings.Contains(r.raw, `"models":[{"model":"scripted/scripted","usage":{"steps":1}}]`) {
			t.Errorf("%d times in %s", got, r.raw)
		}
		for role, code := range map[viewer.Role]string{viewer.App: "FORBIDDEN", viewer.Integrator: "FORBIDDEN"} {
			if r := a.do(a.keys[role], `{ stats { total { dialogues } } }`, nil); r.code() != code {
				t.Errorf("%s: %s", role, r.raw)
			}
		}
		if r := a.do(a.keys[viewer.Admin], `{ exportStats(from: "2020-01-01T00:00:00Z") { url } }`, nil); r.code() != "BAD_INPUT" {
			t.Errorf("too long a range: %s", r.raw)
		}
		link := a.must(`{ exportStats { url fileName contentType } }`, nil)
		if name := link.text("exportStats", "fileName"); !strings.HasPrefix(name, "stats-") || !strings.HasSuffix(name, ".csv") {
			t.Errorf("the file is called %s", name)
		}
		_, text := a.fetch(http.MethodGet, link.text("exportStats", "url"))
		row := fmt.Sprintf("%s,%s,\"'=A, \"\"quoted\"\"\",1,1,1,1,1,1,1,1,1,1,1,", ms.Now().Time().Format("2006-01-02"), agentID)
		if lines := strings.Split(text, "\r\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], "day,agent_id,agent_name,dialogues,") || !strings.HasPrefix(lines[1], row) || strings.Count(lines[0], ",") != 25 {
			t.Errorf("the file is\n%s\nwant\n%s", text, row)
		}
	})
}
