package dialogue_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/message"
	"parley/ent/raw"
	"parley/ent/testevent"
	"parley/eventlog"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// scratch gives the engine a place for dry runs.
func scratch(t *testing.T) func(*dialogue.Options) {
	return func(o *dialogue.Options) {
		o.Scratch = func(ctx context.Context) (*eventlog.Log, func() error, error) {
			db, err := storagetest.Scratch(ctx, t)
			if err != nil {
				return nil, nil, err
			}
			return eventlog.New(db.Client, db.Dialect, nil), db.Close, nil
		}
	}
}

// dryRun plays a dry run and returns what happened, one line an event.
func (w *world) dryRun(in dialogue.DryRunInput) []string {
	w.t.Helper()
	if in.Functions == "" {
		in.Functions = dialogue.RefuseFunctions
	}
	run, err := w.s.TestAgent(w.ctx, in)
	w.must(err)
	var lines []string
	for e, err := range w.s.FollowDryRun(w.ctx, run.ID) {
		w.must(err)
		switch {
		case e.Message != nil:
			lines = append(lines, "said "+e.Message.Text)
		case e.Step != nil:
			lines = append(lines, "step "+e.Step.Model+" "+e.Step.Finish)
		case e.Call != nil:
			lines = append(lines, "call "+e.Call.Name+" "+e.Call.State.String()+" "+e.Call.Error)
		case e.Tag != nil:
			lines = append(lines, "tag "+e.Tag.Name)
		default:
			lines = append(lines, "end "+e.End.Reason)
		}
	}
	return lines
}

// nothingOf fails if the workspace has a thread, an event or a delivery.
func (w *world) nothingStored() {
	w.t.Helper()
	c := w.db.Client
	equal(w.t, "threads, messages, turns, events, customers", []int{
		c.Thread.Query().CountX(w.ctx), c.Message.Query().CountX(w.ctx), c.Turn.Query().CountX(w.ctx), c.Event.Query().CountX(w.ctx),
		c.Customer.Query().CountX(w.ctx),
	}, []int{0, 0, 0, 0, 0})
}

func TestADryRunLeavesNoTrace(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var hits atomic.Int32
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			hits.Add(1)
			_, _ = rw.Write([]byte(`{"key":"` + r.Header.Get("X-Key") + `"}`))
		})
		var read []model.Message
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			read = r.Messages
			last := r.Messages[len(r.Messages)-1]
			if last.Role == model.Tool {
				return ended(text("it says " + string(last.Parts[0].Result.Body)))
			}
			return ended(text("let me see"), calling("f", `{"n":1}`), calling("interest", `{}`))
		}), scratch(t))
		a := w.agent()
		f := w.function(a, "f", url, func(in *dialogue.FunctionInput) {
			in.Headers = &[]dialogue.Header{{Name: "X-Key", Value: seal.Hide("s3cret"), Secret: true}}
		})

		got := w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "hi", History: []dialogue.DryRunMessage{
			{Author: message.AuthorCUSTOMER, Text: "hello"}, {Author: message.AuthorAGENT, Text: "yes?"},
		}})
		equal(t, "refused", strings.Join(got, "\n"), strings.Join([]string{
			"step fake/one tools", "said let me see", "call f RESERVED ", "tag interest", "call interest ANSWERED ",
			"call f REFUSED this is a dry run: functions are not called",
			"step fake/one stop", `said it says {"error":"this is a dry run: functions are not called"}`, "end ANSWERED",
		}, "\n"))
		equal(t, "what was said before", read[0].Parts[0].Text+" "+read[1].Parts[0].Text, "hello yes?")

		got = w.dryRun(dialogue.DryRunInput{
			AgentID: a, Text: "hi", Functions: dialogue.CannedFunctions,
			Canned: map[string]dialogue.CannedAnswer{"f": {Status: 200, Body: raw.JSON(`{"n":7}`)}},
		})
		equal(t, "canned", got[len(got)-2], `said it says {"status":200,"body":{"n":7},"truncated":false,"ms":0}`)
		equal(t, "requests so far", hits.Load(), 0)

		got = w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "hi", Functions: dialogue.LiveFunctions})
		if !strings.Contains(got[len(got)-2], `"key":"s3cret"`) {
			t.Errorf("live, with its secret header: %s", got)
		}
		equal(t, "requests", hits.Load(), 1)

		_, err := w.s.UpdateFunction(w.ctx, f, dialogue.FunctionInput{NeedsApproval: ptr(true)})
		w.must(err)
		got = w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "hi", Functions: dialogue.LiveFunctions})
		equal(t, "live, but nobody approves", got[5], "call f REFUSED this is a dry run: nobody is there to approve the call")
		equal(t, "requests", hits.Load(), 1)
		w.nothingStored()
	})
}

func TestADryRunOfAVersion(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, instructed(), scratch(t))
		a := w.agent(func(in *dialogue.AgentInput) { in.Instructions = ptr("one") })
		w.publish(a, false)
		w.instruct(a, "draft")
		equal(t, "the draft", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?"})[1], "said draft")
		equal(t, "version 1", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?", Version: ptr(1)})[1], "said one")
		for name, in := range map[string]dialogue.DryRunInput{
			"version": {AgentID: a, Text: "?", Version: ptr(2), Functions: dialogue.RefuseFunctions},
			"text":    {AgentID: a, Functions: dialogue.RefuseFunctions},
			"canned":  {AgentID: a, Text: "?", Functions: dialogue.CannedFunctions, Canned: map[string]dialogue.CannedAnswer{"none": {Status: 200}}},
		} {
			if _, err := w.s.TestAgent(w.ctx, in); !isInvalid(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.s.TestAgent(w.ctx, dialogue.DryRunInput{AgentID: "agt_none", Text: "?", Functions: dialogue.RefuseFunctions}); !ent.IsNotFound(err) {
			t.Errorf("another agent: %v", err)
		}
	})
}

func TestADryRunIsCutOffByAStop(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		asked := make(chan struct{})
		w := newWorld(t, db, answers(func(ctx context.Context, _ model.Request) model.End {
			close(asked)
			<-ctx.Done()
			return model.End{}
		}), scratch(t))
		a := w.agent()
		run, err := w.s.TestAgent(w.ctx, dialogue.DryRunInput{AgentID: a, Text: "?", Functions: dialogue.RefuseFunctions})
		w.must(err)
		<-asked
		w.stop()
		var last dialogue.DryRunEvent
		for e, err := range w.s.FollowDryRun(w.ctx, run.ID) {
			w.must(err)
			last = e
		}
		if last.End == nil || last.End.Reason != "" || last.End.Text == "" {
			t.Errorf("the last event: %+v", last)
		}
	})
}

func TestDryRunsAreForgottenAfterADay(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, instructed(), scratch(t))
		a := w.agent()
		w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "old"})
		if _, err := db.SQL.ExecContext(w.ctx, `UPDATE test_runs SET created_at = 1 WHERE workspace_id = $1`, w.workspace); err != nil {
			t.Fatal(err)
		}
		w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "new"})
		w.stop()
		w.run(w.service(instructed()))
		w.until("the old run to be gone", func() bool { return db.Client.TestRun.Query().CountX(w.ctx) == 1 })
		left := db.Client.TestRun.Query().OnlyX(w.ctx)
		equal(t, "events of other runs", db.Client.TestEvent.Query().Where(testevent.RunIDNEQ(left.ID)).CountX(w.ctx), 0)
	})
}
