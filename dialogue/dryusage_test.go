package dialogue_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

// usage asks for sums of the last 30 days.
func (w *world) usage(q dialogue.UsageQuery) []dialogue.UsageRow {
	w.t.Helper()
	rows, err := w.s.Usage(w.operator, q)
	w.must(err)
	return rows
}

func TestDryRunsCountInTheUsage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")), scratch(t))
		tested, other := w.agent(), w.agent()
		threadID := w.thread(tested, "Hi")
		w.turns(threadID, 1)
		w.dryRun(dialogue.DryRunInput{AgentID: tested, Text: "one"})
		w.dryRun(dialogue.DryRunInput{AgentID: tested, Text: "two"})

		sum := func(steps int64) dialogue.Usage {
			return dialogue.Usage{Steps: steps, Input: 10 * steps, Output: 5 * steps}
		}
		equal(t, "in all", w.usage(dialogue.UsageQuery{}), []dialogue.UsageRow{{Usage: sum(3)}})
		equal(t, "apart", w.usage(dialogue.UsageQuery{By: []dialogue.UsageDimension{dialogue.UsageByDryRun}}),
			[]dialogue.UsageRow{{DryRun: true, Usage: sum(2)}, {Usage: sum(1)}})
		equal(t, "by everything", w.usage(dialogue.UsageQuery{By: []dialogue.UsageDimension{
			dialogue.UsageByAgent, dialogue.UsageByModel, dialogue.UsageByThread, dialogue.UsageByDryRun}}), []dialogue.UsageRow{
			{AgentID: tested, Model: "fake/one", DryRun: true, Usage: sum(2)},
			{AgentID: tested, Model: "fake/one", ThreadID: threadID, Usage: sum(1)},
		})
		equal(t, "of the agent", w.usage(dialogue.UsageQuery{AgentID: &tested}), []dialogue.UsageRow{{Usage: sum(3)}})
		equal(t, "of another agent", w.usage(dialogue.UsageQuery{AgentID: &other}), nil)
		equal(t, "of the thread", w.usage(dialogue.UsageQuery{ThreadID: &threadID, AgentID: &tested}), []dialogue.UsageRow{{Usage: sum(1)}})

		stranger := newWorld(t, db, always(says("ok")))
		equal(t, "of another workspace", stranger.usage(dialogue.UsageQuery{}), nil)
	})
}

func TestDryRunsCountForTheDay(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")), scratch(t))
		limited := func(in *dialogue.AgentInput) { in.DailyTokens = ptr(int64(30)) } // two steps of the model
		a := w.agent(limited)
		for range 2 {
			equal(t, "a dry run", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?"})[1:], []string{"said ok", "end ANSWERED"})
		}
		equal(t, "the third", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?"}), []string{"said fallback", "end LIMIT"})
		tn := w.turns(w.thread(a, "Hi"), 1)[0]
		equal(t, "a thread after dry runs", []string{tn.Reason.String(), tn.ReasonText}, []string{"LIMIT", "daily tokens: the agent has used up its 30"})

		b := w.agent(limited)
		for range 2 {
			equal(t, "a thread", w.turns(w.thread(b, "Hi"), 1)[0].Reason.String(), "ANSWERED")
		}
		equal(t, "a dry run after threads", w.dryRun(dialogue.DryRunInput{AgentID: b, Text: "?"}), []string{"said fallback", "end LIMIT"})
	})
}

// What a model had begun to say when the turn ended was paid for.
func TestADryRunCountsWhatWasSaidInVain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		slow := &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
			return func(yield func(model.Event, error) bool) {
				if yield(model.Event{Delta: "I was going to"}, nil) {
					<-ctx.Done()
					yield(model.Event{}, &model.Error{Kind: model.KindCut, Err: ctx.Err()})
				}
			}
		}}
		w := newWorld(t, db, slow, scratch(t))
		a := w.agent(func(in *dialogue.AgentInput) { in.MaxTurnSeconds = ptr(5) })
		equal(t, "events", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?"}), []string{"said fallback", "step fake/one dropped", "end LIMIT"})
		if got := w.usage(dialogue.UsageQuery{}); len(got) != 1 || got[0].Steps != 1 || got[0].Output == 0 {
			t.Errorf("usage: %+v", got)
		}
	})
}

func TestOldDryRunsGoWhileTheServerRuns(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")), scratch(t), func(o *dialogue.Options) { o.OrphanedAfter = time.Second })
		a := w.agent()
		w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "new"})
		kept := db.Client.TestRun.Query().OnlyX(w.ctx)
		var runs, events []string // more than go at a time
		for i := range 50 {
			runs = append(runs, fmt.Sprintf("('run_%d', '%s', 1, '%s', 1, 1)", i, w.workspace, a))
			for n := range 3 {
				events = append(events, fmt.Sprintf("('tev_%d_%d', '%s', 1, 'run_%d', %d, '{}')", i, n, w.workspace, i, n))
			}
		}
		for _, statement := range []string{
			`INSERT INTO test_events (id, workspace_id, created_at, run_id, number, data) VALUES ` + strings.Join(events, ", "),
			`INSERT INTO test_runs (id, workspace_id, created_at, agent_id, alive_until, ended_at) VALUES ` + strings.Join(runs, ", "),
		} {
			_, err := db.SQL.ExecContext(w.ctx, statement)
			w.must(err)
		}
		w.until("the old runs to be gone", func() bool { return db.Client.TestRun.Query().CountX(w.ctx) == 1 })
		equal(t, "what is left", db.Client.TestRun.Query().OnlyX(w.ctx).ID, kept.ID)
		equal(t, "events", db.Client.TestEvent.Query().CountX(w.ctx), 3)
		equal(t, "usage", w.usage(dialogue.UsageQuery{})[0].Steps, 1)
	})
}
