package dialogue_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// callsOnce is a model that calls f when the customer has spoken, and then says "Done".
func callsOnce() *fake {
	return always(func(_ context.Context, r model.Request) model.End {
		if r.Messages[len(r.Messages)-1].Role == model.Tool {
			return ended(text("Done"))
		}
		return ended(calling("f", `{}`))
	})
}

// A slow function is run a second time by a retry, a lease that ran out or a second worker. Here a call is marked as sent
// before it leaves, leases are renewed while it runs, and what may have arrived is not repeated.
func TestPain06_AFunctionRunTwice(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		t.Run("slower than the lease", func(t *testing.T) {
			lease := func(o *dialogue.Options) { o.LeaseFor = 2 * time.Second }
			var arrived tally
			w := newWorld(t, db, callsOnce(), lease)
			w.run(w.service(callsOnce(), lease)) // would take the turn over
			a := w.agent()
			w.function(a, "f", endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
				arrived.add(r.Header.Get("Idempotency-Key"))
				time.Sleep(4500 * time.Millisecond)
				_, _ = io.WriteString(rw, "{}")
			}))
			id := w.thread(a, "go")
			tn := w.turns(id, 1)[0]
			equal(t, "turn", []any{tn.Reason, tn.Fence, tn.Attempts}, []any{"ANSWERED", 1, 0})
			arrived.once(t, 1)
			equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT Done"})
		})
		t.Run("crash while it runs", func(t *testing.T) {
			w, id, keys := abandoned(t, db, false)
			w.run(w.service(answers(says("Done"))))
			w.run(w.service(answers(says("Done"))))
			w.turns(id, 1)
			equal(t, "requests", len(keys()), 1)
			equal(t, "call", []any{w.calls(id)[0].State, w.calls(id)[0].Sends}, []any{"UNKNOWN", 1})
		})
		t.Run("two services", func(t *testing.T) {
			var arrived tally
			w := newWorld(t, db, callsOnce())
			w.run(w.service(callsOnce()))
			a := w.agent()
			w.function(a, "f", endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
				arrived.add(r.Header.Get("Idempotency-Key"))
				_, _ = io.WriteString(rw, "{}")
			}))
			var threads []string
			for range 10 {
				threads = append(threads, w.thread(a, "go"))
			}
			for _, id := range threads {
				equal(t, "reason", w.reason(id), "ANSWERED")
			}
			arrived.once(t, len(threads))
		})
		t.Run("endpoints that fail", func(t *testing.T) {
			w := newWorld(t, db, callsOnce())
			gone := httptest.NewServer(nil)
			gone.Close()
			for name, row := range map[string]struct {
				handler http.HandlerFunc
				arrive  int // requests
				state   call.State
			}{
				"hangs up":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 1, call.StateUNKNOWN},
				"fails":      {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(500) }, 1, call.StateFAILED},
				"cannot now": {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) }, 1, call.StateFAILED},
				"wants it again": {func(rw http.ResponseWriter, _ *http.Request) {
					rw.Header().Set("Retry-After", "0")
					rw.WriteHeader(429)
				}, 2, call.StateFAILED},
				"never answers": {func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				}, 1, call.StateUNKNOWN},
				"breaks off": {func(rw http.ResponseWriter, _ *http.Request) {
					rw.Header().Set("Content-Length", "99")
					_, _ = io.WriteString(rw, "{")
				}, 1, call.StateUNKNOWN},
				"is not there": {nil, 0, call.StateFAILED},
			} {
				t.Run(name, func(t *testing.T) {
					w := w.in(t)
					var arrived tally
					requests, url := 0, gone.URL
					if row.handler != nil {
						url = endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
							arrived.add(r.Header.Get("Idempotency-Key"))
							row.handler(rw, r)
						})
					}
					a := w.agent()
					w.function(a, "f", url, func(in *dialogue.FunctionInput) { in.TimeoutMs = ptr(1000) })
					id := w.thread(a, "go")
					equal(t, "reason", w.reason(id), "ANSWERED")
					c := w.calls(id)[0]
					arrived.mu.Lock()
					defer arrived.mu.Unlock()
					for key, n := range arrived.n {
						equal(t, "key", key, c.ID)
						requests += n
					}
					equal(t, "call", []any{c.State, c.Sends, requests}, []any{row.state, 1, row.arrive})
				})
			}
		})
	})
}

// A run that died with its process is shown as running for ever, and its thread is lost. Here whatever a dead process left
// comes to its end in another one, new words are taken and answered meanwhile, and nothing that the dead still says is stored.
func TestPain07_RunsThatAreGhosts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		open, reached := make(chan struct{}), make(chan struct{}, 9)
		dead := always(func(_ context.Context, r model.Request) model.End {
			switch last := r.Messages[len(r.Messages)-1]; {
			case last.Role == model.Tool:
			case last.Parts[0].Text == "writing":
				reached <- struct{}{}
				<-open
			case last.Parts[0].Text == "calling":
				return ended(calling("f", `{}`))
			case last.Parts[0].Text == "parked":
				return ended(calling("pay", `{}`))
			}
			return ended(text("said by the dead"))
		})
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/f" {
				reached <- struct{}{}
				<-open
			}
			_, _ = io.WriteString(rw, "{}")
		})
		w := newWorld(t, db, dead, func(o *dialogue.Options) { o.DrainFor = time.Minute })
		a := w.agent()
		w.function(a, "f", url+"/f")
		w.function(a, "pay", url+"/pay", func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
		threads := map[string]string{}
		for _, state := range []string{"writing", "calling", "parked"} {
			threads[state] = w.thread(a, state)
		}
		<-reached
		<-reached
		w.parked(threads["parked"])
		w.halt()
		time.Sleep(100 * time.Millisecond) // claims no more
		for _, state := range []string{"due", "claimed", "begun"} {
			threads[state] = w.thread(a, state)
		}
		leave := func(id string) *ent.TurnUpdate {
			return db.Client.Turn.Update().Where(turn.ThreadID(id)).SetState(turn.StateRUNNING).SetLeaseOwner("dead").SetFence(1).SetLeaseUntil(1)
		}
		leave(threads["claimed"]).ExecX(w.ctx)
		leave(threads["begun"]).SetStartedAt(w.row(threads["begun"]).CreatedAt).ExecX(w.ctx)
		for state, id := range threads {
			w.say(id, "still "+state)
			w.expire(id)
		}
		_, err := w.s.ApproveCall(w.operator, w.calls(threads["parked"])[0].ID)
		w.must(err)
		w.run(w.service(answers()))
		for state, id := range threads {
			w.quiet(id)
			w.say(id, "and now?")
			w.quiet(id)
			said := w.said(id)
			if last := said[len(said)-1]; last != "AGENT ok" {
				t.Errorf("%s: the end is %q", state, last)
			}
			unread := db.Client.Message.Query().Where(message.ThreadID(id), message.AuthorEQ(message.AuthorCUSTOMER)).CountX(w.ctx)
			equal(t, state+": words taken", unread, 3)
		}
		close(open)
		w.stop() // the dead has spoken
		equal(t, "turns without an end", db.Client.Turn.Query().Where(turn.StateNEQ(turn.StateENDED)).CountX(w.ctx), 0)
		equal(t, "words of the dead", db.Client.Message.Query().Where(message.Text("said by the dead")).CountX(w.ctx), 0)
		left := db.Client.Call.Query().Where(call.StateIn(call.StateRESERVED, call.StateSENT, call.StateAWAITING_APPROVAL))
		equal(t, "calls without an end", left.CountX(w.ctx), 0)
	})
}

// A cap is passed by, or ends the dialogue with an error or with what a function answered. Here each limit ends with words
// for the customer, keeps room for them, and is named in the event.
func TestPain08_CapsIgnoredOrEndingInRubbish(t *testing.T) {
	rows := map[string]struct {
		change    func(*dialogue.AgentInput)
		why, said string
	}{
		"calls":  {func(in *dialogue.AgentInput) { in.MaxCalls = ptr(3) }, "calls: the model wanted more than 3", "That is all I found"},
		"steps":  {func(in *dialogue.AgentInput) { in.MaxSteps = ptr(3) }, "steps: the model took 3", "That is all I found"},
		"tokens": {func(in *dialogue.AgentInput) { in.MaxTurnTokens = ptr(1000) }, "tokens: the turn used 700 of 1000", "That is all I found"},
		"daily":  {func(in *dialogue.AgentInput) { in.DailyTokens = ptr(int64(600)) }, "daily tokens: the agent has used up its 600", "fallback"},
		"clock":  {func(in *dialogue.AgentInput) { in.MaxTurnSeconds = ptr(5) }, "wall clock: the turn took more than 5 s", "fallback"},
		"stubborn": {func(in *dialogue.AgentInput) { in.MaxSteps = ptr(3) },
			"steps: the model took 3", "fallback"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			row := r.Messages[0].Parts[0].Text
			end := ended(calling("f", fmt.Sprintf(`{"q":%q,"n":%d}`, row, len(r.Messages))))
			if len(r.Functions) == 0 && row != "stubborn" {
				end = ended(text("That is all I found"))
			}
			end.Usage = model.Usage{Input: 300, Output: 50}
			if len(r.Functions) == 0 {
				end.Usage = model.Usage{Input: 200, Output: 50}
			}
			return end
		}))
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "clock") {
				<-r.Context().Done()
				return
			}
			_, _ = io.WriteString(rw, `{"raw":"RAW"}`)
		})
		threads := map[string]string{}
		for row, r := range rows {
			a := w.agent(r.change)
			w.function(a, "f", url)
			threads[row] = w.thread(a, row)
		}
		for row, r := range rows {
			t.Run(row, func(t *testing.T) {
				w := w.in(t)
				id := threads[row]
				tn := w.turns(id, 1)[0]
				equal(t, "said", w.said(id), []string{"CUSTOMER " + row, "AGENT " + r.said})
				last := db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.TurnEnded)).OnlyX(w.ctx)
				var data eventlog.Data
				w.must(last.Data.Decode(&data))
				equal(t, "event", []string{data.Reason, data.Text}, []string{"LIMIT", r.why})
				if row == "tokens" && tn.InputTokens+tn.OutputTokens > 1000 {
					t.Errorf("the turn used %d tokens of 1000", tn.InputTokens+tn.OutputTokens)
				}
			})
		}
	})
}
