package dialogue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// Customers write, operators take over, hand back, close and stop at random, on two replicas. Whatever happens: the
// agent never says a word while a person has the talk or the thread is closed, each turn ends exactly once, and each
// ends.
func TestTheAgentNeverTalksOverAPerson(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		provider := always(func(ctx context.Context, r model.Request) model.End {
			select {
			case <-time.After(rand.N(20 * time.Millisecond)):
			case <-ctx.Done():
			}
			switch rand.IntN(8) {
			case 0:
				return ended(text("a person comes"), calling("operator", `{}`))
			case 1:
				return ended(calling("success", `{}`), calling("message_for_operator", `{"text":"x"}`))
			}
			return ended(text("ok"))
		})
		w := newWorld(t, db, provider)
		other := w.service(provider)
		w.run(other)
		a := w.agent()
		var threads []string
		for range 4 {
			threads = append(threads, w.thread(a, "Hi"))
		}
		var wg sync.WaitGroup
		stop := time.Now().Add(1500 * time.Millisecond)
		for i := range 6 {
			s := []*dialogue.Service{w.s, other}[i%2]
			wg.Go(func() {
				for time.Now().Before(stop) {
					id := threads[rand.IntN(len(threads))]
					var err error
					switch rand.IntN(9) {
					case 0, 1:
						_, err = s.TakeOver(w.operator, id)
					case 2, 3:
						if _, err = s.HandBack(w.operator, id); errors.Is(err, dialogue.ErrThreadClosed) {
							err = nil
						}
					case 4:
						_, err = s.CloseThread(w.operator, id)
					case 5:
						_, err = s.ReopenThread(w.operator, id)
					case 6:
						_, err = s.StopTurn(w.operator, id)
					default:
						_, err = s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: id, Text: "more"})
					}
					if err != nil {
						t.Errorf("verb: %v", err)
					}
				}
			})
		}
		wg.Wait()
		w.until("all turns to end", func() bool {
			return !db.Client.Turn.Query().Where(turn.StateNEQ(turn.StateENDED)).ExistX(w.ctx)
		})
		authors := map[string]message.Author{}
		for _, m := range db.Client.Message.Query().AllX(w.ctx) {
			authors[m.ID] = m.Author
		}
		for _, id := range threads {
			silent := map[string]bool{}
			open := map[string]bool{}
			for _, e := range db.Client.Event.Query().Where(event.ThreadID(id)).Order(ent.Asc(event.FieldSequence)).AllX(w.ctx) {
				var data eventlog.Data
				w.must(e.Data.Decode(&data))
				switch e.Type {
				case eventlog.TagAdded, eventlog.TagRemoved:
					if data.Tag == dialogue.TagOperator || data.Tag == dialogue.TagClose {
						silent[data.Tag] = e.Type == eventlog.TagAdded
					}
				case eventlog.MessageCreated:
					if authors[data.MessageID] == message.AuthorAGENT && (silent[dialogue.TagOperator] || silent[dialogue.TagClose]) {
						t.Errorf("the agent spoke in %s at %d, with %v", id, *e.Sequence, silent)
					}
				case eventlog.TurnStarted:
					open[data.TurnID] = true
				case eventlog.TurnEnded:
					if was, seen := open[data.TurnID]; seen && !was {
						t.Errorf("turn %s ended twice", data.TurnID)
					}
					open[data.TurnID] = false
				}
			}
			for turnID, still := range open {
				if still {
					t.Errorf("turn %s has no end in the log", turnID)
				}
			}
		}
	})
}
