package dialogue_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/testusage"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestASuggestionReadsTheDialogueAndLeavesNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked model.Request
		w := newWorld(t, db, answers(
			says("Good day."),
			func(_ context.Context, r model.Request) model.End {
				asked = r
				end := ended(text("  Draft for you.  "))
				end.Usage = model.Usage{Input: 100, Output: 7}
				return end
			},
			does(), does(), // it has nothing to say, twice
		))
		agentID := w.agent(func(in *dialogue.AgentInput) { in.Instructions = ptr("Sell lamps.") })
		made, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: agentID, Text: ptr("Have you blue ones?")})
		w.must(err)
		w.turns(made.ThreadID, 1)
		_, err = w.s.TakeOver(w.operator, made.ThreadID)
		w.must(err)
		_, err = w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: made.ThreadID, Text: "And how much?"})
		w.must(err)
		before := db.Client.Thread.Query().OnlyX(w.ctx)

		got, err := w.s.SuggestReply(w.operator, made.ThreadID, "Give them ten percent off.")
		w.must(err)
		if got.Text != "Draft for you." || got.Model != "fake/one" || got.Usage != (dialogue.Usage{Steps: 1, Input: 100, Output: 7}) {
			t.Errorf("got %+v", got)
		}
		last := asked.Messages[len(asked.Messages)-1]
		if len(asked.Functions) != 0 || !strings.Contains(asked.System, "Sell lamps.") || !strings.Contains(asked.System, "ten percent") ||
			last.Role != model.User || last.Parts[0].Text != "And how much?" || len(asked.Messages) < 3 {
			t.Errorf("the model was asked %+v", asked)
		}
		if after := db.Client.Thread.Query().OnlyX(w.ctx); after.LastSeq != before.LastSeq || after.UpdatedAt != before.UpdatedAt {
			t.Errorf("the thread was %v and is %v", before, after)
		}
		if row := db.Client.TestUsage.Query().OnlyX(w.ctx); row.AgentID != agentID || row.InputTokens != 100 || row.OutputTokens != 7 || row.Model != "one" {
			t.Errorf("charged: %v", row)
		}
		if _, err := w.s.SuggestReply(w.operator, made.ThreadID, ""); !errors.Is(err, dialogue.ErrNoSuggestion) {
			t.Errorf("nothing to say: %v", err)
		}
		if n := db.Client.TestUsage.Query().Where(testusage.RunID("")).CountX(w.ctx); n != 3 {
			t.Errorf("%d questions were charged", n)
		}
		if _, err := w.s.SuggestReply(w.operator, made.ThreadID, strings.Repeat("x", 4001)); err == nil {
			t.Error("an instruction of any length is taken")
		}
		_, err = w.s.DeleteAgent(w.ctx, agentID)
		w.must(err)
		if _, err := w.s.SuggestReply(w.operator, made.ThreadID, ""); !errors.Is(err, dialogue.ErrAgentDeleted) {
			t.Errorf("of a deleted agent: %v", err)
		}
	})
}

func TestSuggestionsAreBoundedAndFail(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		begun, free := make(chan struct{}, 2), make(chan struct{})
		w := newWorld(t, db, &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
			return func(yield func(model.Event, error) bool) {
				begun <- struct{}{}
				<-free
				yield(model.Event{}, &model.Error{Kind: model.Auth, Usage: model.Usage{Input: 3}, Err: errors.New("secret detail")})
			}
		}})
		made, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: w.agent()})
		w.must(err)
		failed := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := w.s.SuggestReply(w.operator, made.ThreadID, "")
				failed <- err
			}()
			<-begun
		}
		if _, err := w.s.SuggestReply(w.operator, made.ThreadID, ""); !errors.Is(err, dialogue.ErrTooManySuggestions) {
			t.Errorf("the third at once: %v", err)
		}
		close(free)
		for range 2 {
			var none *dialogue.NoModelError
			if err := <-failed; !errors.As(err, &none) || strings.Contains(err.Error(), "secret detail") || !strings.Contains(err.Error(), "refused the key") {
				t.Errorf("a model that fails: %v", err)
			}
		}
		if n := db.Client.TestUsage.Query().CountX(w.ctx); n != 2 {
			t.Errorf("%d failures were charged", n)
		}
	})
}
