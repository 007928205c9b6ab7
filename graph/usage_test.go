package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/ent/ms"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/storage/storagetest"
)

// spend stores an ended turn of a thread with n steps of 10 tokens read and i written, for i from 1 to n.
func (a *api) spend(agentID, threadID, model string, n int) (stepIDs []string) {
	a.t.Helper()
	ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
	turnID := a.db.Client.Turn.Create().SetThreadID(threadID).SetAgentID(agentID).SetState(turn.StateENDED).SetDueAt(1).SetFirstMessageAt(1).SaveX(ctx).ID
	for i := range n {
		s := a.db.Client.Step.Create().SetThreadID(threadID).SetTurnID(turnID).SetNumber(i + 1).SetContent("[]").SetFinish("stop").SetReadSequence(0).
			SetStartedAt(1).SetProvider("fake").SetModel(model).SetInputTokens(10).SetOutputTokens(int64(i + 1)).SaveX(ctx)
		stepIDs = append(stepIDs, s.ID)
	}
	return stepIDs
}

func TestUsage(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		small, large := a.agent("Small"), a.agent("Large")
		x, y, z := a.thread(small), a.thread(large), a.thread(large)
		a.spend(small, x, "one", 1)
		a.spend(large, y, "two", 3)
		a.spend(large, z, "one", 2)
		a.must(`mutation($a: ID!) { deleteAgent(input: {id: $a}) { id } }`, map[string]any{"a": small})
		today := ms.Now().Time().Format("2006-01-02")
		sum := func(steps, in, out int) string {
			return fmt.Sprintf(`"usage":{"steps":%d,"inputTokens":%d,"cachedTokens":0,"outputTokens":%d,"thinkingTokens":0}`, steps, in, out)
		}
		const fields = ` { day agent { name } model threadId usage { steps inputTokens cachedTokens outputTokens thinkingTokens } }`
		for arguments, want := range map[string]string{
			``:               `{"day":"` + today + `","agent":null,"model":null,"threadId":null,` + sum(6, 60, 10) + `}`,
			`(groupBy: [])`:  `{"day":null,"agent":null,"model":null,"threadId":null,` + sum(6, 60, 10) + `}`,
			`(groupBy: DAY)`: `{"day":"` + today + `","agent":null,"model":null,"threadId":null,` + sum(6, 60, 10) + `}`,
			`(groupBy: [AGENT])`: `{"day":null,"agent":{"name":"Large"},"model":null,"threadId":null,` + sum(5, 50, 9) + `},` +
				`{"day":null,"agent":{"name":"Small"},"model":null,"threadId":null,` + sum(1, 10, 1) + `}`,
			`(groupBy: [MODEL, AGENT], first: 1)`:                `{"day":null,"agent":{"name":"Large"},"model":"fake/two","threadId":null,` + sum(3, 30, 6) + `}`,
			`(groupBy: THREAD, agentId: "` + small + `")`:        `{"day":null,"agent":null,"model":null,"threadId":"` + x + `",` + sum(1, 10, 1) + `}`,
			`(groupBy: [], threadId: "` + z + `")`:               `{"day":null,"agent":null,"model":null,"threadId":null,` + sum(2, 20, 3) + `}`,
			`(groupBy: [], to: "2020-01-01T00:00:00Z")`:          ``,
			`(groupBy: [DAY, MODEL], threadId: "thr_something")`: ``,
		} {
			if r := a.must(`{ usage`+arguments+fields+` }`, nil); r.raw != `{"data":{"usage":[`+want+`]}}` {
				t.Errorf("usage%s:\n got %s\nwant %s", arguments, r.raw, want)
			}
		}
		for arguments, field := range map[string]string{
			`(first: 251)`: "first", `(first: 0)`: "first", `(from: "2020-01-01T00:00:00Z")`: "from",
		} {
			r := a.do(a.keys[viewer.Operator], `{ usage`+arguments+fields+` }`, nil)
			if r.code() != "BAD_INPUT" || r.Errors[0].Extensions.Fields[0].Field != field {
				t.Errorf("usage%s: %s", arguments, r.raw)
			}
		}
		_, stranger, err := a.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		if r := a.do(stranger, `{ usage(groupBy: [], threadId: "`+x+`")`+fields+` }`, nil); r.raw != `{"data":{"usage":[]}}` {
			t.Errorf("another workspace reads %s", r.raw)
		}
	})
}

func TestUsageOfDryRuns(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		a.spend(agentID, a.thread(agentID), "one", 1)
		a.db.Client.TestUsage.Create().SetRunID("run_x").SetAgentID(agentID).SetProvider("fake").SetModel("one").SetInputTokens(40).
			ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
		for arguments, want := range map[string]string{
			``:                             `{"dryRun":null,"threadId":null,"usage":{"inputTokens":50}}`,
			`(groupBy: DRY_RUN)`:           `{"dryRun":true,"threadId":null,"usage":{"inputTokens":40}},{"dryRun":false,"threadId":null,"usage":{"inputTokens":10}}`,
			`(groupBy: THREAD, first: 1)`:  `{"dryRun":null,"threadId":null,"usage":{"inputTokens":40}}`,
			`(groupBy: AGENT, agentId: 1)`: ``,
		} {
			if r := a.must(`{ usage`+arguments+` { dryRun threadId usage { inputTokens } } }`, nil); r.raw != `{"data":{"usage":[`+want+`]}}` {
				t.Errorf("usage%s: %s", arguments, r.raw)
			}
		}
	})
}

func TestWhoReadsSteps(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threadID := a.thread(agentID)
		steps := a.spend(agentID, threadID, "one", 2)
		a.keys[viewer.ThreadToken] = a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`,
			map[string]any{"t": threadID}).text("createThreadToken", "token")
		for role, sees := range map[viewer.Role]bool{
			viewer.Admin: true, viewer.Operator: true, viewer.App: false, viewer.ThreadToken: false,
		} {
			r := a.do(a.keys[role], `query($t: ID!) { thread(id: $t) { usage { steps outputTokens } turns { steps { number model outputTokens } } } }`, map[string]any{"t": threadID})
			want := `{"thread":{"usage":{"steps":2,"outputTokens":3},"turns":[{"steps":[{"number":1,"model":"one","outputTokens":1},{"number":2,"model":"one","outputTokens":2}]}]}}`
			if !sees {
				want = `{"thread":{"usage":null,"turns":[{"steps":null}]}}`
			}
			if r.raw != `{"data":`+want+`}` {
				t.Errorf("%s reads %s", role, r.raw)
			}
		}
		for role, sees := range map[viewer.Role]bool{
			viewer.Admin: true, viewer.Operator: true, viewer.Integrator: true, viewer.App: false, viewer.ThreadToken: false,
		} {
			r := a.do(a.keys[role], `query($s: ID!) { node(id: $s) { ... on Step { provider finish estimated } } }`, map[string]any{"s": steps[0]})
			if want := `{"provider":"fake","finish":"stop","estimated":false}`; strings.Contains(r.raw, want) != sees || r.code() != "" {
				t.Errorf("%s reads of a step: %s", role, r.raw)
			}
		}
		if r := a.do(a.keys[viewer.App], `{ usage { usage { steps } } }`, nil); r.code() != "FORBIDDEN" {
			t.Errorf("the app reads %s", r.raw)
		}
	})
}

func TestUsageOfAPageIsReadAtOnce(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := storagetest.SQLite(t)
			if name == "postgres" {
				address = storagetest.Postgres(t)
			}
			db, count, reset := statements(t, address)
			a := newAPI(t, db)
			for i := range 6 {
				agentID := a.agent(fmt.Sprint("A", i))
				threadID := a.thread(agentID)
				if i > 0 {
					a.spend(agentID, threadID, "one", i)
				}
			}
			for query, tables := range map[string]string{
				`{ threads(orderBy: {field: CREATED_AT}) { edges { node { usage { steps } } } } }`:     "steps threads",
				`{ usage(groupBy: [AGENT, THREAD]) { agent { functions { name } } usage { steps } } }`: "steps agents functions",
			} {
				reset()
				r := a.must(query, nil)
				if !strings.Contains(r.raw, `"steps":5`) || strings.Contains(query, "threads") != strings.Contains(r.raw, `"steps":0`) {
					t.Errorf("%s: %s", query, r.raw)
				}
				for table := range strings.FieldsSeq(tables) {
					if n := count(table); n != 1 {
						t.Errorf("%s reads %s %d times", query, table, n)
					}
				}
			}
		})
	}
}
