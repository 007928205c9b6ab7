package dialogue_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/step"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// hearing collects what is told of messages while they are written.
type hearing struct {
	mu     sync.Mutex
	ids    []string // in the order in which they began
	texts  map[string]string
	ends   map[string][]string // once, or something is wrong
	wrong  []string
	pieces int
}

func (h *hearing) Delta(d dialogue.Delta) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.texts == nil {
		h.texts, h.ends = map[string]string{}, map[string][]string{}
	}
	h.pieces++
	known, begun := h.texts[d.MessageID]
	if !begun {
		h.ids = append(h.ids, d.MessageID)
	}
	if d.Offset != utf8.RuneCountInString(known) || d.Text == "" || len(h.ends[d.MessageID]) > 0 {
		h.wrong = append(h.wrong, "a piece out of place: "+d.Text)
	}
	h.texts[d.MessageID] = known + d.Text
}

func (h *hearing) Ended(g dialogue.Generation, stored bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := "dropped"
	if stored {
		end = "stored"
	}
	h.ends[g.MessageID] = append(h.ends[g.MessageID], end)
}

// settle waits until all that has begun has ended, which is told just after it is stored. What never ends is shown as it is.
func (h *hearing) settle() {
	ended := func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return !slices.ContainsFunc(h.ids, func(id string) bool { return len(h.ends[id]) == 0 })
	}
	for deadline := time.Now().Add(5 * time.Second); !ended() && time.Now().Before(deadline); {
		time.Sleep(3 * time.Millisecond)
	}
}

// of returns the text of a message and how it ended.
func (h *hearing) of(messageID string) string {
	h.settle()
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(append([]string{h.texts[messageID]}, h.ends[messageID]...), " ")
}

func (h *hearing) all() []string {
	h.settle()
	h.mu.Lock()
	ids, all := h.ids, h.wrong
	h.mu.Unlock()
	for _, id := range ids {
		all = append(all, h.of(id))
	}
	return all
}

// pen is a model that writes what a test sends: a piece, or "!" to fail. The end of the channel is the end of the answer.
func pen(pieces chan string, reason string) *fake {
	return &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
		return func(yield func(model.Event, error) bool) {
			text := ""
			for {
				select {
				case <-ctx.Done():
					yield(model.Event{}, &model.Error{Kind: model.Overloaded, Err: ctx.Err()})
					return
				case piece, open := <-pieces:
					switch {
					case piece == "!":
						yield(model.Event{}, &model.Error{Kind: model.Overloaded, Err: errors.New("broken")})
						return
					case piece == "panic":
						panic("a fault of the provider")
					case !open:
						yield(model.Event{End: &model.End{Reason: reason, Usage: model.Usage{Input: 7, Output: 3},
							Message: model.Message{Role: model.Model, Parts: []model.Part{{Text: text}}}}}, nil)
						return
					}
					text += piece
					if !yield(model.Event{Delta: piece}, nil) {
						return
					}
				}
			}
		}
	}}
}

// scene is a thread whose agent has begun to write.
type scene struct {
	*world
	heard  *hearing
	thread string
	pieces chan string
}

// heardSoon waits until the engine has passed so many pieces on.
func (s scene) heardSoon(pieces int) {
	s.until("pieces", func() bool {
		s.heard.mu.Lock()
		defer s.heard.mu.Unlock()
		return s.heard.pieces >= pieces
	})
}

func TestEveryMessageThatWasBegunIsEndedOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		reason string
		do     func(s scene) // after "One " was heard
		heard  []string
		ended  string // how the turn ends
		steps  string // finish, estimated and output tokens of each
	}{
		"stored": {do: func(s scene) { s.pieces <- "two  "; close(s.pieces) },
			heard: []string{"One two stored"}, ended: "ANSWERED", steps: "stop false 3"},
		"taken over": {do: func(s scene) { _, err := s.s.TakeOver(s.operator, s.thread); s.must(err) },
			heard: []string{"One dropped"}, ended: "HANDED_OVER", steps: "dropped true 2"},
		"stopped": {do: func(s scene) { _, err := s.s.StopTurn(s.operator, s.thread); s.must(err) },
			heard: []string{"One dropped"}, ended: "STOPPED", steps: "dropped true 2"},
		"closed": {do: func(s scene) { _, err := s.s.CloseThread(s.operator, s.thread); s.must(err) },
			heard: []string{"One dropped"}, ended: "CLOSED", steps: "dropped true 2"},
		"replaced": {do: func(s scene) {
			s.say(s.thread, "more")
			s.until("the end of the first", func() bool { return s.heard.all()[0] == "One dropped" })
			s.pieces <- "Both"
			close(s.pieces)
		}, heard: []string{"One dropped", "Both stored"}, ended: "SUPERSEDED", steps: "dropped true 2, stop false 3"},
		"cut": {do: func(s scene) { s.pieces <- "!" },
			heard: []string{"One stored"}, ended: "CUT", steps: "cut true 2"},
		"panicked": {do: func(s scene) { s.pieces <- "panic" },
			heard: []string{"One stored"}, ended: "CUT", steps: "cut true 2"},
		"blocked": {reason: model.Blocked, do: func(s scene) { close(s.pieces) },
			heard: []string{"One dropped"}, ended: "BLOCKED", steps: "blocked false 3"},
		"refused": {do: func(s scene) { // by another replica, of which this one hears when it writes
			_, err := s.service(answers()).StopTurn(s.operator, s.thread)
			s.must(err)
			close(s.pieces)
		}, heard: []string{"One dropped"}, ended: "STOPPED", steps: "dropped false 3"},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				reason := tt.reason
				if reason == "" {
					reason = model.Stop
				}
				s := scene{heard: &hearing{}, pieces: make(chan string, 9)}
				s.world = newWorld(t, db, pen(s.pieces, reason), func(o *dialogue.Options) { o.Live = s.heard })
				s.thread = s.world.thread(s.agent(busy(agent.OnBusyRESTART), func(in *dialogue.AgentInput) { in.MaxWaitMs = ptr(60000) }), "Hi")
				s.pieces <- " \n"
				s.pieces <- "One "
				s.heardSoon(1)
				tt.do(s)
				s.quiet(s.thread)
				s.until("the end of the work", func() bool {
					return strings.HasPrefix(steps(s.world, s.thread), tt.steps) && len(s.heard.all()) == len(tt.heard) &&
						s.heard.all()[len(tt.heard)-1] == tt.heard[len(tt.heard)-1]
				})
				equal(t, "heard", s.heard.all(), tt.heard)
				first := db.Client.Turn.Query().Order(ent.Asc("created_at"), ent.Asc("id")).FirstX(s.ctx)
				equal(t, "end", first.Reason.String(), tt.ended)
				sum := db.Client.Step.Query().Where(step.TurnID(first.ID)).OnlyX(s.ctx)
				equal(t, "tokens of the turn", []int64{first.InputTokens, first.OutputTokens}, []int64{sum.InputTokens, sum.OutputTokens})
				for _, m := range db.Client.Message.Query().Where(message.ThreadID(s.thread), message.AuthorEQ(message.AuthorAGENT), message.ModelNEQ("")).AllX(s.ctx) {
					equal(t, "stored text", s.heard.of(m.ID), m.Text+" stored")
				}
			})
		})
	}
}

// steps shows a thread's steps in order: finish, whether the usage is estimated, output tokens.
func steps(w *world, threadID string) string {
	var all []string
	for _, st := range w.db.Client.Step.Query().Where(step.ThreadID(threadID)).Order(ent.Asc(step.FieldStartedAt)).AllX(w.ctx) {
		all = append(all, st.Finish+map[bool]string{true: " true ", false: " false "}[st.Estimated]+string(rune('0'+st.OutputTokens)))
	}
	return strings.Join(all, ", ")
}

func TestAProcessThatStopsEndsItsMessages(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := scene{heard: &hearing{}, pieces: make(chan string, 9)}
		s.world = newWorld(t, db, pen(s.pieces, model.Stop), func(o *dialogue.Options) { o.Live = s.heard })
		s.thread = s.world.thread(s.agent(), "Hi")
		s.pieces <- "One"
		s.heardSoon(1)
		s.stop()
		equal(t, "heard", s.heard.all(), []string{"One dropped"})
		s.run(s.service(answers(says("Again")), func(o *dialogue.Options) { o.Live = s.heard }))
		equal(t, "reason", s.reason(s.thread), "ANSWERED")
		equal(t, "heard", s.heard.all(), []string{"One dropped", "Again stored"})
		equal(t, "resumed", db.Client.Event.Query().Where(event.ThreadID(s.thread), event.Type(eventlog.TurnResumed)).CountX(s.ctx), 1)
	})
}

// A model that fails before it has written anything leaves nothing to be ended, and one that does not begin in time makes
// way for the next soon.
func TestAModelThatDoesNotBeginMakesWay(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		heard := &hearing{}
		silent := &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
			return func(yield func(model.Event, error) bool) {
				<-ctx.Done()
				yield(model.Event{}, &model.Error{Kind: model.Overloaded, Err: ctx.Err()})
			}
		}}
		w := newWorld(t, db, silent, func(o *dialogue.Options) {
			o.Live, o.FirstWithin, o.ModelIdle = heard, 50*time.Millisecond, time.Hour
			o.Providers["other"] = answers(func(ctx context.Context, _ model.Request) model.End {
				select { // the last one may take longer
				case <-time.After(150 * time.Millisecond):
				case <-ctx.Done():
				}
				return ended(text("I am here"))
			})
		})
		begun := time.Now()
		id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{"fake/one", "other"} }), "Hi")
		equal(t, "reason", w.reason(id), "ANSWERED")
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the answer took %v", took)
		}
		equal(t, "heard", heard.all(), []string{"I am here stored"})
	})
}

// What was said in vain is no part of what models read.
func TestModelsDoNotReadWhatWasDropped(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := scene{heard: &hearing{}, pieces: make(chan string, 9)}
		s.world = newWorld(t, db, pen(s.pieces, model.Stop), func(o *dialogue.Options) { o.Live = s.heard })
		s.thread = s.world.thread(s.agent(), "Hi")
		s.pieces <- "secret"
		s.heardSoon(1)
		_, err := s.s.StopTurn(s.operator, s.thread)
		s.must(err)
		s.until("the account", func() bool { return steps(s.world, s.thread) == "dropped true 2" })
		s.stop()
		read := make(chan string, 1)
		s.run(s.service(answers(func(_ context.Context, r model.Request) model.End {
			all := ""
			for _, m := range r.Messages {
				for _, p := range m.Parts {
					all += p.Text + "|"
				}
			}
			read <- all
			return ended(text("ok"))
		})))
		s.say(s.thread, "again")
		equal(t, "read", <-read, "Hi|again|")
		s.turns(s.thread, 2)
	})
}
