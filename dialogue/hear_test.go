package dialogue_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"parley/dialogue"
	"parley/ent/agent"
	"parley/ent/customer"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// On a thread that the server knows, a message of the customer is one statement, also behind what operators and turns did; and
// whatever another server changed meanwhile is seen.
func TestAMessageOnAKnownThreadIsOneStatement(t *testing.T) {
	var heard atomic.Int64
	db := storagetest.OpenWith(t, storagetest.Postgres(t), storage.Options{Guard: true, Trace: func(_ context.Context, query string) {
		if strings.Contains(query, "threads") {
			heard.Add(1)
		}
	}})
	w := newWorld(t, db, always(says("hello")))
	agentID := w.agent()
	threadID := w.thread(agentID, "first")
	w.quiet(threadID)
	w.stop() // its workers' statements would be heard
	row := w.row(threadID)
	send := func(in dialogue.MessageInput) (string, int64) {
		t.Helper()
		in.ThreadID = threadID
		before := heard.Load()
		m, err := w.s.SendMessage(w.ctx, in)
		w.must(err)
		return m.ID, heard.Load() - before
	}
	for i := range 2 {
		_, err := w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: threadID, Text: "by a person"})
		w.must(err)
		if i == 0 { // from here on the agent is silent
			_, err = w.s.TakeOver(w.operator, threadID)
			w.must(err)
			send(dialogue.MessageInput{Text: "meets it"})
			continue
		}
		if _, n := send(dialogue.MessageInput{Text: "x"}); n != 1 {
			t.Errorf("behind an operator's message it took %d statements", n)
		}
	}
	first, n := send(dialogue.MessageInput{Text: "once", ClientMessageID: ptr("c1")})
	again, _ := send(dialogue.MessageInput{Text: "once", ClientMessageID: ptr("c1")})
	if n != 1 || first != again {
		t.Errorf("with a client id it took %d statements, and again is %s for %s", n, again, first)
	}
	db.Client.Customer.Update().Where(customer.ID(row.CustomerID)).SetName("Eva").ExecX(w.ctx)
	renamed, _ := send(dialogue.MessageInput{Text: "by Eva"})
	if m := db.Client.Message.Query().Where(message.ID(renamed)).OnlyX(w.ctx); m.AuthorName != "Eva" {
		t.Errorf("the author is %q", m.AuthorName)
	}

	// Another server gives the thread back to its agent, whose settings change, and a turn is at work.
	elsewhere := *w
	elsewhere.log = eventlog.New(db.Client, db.Dialect, nil)
	others := elsewhere.service(always(says("hello")))
	_, err := others.HandBack(w.operator, threadID)
	w.must(err)
	for range 3 {
		send(dialogue.MessageInput{Text: "for the agent"})
	}
	if n := db.Client.Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).CountX(w.ctx); n != 1 {
		t.Errorf("%d turns are live", n)
	}
	_, err = others.UpdateAgent(w.ctx, agentID, dialogue.AgentInput{OnBusy: ptr(agent.OnBusyREJECT)})
	w.must(err)
	db.Client.Turn.Update().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).SetStartedAt(1).SetState(turn.StateRUNNING).ExecX(w.ctx)
	if _, err := w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: threadID, Text: "too early"}); !errors.Is(err, dialogue.ErrThreadBusy) {
		t.Errorf("the agent is busy, and the message is answered by %v", err)
	}
}

// What a server keeps at hand - threads, agents, integrations - holds nothing of the request in which it was read.
func TestWhatIsKeptHoldsNoRequest(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("hello")))
		db.Client.Integration.Create().SetName("n").SetURL("https://example.com/").SetEventTypes([]string{"dialogue.closed"}).ExecX(w.ctx)
		agentID := w.agent()
		w.stop()
		type request struct{ _ [1 << 16]byte }
		var gone, made atomic.Int64
		carrying := func(ctx context.Context) context.Context {
			r := &request{}
			made.Add(1)
			runtime.AddCleanup(r, func(n int64) { gone.Add(n) }, 1)
			return context.WithValue(ctx, request{}, r)
		}
		text := "first"
		created, err := w.s.CreateThread(carrying(w.ctx), dialogue.ThreadInput{AgentID: agentID, Channel: "test", Text: &text})
		w.must(err)
		for range 3 {
			_, err = w.s.SendMessage(carrying(w.ctx), dialogue.MessageInput{ThreadID: created.ThreadID, Text: "more"})
			w.must(err)
			_, err = w.s.AddNote(carrying(w.operator), created.ThreadID, "a note")
			w.must(err)
			_, err = w.s.AddTag(carrying(w.operator), created.ThreadID, "interest", "")
			w.must(err)
		}
		w.until("all requests are gone", func() bool {
			runtime.GC()
			return made.Load()-gone.Load() <= 1 // the connection to the database may know its last one
		})
	})
}
