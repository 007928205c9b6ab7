package dialogue_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// The twelve tests named TestPain are the complaints that are heard most about systems like this one. Each shows that the
// complaint cannot arise here.

// People write one thought in several messages, and get an answer to each. Here messages within the quiet time make one
// turn, and those that come while the model writes are read together by the same turn, or by the one that replaces it.
func TestPain01_NAnswersToNFragments(t *testing.T) {
	fragments := []string{"want", "a", "table", "please"}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		read := make(chan []model.Part, 1)
		reads := func(answer string) answerFunc {
			return func(_ context.Context, r model.Request) model.End {
				read <- r.Messages[len(r.Messages)-1].Parts
				return ended(text(answer))
			}
		}
		wantRead := func(t *testing.T, want ...string) {
			t.Helper()
			var got []string
			for _, p := range <-read {
				got = append(got, p.Text)
			}
			equal(t, "read at once", got, want)
		}
		fromAgent := func(w *world, id string) (all []string) {
			for _, line := range w.said(id) {
				if said, ok := strings.CutPrefix(line, "AGENT "); ok {
					all = append(all, said)
				}
			}
			return all
		}
		t.Run("within the quiet time", func(t *testing.T) {
			w := newWorld(t, db, answers(reads("Booked")))
			id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.QuietMs = ptr(2500) }), "I")
			for _, text := range fragments {
				w.say(id, text)
			}
			equal(t, "reason", w.reason(id), "ANSWERED")
			wantRead(t, append([]string{"I"}, fragments...)...)
			equal(t, "answers", fromAgent(w, id), []string{"Booked"})
		})
		t.Run("while the model writes", func(t *testing.T) {
			g := newGate()
			w := newWorld(t, db, answers(g.then(says("What do you want?")), reads("Booked")))
			id := w.thread(w.agent(busy(agent.OnBusyFOLD)), "I")
			<-g.reached
			for _, text := range fragments {
				w.say(id, text)
			}
			close(g.open)
			tn := w.turns(id, 1)[0]
			equal(t, "turn", []any{tn.Reason, tn.StepsUsed}, []any{"ANSWERED", 2})
			wantRead(t, fragments...)
			equal(t, "answers", fromAgent(w, id), []string{"What do you want?", "Booked"})
		})
		t.Run("while the model writes what is then dropped", func(t *testing.T) {
			g := newGate()
			w := newWorld(t, db, answers(g.then(says("What do you want?")), reads("Booked")))
			id := w.thread(w.agent(busy(agent.OnBusyRESTART), func(in *dialogue.AgentInput) { in.QuietMs = ptr(2500) }), "I")
			<-g.reached
			for _, text := range fragments {
				w.say(id, text)
			}
			all := w.turns(id, 2)
			equal(t, "reasons", []any{all[0].Reason, all[1].Reason}, []any{"SUPERSEDED", "ANSWERED"})
			wantRead(t, append([]string{"I"}, fragments...)...)
			equal(t, "answers", fromAgent(w, id), []string{"Booked"})
		})
	})
}

// A thread refuses messages while its own run is under way, and sometimes for ever. Here a message is taken at once in every
// state of the turn, but where the agent's owner chose REJECT and the agent is at work; and it is answered.
func TestPain05_ThreadLockedByItsOwnRun(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		open := make(chan struct{})
		w := newWorld(t, db, always(func(ctx context.Context, r model.Request) model.End {
			state, _, _ := strings.Cut(r.Messages[0].Parts[0].Text, " ")
			asked := slices.ContainsFunc(r.Messages, func(m model.Message) bool { return m.Role == model.Tool })
			switch {
			case state == "writing":
				select {
				case <-open:
				case <-ctx.Done():
				}
			case state == "calling" && !asked:
				return ended(calling("slow", `{}`))
			case state == "parked" && !asked:
				return ended(calling("pay", `{}`))
			}
			return ended(text("ok"))
		}))
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			<-open
			_, _ = rw.Write([]byte("{}"))
		})
		reach := map[string]func(id string){
			"due":     func(string) {},
			"writing": func(id string) { w.until("a running turn", func() bool { return w.live(id).StartedAt != nil }) },
			"calling": func(id string) {
				w.until("a sent call", func() bool {
					all := w.calls(id)
					return len(all) == 1 && all[0].State == call.StateSENT
				})
			},
			"parked": func(id string) { w.parked(id) },
			"ended":  func(id string) { w.turns(id, 1) },
		}
		var threads []string
		for _, onBusy := range []agent.OnBusy{agent.OnBusyFOLD, agent.OnBusyENQUEUE, agent.OnBusyRESTART, agent.OnBusyREJECT} {
			a := w.agent(busy(onBusy))
			w.function(a, "slow", url)
			w.function(a, "pay", url, func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
			slow := w.agent(busy(onBusy), func(in *dialogue.AgentInput) { in.QuietMs, in.MaxWaitMs = ptr(8000), ptr(8000) })
			for state, reached := range reach {
				of := a
				if state == "due" {
					of = slow
				}
				id := w.thread(of, state+" "+onBusy.String())
				threads = append(threads, id)
				reached(id)
				start := time.Now()
				_, err := w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: id, Text: "more"})
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("%s, %s: the message waited %v", state, onBusy, took)
				}
				atWork := state != "due" && state != "ended"
				if rejected := errors.Is(err, dialogue.ErrThreadBusy); rejected != (atWork && onBusy == agent.OnBusyREJECT) || (err != nil && !rejected) {
					t.Errorf("%s, %s: the message met with %v", state, onBusy, err)
				}
			}
		}
		close(open)
		db.Client.Turn.Update().Where(turn.StateEQ(turn.StateDUE)).SetDueAt(1).ExecX(w.ctx)
		for _, c := range db.Client.Call.Query().Where(call.StateEQ(call.StateAWAITING_APPROVAL)).AllX(w.ctx) {
			_, err := w.s.ApproveCall(w.operator, c.ID)
			w.must(err)
		}
		for _, id := range threads {
			w.quiet(id)
			said := w.said(id)
			last := db.Client.Message.Query().Where(message.ThreadID(id), message.AuthorEQ(message.AuthorCUSTOMER)).
				Order(ent.Desc(message.FieldSequence)).FirstX(w.ctx)
			read := db.Client.Turn.Query().Where(turn.ThreadID(id), turn.ReadSequenceGTE(last.Sequence)).ExistX(w.ctx)
			if !read || !strings.HasPrefix(said[len(said)-1], "AGENT") {
				t.Errorf("the customer's last words were not answered: %q", said)
			}
		}
	})
}

// An answer that arrives while the page reloads is lost. Here a watcher names the last event that it saw and gets all
// later ones, each once and in order, whenever it comes back.
func TestPain09_AnswerLostOnRefresh(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		heard := &hearing{}
		w := newWorld(t, db, answers(does(text("One moment. "), calling("success", `{}`)), g.then(says("Here it is."))), func(o *dialogue.Options) {
			o.Live = heard
		})
		id := w.thread(w.agent(), "Hi")
		type seen struct {
			sequence  int64
			eventType string
			messageID string
		}
		// follow reads from after on, until the end of the turn or for so many events.
		follow := func(after int64, limit int) (all []seen, done bool) {
			ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
			defer cancel()
			for ev, err := range w.log.FollowThread(ctx, id, after) {
				var data eventlog.Data
				if err == nil {
					err = ev.Data.Decode(&data)
				}
				if err != nil {
					t.Errorf("follow: %v", err)
					return all, true
				}
				all = append(all, seen{*ev.Sequence, ev.Type, data.MessageID})
				if ev.Type == eventlog.TurnEnded || len(all) == limit {
					return all, ev.Type == eventlog.TurnEnded
				}
			}
			return all, true
		}
		refreshed := make(chan []seen, 1)
		go func() { // comes back after every single event, also in the middle of the answer
			var all []seen
			for done := false; !done; {
				var next []seen
				after := int64(0)
				if len(all) > 0 {
					after = all[len(all)-1].sequence
				}
				next, done = follow(after, 1)
				all = append(all, next...)
			}
			refreshed <- all
		}()
		<-g.reached
		close(g.open)
		w.turns(id, 1)
		whole, _ := follow(0, -1)
		equal(t, "what somebody saw who came back each time", <-refreshed, whole)
		answers := []string{}
		for i, ev := range whole {
			rest, _ := follow(ev.sequence-1, -1)
			equal(t, "what comes after", rest, whole[i:])
			if ev.eventType == eventlog.MessageCreated {
				answers = append(answers, db.Client.Message.GetX(w.ctx, ev.messageID).Text)
			}
		}
		equal(t, "messages", answers, []string{"Hi", "One moment.", "Here it is."})
		equal(t, "pieces of text", heard.all(), []string{"One moment. stored", "Here it is. stored"})
	})
}
