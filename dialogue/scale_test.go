package dialogue_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/predicate"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// tally counts requests by what tells them apart.
type tally struct {
	mu sync.Mutex // protects n
	n  map[string]int
}

func (c *tally) add(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[key]++
}

// once checks that there were so many keys, and each once.
func (c *tally) once(t *testing.T, keys int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	equal(t, "different requests", len(c.n), keys)
	for key, n := range c.n {
		if n != 1 {
			t.Errorf("%s arrived %d times", key, n)
		}
	}
}

// Twenty-five steps of four calls are the hundred calls a turn may make: each arrives once. The next step's calls are
// answered as over the limit, and the customer still gets an answer in words.
func TestAHundredCallsInTwentyFiveSteps(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var arrived tally
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			arrived.add(string(body))
			_, _ = io.WriteString(rw, `{"raw":true}`)
		})
		var steps []answerFunc
		for i := range 26 {
			var parts []model.Part
			for j := range 4 {
				parts = append(parts, calling("f", fmt.Sprintf(`{"n":%d}`, 4*i+j)))
			}
			steps = append(steps, does(parts...))
		}
		done := make(chan struct{})
		w := newWorld(t, db, answers(append(steps, func(context.Context, model.Request) model.End {
			close(done)
			return ended(text("That is what I found"))
		})...))
		a := w.agent(func(in *dialogue.AgentInput) { in.MaxSteps, in.MaxCalls = ptr(40), ptr(100) })
		w.function(a, "f", url)
		id := w.thread(a, "go")
		<-done // waits without asking the database
		tn := w.turns(id, 1)[0]
		equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"LIMIT", "calls: the model wanted more than 100"})
		arrived.once(t, 100)
		states := map[string]int{}
		for i, c := range w.calls(id) {
			if states[c.State.String()]++; i >= 100 && !strings.Contains(c.Result.String(), "at most 100 calls are allowed") {
				t.Errorf("the model was told %s", c.Result)
			}
		}
		equal(t, "calls", states, map[string]int{"ANSWERED": 100, "REFUSED": 4})
		equal(t, "steps", tn.StepsUsed, 27)
		equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT That is what I found"})
	})
}

// One step may call a hundred functions at a hundred addresses. Each is called once, and each result stands behind its
// own call.
func TestAHundredFunctionsAtAHundredAddresses(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var arrived tally
		var parts []model.Part
		for i := range 100 {
			parts = append(parts, calling(fmt.Sprint("f", i), `{}`))
		}
		read := make(chan []model.Part, 1)
		w := newWorld(t, db, answers(does(parts...), func(_ context.Context, r model.Request) model.End {
			read <- r.Messages[len(r.Messages)-1].Parts
			return ended(text("all done"))
		}))
		a := w.agent()
		for i := range 100 {
			w.function(a, fmt.Sprint("f", i), endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
				arrived.add(fmt.Sprint("f", i))
				_, _ = fmt.Fprintf(rw, `{"from":"f%d."}`, i)
			}))
		}
		id := w.thread(a, "go")
		results := <-read
		equal(t, "reason", w.reason(id), "ANSWERED")
		arrived.once(t, 100)
		equal(t, "results", len(results), 100)
		for i, p := range results {
			if p.Result.Name != fmt.Sprint("f", i) || !strings.Contains(string(p.Result.Body), fmt.Sprintf(`"f%d."`, i)) {
				t.Errorf("result %d is of %s: %s", i, p.Result.Name, p.Result.Body)
			}
		}
	})
}

// Eight calls of one step that take 300 ms each take little more than 300 ms together.
func TestSlowCallsOfOneStepTakeNoLongerThanOne(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			time.Sleep(300 * time.Millisecond)
			_, _ = io.WriteString(rw, "{}")
		})
		var parts []model.Part
		for i := range 8 {
			parts = append(parts, calling("f", fmt.Sprintf(`{"n":%d}`, i)))
		}
		w := newWorld(t, db, answers(does(parts...)))
		a := w.agent()
		w.function(a, "f", url)
		id := w.thread(a, "go")
		equal(t, "reason", w.reason(id), "ANSWERED")
		var first, last ms.Time
		for _, c := range w.calls(id) {
			if first == 0 || *c.SentAt < first {
				first = *c.SentAt
			}
			last = max(last, *c.EndedAt)
		}
		if took := last.Sub(first); took >= 900*time.Millisecond {
			t.Errorf("eight calls of 300 ms took %v", took)
		}
	})
}

// A thousand turns are due at once, nine tenths of them one workspace's, and most of those one agent's: who has few is
// served long before who has many, among workspaces and among the agents of one.
func TestWhoHasFewTurnsIsServedBeforeWhoHasMany(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		provider := always(func(context.Context, model.Request) model.End {
			time.Sleep(20*time.Millisecond + rand.N(30*time.Millisecond))
			return ended(text("ok"))
		})
		w := newWorld(t, db, provider)
		w.stop()
		big := *w
		agents := map[string]*world{} // those that have few turns, with their workspace
		mostly := big.agent()
		big.fill(mostly, 800) // the oldest
		for range 2 {
			a := big.agent()
			agents[a] = &big
			big.fill(a, 50)
		}
		for range 4 {
			small := *w
			small.workspace, small.ctx = storagetest.Workspace(t, db, id.New("wld"))
			a := small.agent()
			agents[a] = &small
			small.fill(a, 25)
		}
		w.run(w.service(provider, func(o *dialogue.Options) { o.PollFor = time.Second }))

		// ends waits for all turns of a workspace or of one of its agents, and returns when they ended, in order.
		ends := func(w *world, of ...predicate.Turn) (all []ms.Time) {
			t.Helper()
			for deadline := time.Now().Add(4 * time.Minute); db.Client.Turn.Query().Where(of...).Where(turn.StateNEQ(turn.StateENDED)).ExistX(w.ctx); {
				if time.Now().After(deadline) {
					t.Fatal("the turns do not end")
				}
				time.Sleep(100 * time.Millisecond)
			}
			for _, tn := range db.Client.Turn.Query().Where(of...).AllX(w.ctx) {
				equal(t, "reason", tn.Reason.String(), "ANSWERED")
				all = append(all, *tn.EndedAt)
			}
			slices.Sort(all)
			return all
		}
		workspace, agent := ends(&big), ends(&big, turn.AgentID(mostly))
		for agentID, of := range agents {
			few, many := ends(of, turn.AgentID(agentID)), workspace
			if of == &big {
				many = agent
			}
			if last, half := few[len(few)-1], many[len(many)/2]; last >= half {
				t.Errorf("the last of %d turns ended %v after half of %d", len(few), last.Sub(half), len(many))
			} else {
				t.Logf("the last of %d turns ended %v before half of %d", len(few), half.Sub(last), len(many))
			}
		}
	})
}

// fill makes threads of an agent whose turn is due now, all in one transaction.
func (w *world) fill(agentID string, threads int) {
	w.t.Helper()
	w.must(w.log.Write(w.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		c, err := tx.Client().Customer.Create().SetWorkspaceID(w.workspace).SetName("Kim").Save(ctx)
		if err != nil {
			return err
		}
		for range threads {
			th, err := tx.NewThread(ctx, w.workspace, tx.Client().Thread.Create().SetAgentID(agentID).SetCustomerID(c.ID).SetChannel("test"))
			if err != nil {
				return err
			}
			if _, err := th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("Hi")); err != nil {
				return err
			}
			err = tx.Client().Turn.Create().SetWorkspaceID(w.workspace).SetThreadID(th.Row.ID).SetAgentID(agentID).
				SetDueAt(tx.Now).SetFirstMessageAt(tx.Now).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}
