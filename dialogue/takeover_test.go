package dialogue_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestTakeOverWhileTheModelWrites(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(does(text("too late"), calling("success", `{}`)))))
		id := w.thread(w.agent(), "Hi")
		<-g.reached
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "HANDED_OVER")
		close(g.open)
		equal(t, "steps stored", db.Client.Step.Query().Where(step.ThreadID(id)).CountX(w.ctx), 0)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi"})
		equal(t, "tags", w.tags(id), "operator")
		row := w.row(id)
		equal(t, "thread", []any{row.Status, *row.OperatorID, row.Epoch, row.OperatorSince != nil}, []any{"OPERATOR", w.key, 1, true})
		equal(t, "events", w.events(id), []string{"operator.transferred"})
		w.say(id, "are you there?") // a person has the talk
		if w.s.TakeOver(w.operator, id); w.row(id).Epoch != 1 {
			t.Error("taking over what one has changed something")
		}
		w.turns(id, 1)
	})
}

// The engine of another replica hears of a take-over only when it writes: that write must be refused.
func TestTakeOverFromAnotherReplica(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(func(ctx context.Context, r model.Request) model.End {
			g.reached <- struct{}{}
			<-g.open
			return ended(text("too late"), calling("success", `{}`))
		}))
		elsewhere := w.service(answers())
		id := w.thread(w.agent(), "Hi")
		<-g.reached
		_, err := elsewhere.TakeOver(w.operator, id)
		w.must(err)
		close(g.open)
		_, err = elsewhere.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "It is me now"})
		w.must(err)
		w.turns(id, 1)
		_, err = elsewhere.HandBack(w.operator, id)
		w.must(err)
		w.turns(id, 1) // the customer was answered
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "OPERATOR It is me now"})
		equal(t, "tags", w.tags(id), "")
	})
}

func TestHandBackTellsTheModel(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		read := make(chan []model.Message, 1)
		w := newWorld(t, db, answers(does(calling("operator", `{}`)), func(_ context.Context, r model.Request) model.End {
			read <- r.Messages
			return ended(text("I am back"))
		}))
		id := w.thread(w.agent(), "a person please")
		w.turns(id, 1)
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		_, err = w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "Ann here"})
		w.must(err)
		w.say(id, "one more thing")
		_, err = w.s.HandBack(w.operator, id)
		w.must(err)
		w.turns(id, 2)
		var all []string
		for _, m := range <-read {
			for _, p := range m.Parts {
				all = append(all, string(m.Role)+": "+p.Text)
			}
		}
		lines := strings.Join(all, "\n")
		for _, want := range []string{"user: [operator Ann] Ann here\nuser: one more thing\nuser: [system] A person had this talk from ",
			"operator Ann wrote 1 of the messages above. You have the talk again since then"} {
			if !strings.Contains(lines, want) {
				t.Errorf("the model did not read %q in\n%s", want, lines)
			}
		}
		row := w.row(id)
		equal(t, "thread", []any{row.Status, row.OperatorID == nil, row.OperatorSince == nil}, []any{"OPEN", true, true})
		equal(t, "events", w.events(id), []string{"operator.transferred"})
	})
}

func TestACallOnItsWayIsRecordedAfterATakeOver(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		reached, open := make(chan struct{}, 1), make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			reached <- struct{}{}
			<-open
			_, _ = rw.Write([]byte(`{"ok":true}`))
		}))
		t.Cleanup(server.Close)
		w := newWorld(t, db, answers(does(calling("order", `{}`))))
		a := w.agent()
		w.function(a, "order", server.URL)
		id := w.thread(a, "Hi")
		<-reached
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "HANDED_OVER")
		close(open)
		w.until("the answer", func() bool { return w.calls(id)[0].State == "ANSWERED" })
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi"})
	})
}

func TestCloseAndReopen(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late")), says("open again")))
		id := w.thread(w.agent(), "Hi")
		<-g.reached
		_, err := w.s.CloseThread(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "CLOSED")
		w.say(id, "still there?")
		w.turns(id, 1)
		equal(t, "status", w.row(id).Status.String(), "CLOSED")
		_, err = w.s.ReopenThread(w.operator, id)
		w.must(err)
		w.turns(id, 2)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "CUSTOMER still there?", "AGENT open again"})
		equal(t, "events", w.events(id), []string{"dialogue.closed"})

		_, err = w.s.TakeOver(w.operator, id)
		w.must(err)
		_, err = w.s.CloseThread(w.operator, id)
		w.must(err)
		equal(t, "status", w.row(id).Status.String(), "CLOSED")
		_, err = w.s.ReopenThread(w.operator, id)
		w.must(err)
		equal(t, "status with the operator tag", w.row(id).Status.String(), "WAITING_FOR_OPERATOR")
		_, err = w.s.CloseThread(w.operator, id)
		w.must(err)
		_, err = w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "taking over opens", []string{w.row(id).Status.String(), w.tags(id)}, []string{"OPERATOR", "operator"})
	})
}

func TestStopTurn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late"))))
		a := w.agent()
		id := w.thread(a, "Hi")
		<-g.reached
		_, err := w.s.StopTurn(w.operator, id)
		w.must(err)
		equal(t, "reason", w.reason(id), "STOPPED")
		_, err = w.s.StopTurn(w.operator, id)
		w.must(err)
		w.say(id, "again")
		w.turns(id, 2)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "CUSTOMER again", "AGENT ok"})
	})
}

func TestADeletedAgentIsSilent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, answers(g.then(says("too late"))))
		a := w.agent()
		id := w.thread(a, "Hi")
		<-g.reached
		_, err := w.s.DeleteAgent(w.ctx, a)
		w.must(err)
		equal(t, "reason", w.reason(id), "STOPPED")
		w.say(id, "again")
		w.turns(id, 1)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "CUSTOMER again"})
		_, err = w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a})
		if !errors.Is(err, dialogue.ErrAgentDeleted) {
			t.Errorf("a new thread: %v", err)
		}
	})
}
