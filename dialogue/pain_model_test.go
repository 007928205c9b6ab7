package dialogue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/message"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
	"parley/trace"
)

// counted is a model that counts its questions under a name.
func counted(asked *tally, name string, inner model.Provider) *fake {
	return &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
		asked.add(name)
		return inner.Generate(ctx, r)
	}}
}

// lines is a log that a test reads.
type lines struct {
	mu  sync.Mutex // protects buf
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var silentModel = &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		<-ctx.Done()
		yield(model.Event{}, &model.Error{Kind: model.KindCut, Err: ctx.Err()})
	}
}}

// An overloaded model means no answer, after hidden retries of a minute and more. Here the agent's next model is asked at
// once, one that hangs is given up, each is asked as often as is written, and each failure stands in the log.
func TestPain10_NothingBehindAnOverloadedModel(t *testing.T) {
	overloaded := breaking("", &model.Error{Kind: model.Overloaded, Status: 503, Err: errors.New("come back later")})
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked tally
		var log lines
		w := newWorld(t, db, counted(&asked, "fake", answers()), func(o *dialogue.Options) {
			o.FirstWithin = 300 * time.Millisecond // of a model with another one behind it
			o.Providers["busy"] = counted(&asked, "busy", overloaded)
			o.Providers["hung"] = counted(&asked, "hung", silentModel)
			o.Logger = slog.New(trace.NewHandler(slog.NewTextHandler(&log, nil)))
		})
		models := func(all ...string) func(*dialogue.AgentInput) {
			return func(in *dialogue.AgentInput) { in.Models = &all }
		}
		start := time.Now()
		id := w.thread(w.agent(models("busy/a", "hung/b", "fake/c")), "go")
		tn := w.turns(id, 1)[0]
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the answer took %v", took)
		}
		equal(t, "reason", tn.Reason.String(), "ANSWERED")
		asked.once(t, 3)
		m := db.Client.Message.Query().Where(message.ThreadID(id), message.AuthorEQ(message.AuthorAGENT)).OnlyX(w.ctx)
		st := db.Client.Step.Query().Where(step.ThreadID(id)).OnlyX(w.ctx)
		equal(t, "who answered", []string{m.Model, st.Provider, st.Model}, []string{"fake/c", "fake", "c"})
		for _, failed := range []string{"busy/a", "hung/b"} {
			told := slices.ContainsFunc(strings.Split(log.String(), "\n"), func(line string) bool {
				return strings.Contains(line, "model="+failed+" error=") && strings.Contains(line, "thread="+id+" turn="+tn.ID)
			})
			if !told {
				t.Errorf("the failure of %s does not stand in the log:\n%s", failed, log.String())
			}
		}

		asked = tally{}
		id = w.thread(w.agent(models("hung/b", "busy/a")), "go")
		tn = w.turns(id, 1)[0]
		equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"FAILED", "the model is not available: overloaded"})
		equal(t, "questions, and none hidden", asked.n, map[string]int{"busy": 2, "hung": 2})
		equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT fallback"})
	})
}

// A provider refuses the history because its signatures were lost, or a result does not follow its call. Here what a
// provider said goes back to it byte for byte and to no other, and results follow their calls in the order of the calls,
// whoever wrote in between.
func TestPain11_SignaturesAndPairing(t *testing.T) {
	wire := func(p model.Part, bytes string) model.Part {
		p.Wire = []byte(bytes)
		return p
	}
	called := func(id string, n int) model.Part {
		p := wire(calling("f", fmt.Sprintf(`{"n":%d,"q":"1.50"}`, n)), fmt.Sprintf(`{"signature" : "%s==", "n":1.0}`, id))
		p.Call.ID = id
		return p
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		saidFirst := []model.Part{wire(text("I look it up. "), `{"signature":"T==",  "x":[1]}`), called("c-3", 3), called("c-1", 1), called("c-2", 2)}
		read := make(chan model.Request, 3)
		reached, open := make(chan struct{}, 3), make(chan struct{})
		first := answers(does(saidFirst...), func(_ context.Context, r model.Request) model.End {
			read <- r
			return ended(text("Found"))
		})
		questions := 0
		w := newWorld(t, db, &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
			if questions++; questions > 2 { // one turn at a time: no lock needed
				return breaking("", &model.Error{Kind: model.Overloaded}).Generate(ctx, r)
			}
			return first.Generate(ctx, r)
		}}, func(o *dialogue.Options) {
			o.Providers["other"] = answers(func(_ context.Context, r model.Request) model.End {
				read <- r
				return ended(text("Bye"))
			})
		})
		a := w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{"fake/one", "other/two"} })
		w.function(a, "f", endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			reached <- struct{}{}
			<-open
			if strings.Contains(string(body), "3") { // the first call is answered last
				time.Sleep(100 * time.Millisecond)
			}
			_, _ = rw.Write(body)
		}))
		id := w.thread(a, "one")
		for range 3 {
			<-reached
		}
		w.say(id, "two")
		w.say(id, "three")
		close(open)
		equal(t, "reason", w.reason(id), "ANSWERED")
		r := <-read
		roles := ""
		for _, m := range r.Messages {
			roles += string(m.Role) + " "
		}
		equal(t, "order", roles, "user model tool user ")
		equal(t, "provider", r.Messages[1].Provider, "fake")
		for i, p := range r.Messages[1].Parts {
			want := saidFirst[i]
			equal(t, "the provider's bytes", string(p.Wire), string(want.Wire))
			if want.Call == nil {
				equal(t, "text", p.Text, want.Text)
				continue
			}
			equal(t, "call", []string{p.Call.ID, p.Call.Name, string(p.Call.Args)}, []string{want.Call.ID, "f", string(want.Call.Args)})
			res := r.Messages[2].Parts[i-1].Result
			if res.CallID != want.Call.ID || !strings.Contains(string(res.Body), `"n":`+want.Call.ID[2:]) {
				t.Errorf("the result beside %s is of %s: %s", want.Call.ID, res.CallID, res.Body)
			}
		}
		equal(t, "words meanwhile", []string{r.Messages[3].Parts[0].Text, r.Messages[3].Parts[1].Text}, []string{"two", "three"})

		w.say(id, "four")
		w.turns(id, 2)
		r = <-read
		for _, m := range r.Messages {
			for _, p := range m.Parts {
				if len(p.Wire) > 0 {
					t.Errorf("another provider got %s of %s", p.Wire, m.Provider)
				}
			}
		}
		equal(t, "what it reads", r.Messages[1].Parts[1].Call.ID, "c-3")
	})
}

// A stream reports no usage, or is cut before it does, and its tokens are booked as zero. Here each answer's usage stands on
// its step, its message and its turn, and what was cut off or dropped is reckoned.
func TestPain12_UsageRecordedAsZeroOnStreams(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		used := func(in, out int64, parts ...model.Part) answerFunc {
			return func(context.Context, model.Request) model.End {
				end := ended(parts...)
				end.Usage = model.Usage{Input: in, Cached: 3, Output: out, Thinking: 2}
				return end
			}
		}
		w := newWorld(t, db, answers(used(100, 20, calling("success", `{}`)), used(150, 30, text("Done"))))
		id := w.thread(w.agent(), "go")
		tn := w.turns(id, 1)[0]
		equal(t, "turn", []int64{tn.InputTokens, tn.OutputTokens}, []int64{250, 50})
		steps := func(w *world, id string) []*ent.Step {
			return db.Client.Step.Query().Where(step.ThreadID(id)).Order(ent.Asc(step.FieldCreatedAt), step.ByNumber()).AllX(w.ctx)
		}
		var all [][]int64
		for _, st := range steps(w, id) {
			all = append(all, []int64{st.InputTokens, st.CachedTokens, st.OutputTokens, st.ThinkingTokens})
		}
		equal(t, "steps", all, [][]int64{{100, 3, 20, 2}, {150, 3, 30, 2}})
		m := db.Client.Message.GetX(w.ctx, *w.row(id).LastMessageID)
		equal(t, "message, with the step before it", []int64{m.InputTokens, m.OutputTokens}, []int64{250, 50})
		w.stop()

		reckoned := func(t *testing.T, w *world, id, finish string) {
			t.Helper()
			all := steps(w, id)
			if len(all) != 1 {
				t.Fatalf("there are %d steps", len(all))
			}
			st := all[0]
			if st.Finish != finish || !st.Estimated || st.InputTokens == 0 || st.OutputTokens == 0 {
				t.Errorf("the step is %s, estimated %v, of %d and %d tokens", st.Finish, st.Estimated, st.InputTokens, st.OutputTokens)
			}
			tn := w.turns(id, 1)[0]
			equal(t, "turn", []int64{tn.InputTokens, tn.OutputTokens}, []int64{st.InputTokens, st.OutputTokens})
		}
		t.Run("a cut stream", func(t *testing.T) {
			w := newWorld(t, db, breaking("I was going to", nil))
			id := w.thread(w.agent(), "go")
			equal(t, "reason", w.reason(id), "CUT")
			reckoned(t, w, id, model.Cut)
			w.stop()
		})
		t.Run("a dropped answer", func(t *testing.T) {
			reached := make(chan struct{}, 1)
			w := newWorld(t, db, &fake{func(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
				return func(yield func(model.Event, error) bool) {
					if !yield(model.Event{Delta: "I was going to"}, nil) {
						return
					}
					reached <- struct{}{}
					<-ctx.Done()
					yield(model.Event{}, &model.Error{Kind: model.KindCut, Emitted: true, Err: ctx.Err()})
				}
			}})
			id := w.thread(w.agent(), "go")
			<-reached
			_, err := w.s.TakeOver(w.operator, id)
			w.must(err)
			equal(t, "reason", w.reason(id), "HANDED_OVER")
			w.until("the account of it", func() bool { return len(steps(w, id)) > 0 })
			reckoned(t, w, id, "dropped")
			equal(t, "said", w.said(id), []string{"CUSTOMER go"})
		})
	})
}
