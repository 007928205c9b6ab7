package dialogue_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/gemini"
	"parley/dialogue/geminilegacy"
	"parley/dialogue/model"
	"parley/dialogue/openai"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/step"
	"parley/fakemodel"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// faultyModel is what the played services are asked for: a model that insists on its signatures.
const faultyModel = "gemini-3.8-flash"

// adapter is a provider that speaks to a service. It is made under the name that the engine knows it by.
type adapter struct {
	name   string
	whole  bool
	openAI bool
	make   func(name, base string) (closer, error)
}

// adapters are all of them, streaming and not.
var adapters = []adapter{
	{"gemini", false, false, func(name, base string) (closer, error) {
		return gemini.New(gemini.Options{Name: name, BaseURL: base, Key: seal.Hide("k")})
	}},
	{"gemini whole", true, false, func(name, base string) (closer, error) {
		return gemini.New(gemini.Options{Name: name, BaseURL: base, Key: seal.Hide("k"), Whole: true})
	}},
	{"gemini-legacy", false, false, func(name, base string) (closer, error) {
		return geminilegacy.New(geminilegacy.Options{Name: name, BaseURL: base, Key: seal.Hide("k")})
	}},
	{"gemini-legacy whole", true, false, func(name, base string) (closer, error) {
		return geminilegacy.New(geminilegacy.Options{Name: name, BaseURL: base, Key: seal.Hide("k"), Unary: true})
	}},
	{"openai", false, true, func(name, base string) (closer, error) {
		return openai.New(openai.Options{Name: name, BaseURL: base + "/v1", Key: seal.Hide("k")})
	}},
}

// closer is a provider with connections of its own.
type closer interface {
	model.Provider
	Close()
}

// ending is how a turn must end.
type ending struct {
	reason, said string // said is what the customer reads
	text         string // is part of the reason's text
	by           string // provider of the last step; empty if no step was stored
}

// asked is the ending of a turn that the model under test ended, spare that of one that the agent's next model ended.
func asked(reason, said, text string) *ending { return &ending{reason, said, text, "asked"} }
func spare() *ending                          { return &ending{"ANSWERED", "ok", "", "fake"} }
func failedTurn(text string) *ending          { return &ending{"FAILED", "fallback", text, ""} }

// fault is what a model does wrong, and what becomes of it.
type fault struct {
	name    string
	answers []fakemodel.Answer
	alone   bool // the agent has no other model
	hurry   bool // the turn's wall clock is 5 s
	bound   bool // answers have a schema
	streamed,
	whole, openAI *ending // the latter two are as the first if nil
	check func(t *testing.T, f *faulty)
}

// faulty is one fault under way at one provider.
type faulty struct {
	fault
	*world
	adapter  adapter
	fake     *fakemodel.Server
	want     *ending
	shop     *atomic.Int64 // requests that functions made
	threadID string
	steps    []*ent.Step
	turn     *ent.Turn
}

func changed(a fakemodel.Answer, change func(*fakemodel.Answer)) fakemodel.Answer {
	change(&a)
	return a
}

// TestEveryFaultOfAModelEndsWell plays each fault of a model service to each provider, through the whole engine: the turn
// ends soon, for the stated reason, with the stated words for the customer, and what the service counted is counted.
func TestEveryFaultOfAModelEndsWell(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, a := range adapters {
			t.Run(a.name, func(t *testing.T) {
				var under []*faulty
				providers := map[string]model.Provider{}
				for _, f := range faults() {
					fake := fakemodel.New(fakemodel.Options{Strict: true, Key: "k"})
					fake.Push(faultyModel, f.answers...)
					models := httptest.NewServer(fake)
					t.Cleanup(models.Close)
					p, err := a.make(f.provider(), models.URL)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(p.Close)
					providers[f.provider()] = p
					want := f.streamed
					if a.whole && f.whole != nil {
						want = f.whole
					}
					if a.openAI && f.openAI != nil {
						want = f.openAI
					}
					under = append(under, &faulty{fault: f, adapter: a, fake: fake, want: want, shop: &atomic.Int64{}})
				}
				w := newWorld(t, db, answers(), func(o *dialogue.Options) {
					o.FirstWithin, o.ModelIdle = 4*time.Second, 4*time.Second
					for name, p := range providers {
						o.Providers[name] = p
					}
				})
				for _, f := range under { // all at once: some wait
					f.world = w
					f.begin(t)
				}
				for _, f := range under {
					t.Run(f.name, func(t *testing.T) {
						f.world = w.in(t)
						f.end(t)
					})
				}
				w.stop()
			})
		}
	})
}

// begin lets a customer write to an agent with the model that is at fault.
func (f *faulty) begin(t *testing.T) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f.shop.Add(1)
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	t.Cleanup(shop.Close)
	models := []string{f.provider() + "/" + faultyModel, "fake/one"}
	if f.alone {
		models = models[:1]
	}
	agentID := f.agent(func(in *dialogue.AgentInput) {
		if in.Models = &models; f.hurry {
			in.MaxTurnSeconds = ptr(5)
		}
		if f.bound {
			structured(in)
		}
	})
	f.function(agentID, "f", shop.URL)
	f.threadID = f.thread(agentID, "go")
}

// end waits for the turn and judges it.
func (f *faulty) end(t *testing.T) {
	f.turn = f.turns(f.threadID, 1)[0]
	f.steps = f.db.Client.Step.Query().Where(step.ThreadID(f.threadID)).Order(ent.Asc(step.FieldNumber)).AllX(f.ctx)
	if took := f.turn.EndedAt.Time().Sub(f.turn.CreatedAt.Time()); took > 20*time.Second {
		t.Errorf("the turn took %v", took)
	}
	said := f.said(f.threadID)[1:]
	want := []string{"AGENT " + f.want.said}
	if f.want.said == "" {
		want = []string{}
	}
	equal(t, "said", said, want)
	if f.turn.Reason.String() != f.want.reason || !strings.Contains(f.turn.ReasonText, f.want.text) {
		t.Errorf("ended %s (%s), want %s (%s)", f.turn.Reason, f.turn.ReasonText, f.want.reason, f.want.text)
	}
	by := ""
	for _, st := range f.steps {
		if st.Finish == "dropped" {
			continue // it counts, and stands for no answer
		}
		if by, _, _ = strings.Cut(st.Provider, "-"); st.InputTokens+st.OutputTokens == 0 {
			t.Errorf("nothing was counted of the step by %s that finished %s", st.Provider, st.Finish)
		}
	}
	equal(t, "last step by", by, f.want.by)
	if f.fake.Left() != 0 {
		t.Errorf("%d answers were not asked for", f.fake.Left())
	}
	if f.check != nil {
		f.check(t, f)
	}
}

// provider is what the agent calls the model at fault.
func (f fault) provider() string { return "asked-" + strings.ReplaceAll(f.name, " ", "-") }

// callStates returns how the calls of f ended, once each.
func (f *faulty) callStates() (states []string) {
	for _, s := range []call.State{call.StateANSWERED, call.StateFAILED, call.StateREFUSED} {
		if f.db.Client.Call.Query().Where(call.ThreadID(f.threadID), call.StateEQ(s)).ExistX(f.ctx) {
			states = append(states, s.String())
		}
	}
	return states
}
