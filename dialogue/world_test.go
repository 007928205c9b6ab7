package dialogue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/apikey"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/outbound"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a model whose answers a test writes.
type fake struct {
	generate func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error]
}

var _ model.Provider = (*fake)(nil)

func (f *fake) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return f.generate(ctx, r)
}

// answers is a model that answers its n-th question with the n-th function, and all later ones with "ok".
func answers(all ...func(ctx context.Context, r model.Request) model.End) *fake {
	var mu sync.Mutex
	n := 0
	return &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
		mu.Lock()
		next := says("ok")
		if n < len(all) {
			next = all[n]
		}
		n++
		mu.Unlock()
		return func(yield func(model.Event, error) bool) {
			end := next(ctx, r)
			if ctx.Err() != nil {
				yield(model.Event{}, &model.Error{Kind: model.KindCut, Err: ctx.Err()})
				return
			}
			for _, p := range end.Message.Parts {
				if p.Text != "" && !yield(model.Event{Delta: p.Text}, nil) {
					return
				}
			}
			yield(model.Event{End: &end}, nil)
		}
	}}
}

// always is a model that answers every question with the same function.
func always(f answerFunc) *fake {
	return &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
		return answers(f).Generate(ctx, r)
	}}
}

type answerFunc = func(ctx context.Context, r model.Request) model.End

func ended(parts ...model.Part) model.End {
	reason := model.Stop
	if slices.ContainsFunc(parts, func(p model.Part) bool { return p.Call != nil }) {
		reason = model.Tools
	}
	return model.End{Message: model.Message{Role: model.Model, Parts: parts}, Reason: reason, Usage: model.Usage{Input: 10, Output: 5}}
}

func text(s string) model.Part { return model.Part{Text: s} }

func calling(name, args string) model.Part {
	return model.Part{Call: &model.Call{ID: "p" + name, Name: name, Args: json.RawMessage(args)}}
}

func says(s string) answerFunc {
	return func(context.Context, model.Request) model.End { return ended(text(s)) }
}

func does(parts ...model.Part) answerFunc {
	return func(context.Context, model.Request) model.End {
		copied := slices.Clone(parts)
		for i, p := range copied {
			if p.Call != nil {
				c := *p.Call
				copied[i].Call = &c
			}
		}
		return ended(copied...)
	}
}

// world is a workspace with the engine on it.
type world struct {
	t         testing.TB
	db        *storage.DB
	workspace string
	ctx       context.Context // the program in the workspace
	operator  context.Context // an operator named Ann
	key       string
	log       *eventlog.Log
	keys      *seal.Keys
	client    *outbound.Client
	guard     *outbound.Guard
	s         *dialogue.Service // runs turns
	stop      func()            // ends its Run, and waits for that
	halt      func()            // ends its Run, which claims no more; what runs goes on for its DrainFor
}

// newWorld makes a workspace with an engine. The engines of two worlds on one database run each other's turns: stop the
// first before making the second.
func newWorld(t testing.TB, db *storage.DB, provider model.Provider, change ...func(*dialogue.Options)) *world {
	t.Helper()
	workspace, ctx := storagetest.Workspace(t, db, id.New("wld"))
	w := &world{t: t, db: db, workspace: workspace, ctx: ctx, log: eventlog.New(db.Client, db.Dialect, nil)}
	if _, isTest := t.(*testing.T); isTest { // a benchmark would count it
		storagetest.CheckBodies(ctx, t, db)
	}
	w.guard = outbound.NewGuard(outbound.GuardOptions{AllowLoopback: true, AllowHTTP: true})
	w.client = outbound.New(outbound.Options{Guard: w.guard, HeaderTimeout: -1})
	t.Cleanup(w.client.CloseIdle)
	var err error
	if w.keys, err = seal.Parse(seal.Generate()); err != nil {
		t.Fatal(err)
	}
	ann := db.Client.APIKey.Create().SetName("Ann").SetRole(apikey.RoleOPERATOR).SetHash(workspace).SetHint("x").SaveX(ctx)
	w.key = ann.ID
	w.operator = viewer.NewContext(t.Context(), viewer.Viewer{Workspace: workspace, Role: viewer.Operator, Key: ann.ID, Name: "Ann"})
	w.s = w.service(provider, change...)
	w.stop, w.halt = w.run(w.s)
	return w
}

// in returns the world for a sub-test.
func (w *world) in(t testing.TB) *world {
	sub := *w
	sub.t = t
	return &sub
}

func (w *world) service(provider model.Provider, change ...func(*dialogue.Options)) *dialogue.Service {
	o := dialogue.Options{
		Providers: map[string]model.Provider{"fake": provider}, DefaultModel: "fake/one",
		RetryPause: time.Millisecond, PollFor: 50 * time.Millisecond, DrainFor: -1,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if testing.Verbose() {
		o.Logger = slog.New(slog.NewTextHandler(w.t.Output(), nil))
	}
	for _, c := range change {
		c(&o)
	}
	return dialogue.New(w.log, w.keys, w.client, w.guard, o)
}

// run runs the workers of s until the test ends or stop is called. Halt begins that and does not wait.
func (w *world) run(s *dialogue.Service) (stop, halt func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.t.Errorf("Run: %v", err)
			}
		})
	}
	w.t.Cleanup(stop)
	return stop, cancel
}

func ptr[T any](v T) *T { return &v }

// agent makes an agent that answers at once.
func (w *world) agent(change ...func(*dialogue.AgentInput)) string {
	w.t.Helper()
	in := dialogue.AgentInput{Name: ptr("Bot"), QuietMs: ptr(0), FallbackText: ptr("fallback"), Region: ptr("DE")}
	for _, c := range change {
		c(&in)
	}
	a, err := w.s.CreateAgent(w.ctx, in)
	w.must(err)
	return a.ID
}

func busy(b agent.OnBusy) func(*dialogue.AgentInput) {
	return func(in *dialogue.AgentInput) { in.OnBusy = &b }
}

// function adds an HTTP function to an agent.
func (w *world) function(agentID, name, url string, change ...func(*dialogue.FunctionInput)) string {
	w.t.Helper()
	in := dialogue.FunctionInput{
		AgentID: agentID, Kind: function.KindHTTP, Name: &name, URL: &url, Method: ptr("POST"),
		Parameters: ptr(raw.JSON(`{"type":"object","properties":{"n":{"type":"integer"},"q":{"type":"string"}}}`)),
	}
	for _, c := range change {
		c(&in)
	}
	f, err := w.s.CreateFunction(w.ctx, in)
	w.must(err)
	return f.ID
}

// thread begins a thread with a first message.
func (w *world) thread(agentID, first string) string {
	w.t.Helper()
	r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: agentID, Channel: "test", Text: &first})
	w.must(err)
	return r.ThreadID
}

func (w *world) say(threadID, words string) {
	w.t.Helper()
	_, err := w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: threadID, Text: words})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// until waits for a condition.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// turns waits until a thread has n turns and none that is live, and returns them.
func (w *world) turns(threadID string, n int) []*ent.Turn {
	w.t.Helper()
	var all []*ent.Turn
	w.until(fmt.Sprintf("%d ended turns", n), func() bool {
		all = w.db.Client.Turn.Query().Where(turn.ThreadID(threadID)).Order(turn.ByID()).AllX(w.ctx)
		return len(all) >= n && !slices.ContainsFunc(all, func(tn *ent.Turn) bool { return tn.State != turn.StateENDED })
	})
	if len(all) != n {
		w.t.Fatalf("%d turns, want %d", len(all), n)
	}
	return all
}

// live returns a thread's turn that has not ended.
func (w *world) live(threadID string) *ent.Turn {
	w.t.Helper()
	return w.db.Client.Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).OnlyX(w.ctx)
}

// quiet waits until no turn of a thread is live.
func (w *world) quiet(threadID string) {
	w.t.Helper()
	q := w.db.Client.Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED))
	w.until("the end of all turns", func() bool { return !q.Clone().ExistX(w.ctx) })
}

// reason waits for a thread's only turn and returns why it ended.
func (w *world) reason(threadID string) string {
	w.t.Helper()
	return w.turns(threadID, 1)[0].Reason.String()
}

// said returns a thread's messages as "AUTHOR text".
func (w *world) said(threadID string) []string {
	var all []string
	for _, m := range w.db.Client.Message.Query().Where(message.ThreadID(threadID)).Order(ent.Asc(message.FieldSequence)).AllX(w.ctx) {
		all = append(all, m.Author.String()+" "+m.Text)
	}
	return all
}

// events returns the types of a thread's events that webhooks carry, without message.created and thread.created.
func (w *world) events(threadID string) []string {
	all := []string{}
	for _, e := range w.db.Client.Event.Query().Where(event.ThreadID(threadID)).Order(ent.Asc(event.FieldSequence)).AllX(w.ctx) {
		if eventlog.ForWebhooks(e.Type) && e.Type != eventlog.MessageCreated && e.Type != eventlog.ThreadCreated {
			all = append(all, e.Type)
		}
	}
	return all
}

// calls returns a thread's calls in order.
func (w *world) calls(threadID string) []*ent.Call {
	return w.db.Client.Call.Query().Where(call.ThreadID(threadID)).Order(call.ByID()).AllX(w.ctx)
}

func (w *world) row(threadID string) *ent.Thread {
	return w.db.Client.Thread.Query().Where(thread.ID(threadID)).WithTags().WithCustomer().OnlyX(w.ctx)
}

func (w *world) tags(threadID string) string {
	names := []string{}
	for _, t := range w.row(threadID).Edges.Tags {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if g, h := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != h {
		t.Errorf("%s:\n got %s\nwant %s", what, g, h)
	}
}
