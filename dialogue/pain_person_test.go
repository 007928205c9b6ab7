package dialogue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// taking is a take-over that comes at one moment of a thread's turn. Just before it the customer writes more.
type taking struct {
	w      *world
	by     *dialogue.Service
	thread chan string
	once   sync.Once
}

func (k *taking) now() {
	k.once.Do(func() {
		id := <-k.thread
		_, _ = k.by.SendMessage(k.w.ctx, dialogue.MessageInput{ThreadID: id, Text: "more"}) // REJECT refuses it
		if _, err := k.by.TakeOver(k.w.operator, id); err != nil {
			k.w.t.Errorf("take over: %v", err)
		}
	})
}

// heedless is a model that goes on writing whatever becomes of its turn. What it does, and when the take-over comes, the
// customer's first word says.
func heedless(at func(r model.Request) func()) *fake {
	return &fake{func(_ context.Context, r model.Request) iter.Seq2[model.Event, error] {
		moment, _, _ := strings.Cut(r.Messages[0].Parts[0].Text, " ")
		take := at(r)
		asked := r.Messages[len(r.Messages)-1].Role == model.Tool
		args := fmt.Sprintf(`{"q":%q}`, r.Messages[0].Parts[0].Text)
		end := ended(text("I still talk"))
		switch {
		case asked && moment == "between-steps":
			take()
		case asked:
		case moment == "between-steps":
			end = ended(calling("success", `{}`))
		case moment == "calling":
			end = ended(calling("f", args))
		case moment == "parked":
			end = ended(calling("pay", args))
		case moment == "reserved": // eight at a time: two are not sent when the take-over comes
			var parts []model.Part
			for i := range 10 {
				parts = append(parts, calling("f", fmt.Sprintf(`{"n":%d,%s`, i, args[1:])))
			}
			end = ended(parts...)
		}
		return func(yield func(model.Event, error) bool) {
			if moment == "streaming" {
				_ = yield(model.Event{Delta: "I still"}, nil)
				take()
				if !yield(model.Event{Delta: " talk"}, nil) {
					return
				}
			}
			if moment == "answered" {
				take()
			}
			yield(model.Event{End: &end}, nil)
		}
	}}
}

// The bot goes on talking when a person has stepped in. Here a take-over ends the turn in its own transaction, and no write
// of an older turn is accepted after it, whatever the turn was doing and whichever process ran it.
func TestPain02_BotTalksOverTheHuman(t *testing.T) {
	moments := []string{"queued", "due", "streaming", "answered", "between-steps", "calling", "reserved", "parked"}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		takings := map[string]*taking{}
		find := func(r model.Request) func() { return takings[r.Messages[0].Parts[0].Text].now }
		o := func(o *dialogue.Options) { o.DrainFor = 30 * time.Second }
		w := newWorld(t, db, heedless(find), o)
		w.stop()
		w.s = w.service(heedless(find), o)
		elsewhere := w.service(answers()) // another process: its verbs cannot stop a worker of the first
		var sent tally
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent.add(string(body))
			var args struct{ Q string }
			if err := json.Unmarshal(body, &args); err != nil {
				t.Errorf("the call's body: %v", err)
				return
			}
			takings[args.Q].now()
			_, _ = io.WriteString(rw, "{}")
		})
		agents := map[agent.OnBusy]string{}
		for _, onBusy := range []agent.OnBusy{agent.OnBusyFOLD, agent.OnBusyENQUEUE, agent.OnBusyRESTART, agent.OnBusyREJECT} {
			agents[onBusy] = w.agent(busy(onBusy))
			w.function(agents[onBusy], "f", url)
			w.function(agents[onBusy], "pay", url, func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
			for _, moment := range moments {
				if moment == "reserved" && onBusy != agent.OnBusyFOLD {
					continue // ten calls each: once is enough
				}
				takings[fmt.Sprint(moment, " ", onBusy, " elsewhere")] = &taking{w: w, by: elsewhere, thread: make(chan string, 1)}
				if onBusy == agent.OnBusyFOLD {
					takings[fmt.Sprint(moment, " ", onBusy, " here")] = &taking{w: w, by: w.s, thread: make(chan string, 1)}
				}
			}
		}
		threads := map[string]string{}
		begin := func(queued bool) {
			for key, k := range takings {
				moment, rest, _ := strings.Cut(key, " ")
				if (moment == "queued") != queued {
					continue
				}
				onBusy, _, _ := strings.Cut(rest, " ")
				threads[key] = w.thread(agents[agent.OnBusy(onBusy)], key)
				k.thread <- threads[key]
				if moment == "queued" || moment == "due" {
					k.now()
				}
			}
		}
		begin(true) // nobody works yet
		stop, _ := w.run(w.s)
		begin(false)
		for key, id := range threads {
			if strings.HasPrefix(key, "parked") {
				w.parked(id)
				takings[key].now()
			}
			w.until("the take-over in "+key, func() bool { return strings.Contains(w.tags(id), "operator") })
		}
		stop() // whatever was under way has come to its end
		stop, _ = w.run(w.service(heedless(find)))
		unsent := 0
		for key, id := range threads {
			w.say(id, "are you there?")
			taken := *db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.OperatorTransferred)).OnlyX(w.ctx).Sequence
			for _, m := range db.Client.Message.Query().Where(message.ThreadID(id), message.AuthorEQ(message.AuthorAGENT)).AllX(w.ctx) {
				// A turn that is due may be over before the take-over comes.
				if m.Sequence > taken || m.Text == "I still talk" && !strings.HasPrefix(key, "due") {
					t.Errorf("%s: the agent said %q at %d, after the take-over at %d", key, m.Text, m.Sequence, taken)
				}
			}
			last := db.Client.Turn.Query().Where(turn.ThreadID(id)).Order(ent.Desc(turn.FieldCreatedAt)).FirstX(w.ctx)
			if last.State != turn.StateENDED || last.Reason.String() != "HANDED_OVER" && !strings.HasPrefix(key, "due") {
				t.Errorf("%s: the last turn is %s, %v", key, last.State, last.Reason)
			}
			if strings.HasPrefix(key, "reserved") {
				refused := db.Client.Call.Query().Where(call.ThreadID(id), call.StateEQ(call.StateREFUSED)).CountX(w.ctx)
				if unsent += refused; refused < 2 {
					t.Errorf("%s: %d calls were not sent, want at least 2", key, refused)
				}
			}
		}
		stop()
		open := db.Client.Call.Query().Where(call.StateIn(call.StateRESERVED, call.StateSENT, call.StateAWAITING_APPROVAL))
		equal(t, "calls without an end", open.CountX(w.ctx), 0)
		sent.once(t, 2*10-unsent+4+1)
	})
}

// A hand-over is silent, or the customer reads the same sentence twice. Here the text comes from one place, beside the call
// or its argument, the turn ends with it, and one event tells the operators.
func TestPain03_HandoffSilentOrSaidTwice(t *testing.T) {
	const says = "A colleague takes over."
	beside, argument := text(says), fmt.Sprintf(`{"reason":"asked","message":%q}`, says)
	rows := map[string][]model.Part{
		"beside":        {beside, calling("operator", `{"reason":"asked"}`)},
		"argument":      {calling("operator", argument)},
		"both":          {beside, calling("operator", argument)},
		"called twice":  {calling("operator", argument), calling("operator", argument)},
		"after a call":  {beside, calling("f", `{}`), calling("operator", argument)},
		"before a call": {calling("operator", argument), calling("f", `{}`)},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked tally
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			row := r.Messages[0].Parts[0].Text
			if asked.add(row); r.Messages[len(r.Messages)-1].Role == model.User {
				return does(rows[row]...)(nil, r)
			}
			return ended(text(says)) // as models do after a call
		}))
		a := w.agent()
		w.function(a, "f", endpoint(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "{}") }))
		threads := map[string]string{}
		for row := range rows {
			threads[row] = w.thread(a, row)
		}
		for row, id := range threads {
			t.Run(row, func(t *testing.T) {
				w := w.in(t)
				equal(t, "reason", w.reason(id), "HANDED_OVER")
				equal(t, "status", w.row(id).Status.String(), "WAITING_FOR_OPERATOR")
				_, err := w.s.TakeOver(w.operator, id)
				w.must(err)
				w.say(id, "hello?")
				w.turns(id, 1)
				equal(t, "said", w.said(id), []string{"CUSTOMER " + row, "AGENT " + says, "CUSTOMER hello?"})
				equal(t, "events", w.events(id), []string{"operator.transferred"})
			})
		}
		asked.once(t, len(rows))
	})
}

// Once a person had the talk the bot stays silent for ever, because its history says that it is to be silent. Here what
// silenced it reads as a fact of a moment, and the model is told when it ended, and answers what is unanswered.
func TestPain04_NoWayBackToTheBot(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		read := make(chan []string, 1)
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			last := r.Messages[len(r.Messages)-1]
			if len(r.Messages) == 1 {
				return ended(calling(last.Parts[0].Text, `{}`))
			}
			var lines []string
			for _, m := range r.Messages {
				for _, p := range m.Parts {
					if p.Result != nil {
						lines = append(lines, string(p.Result.Body))
					} else {
						lines = append(lines, p.Text)
					}
				}
			}
			read <- lines
			return ended(text("I am back"))
		}))
		for tag, row := range map[string]struct {
			back        func(id string) (dialogue.ID, error)
			result, end string
		}{
			"operator": {func(id string) (dialogue.ID, error) { return w.s.HandBack(w.operator, id) },
				"at this moment", "[system] A person had this talk from "},
			"close": {func(id string) (dialogue.ID, error) { return w.s.ReopenThread(w.operator, id) },
				"at this moment", "[system] The dialogue was opened again at "},
			"is_bot": {func(id string) (dialogue.ID, error) { return w.s.RemoveTag(w.operator, id, "is_bot") },
				"from this moment on", "[system] The other side no longer counts as a machine since "},
		} {
			t.Run(tag, func(t *testing.T) {
				w := w.in(t)
				id := w.thread(w.agent(), tag)
				w.turns(id, 1)
				_, err := w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "Ann here"})
				w.must(err)
				w.say(id, "one question")
				w.say(id, "are you there?")
				w.turns(id, 1)
				_, err = row.back(id)
				w.must(err)
				w.turns(id, 2)
				equal(t, "said last", w.said(id)[len(w.said(id))-1], "AGENT I am back")
				lines := <-read
				// In this order, with nothing after them that says otherwise.
				for _, want := range []string{row.result, "[operator Ann] Ann here", "one question", "are you there?", row.end} {
					for len(lines) > 0 && !strings.Contains(lines[0], want) {
						lines = lines[1:]
					}
					if len(lines) == 0 {
						t.Fatalf("the model did not read %q where it belongs", want)
					}
				}
				if !strings.Contains(lines[0], "no longer holds") {
					t.Errorf("the model read %q", lines[0])
				}
			})
		}
	})
}
