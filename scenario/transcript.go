package scenario

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"parley/dialogue/model"
)

// ProviderName is the name under which a server must know the Models of a run.
const ProviderName = "transcript"

// Models is a model provider that does what the `~` lines of scenarios say. An agent of a scenario uses
// `transcript/KEY.NAME`, where the key is that of the scenario.
type Models struct {
	mu      sync.Mutex // protects scripts
	scripts map[string]*script
}

var _ model.Provider = (*Models)(nil)

// NewModels returns a provider without scenarios.
func NewModels() *Models { return &Models{scripts: map[string]*script{}} }

// script is the model of one scenario.
type script struct {
	gate    *gate
	problem func(line int, text string)

	mu    sync.Mutex // protects the fields below
	steps []step     // to be done
	asked int        // how often there was none
}

func (m *Models) add(key string, s *script) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scripts[key] = s
}

func (m *Models) remove(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.scripts, key)
}

// Generate implements model.Provider.
func (m *Models) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	key, name, _ := strings.Cut(r.Model, ".")
	m.mu.Lock()
	s := m.scripts[key]
	m.mu.Unlock()
	if s == nil {
		return refuse(fmt.Errorf("no scenario plays the model %q", r.Model))
	}
	next, ok := s.next()
	if !ok {
		return refuse(errors.New("the transcript has no line for this question"))
	}
	return func(yield func(model.Event, error) bool) { s.play(ctx, name, r, next, yield) }
}

func refuse(err error) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		yield(model.Event{}, &model.Error{Kind: model.Invalid, Err: err})
	}
}

// expect adds steps that the model will be asked for.
func (s *script) expect(steps []step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, steps...)
}

func (s *script) next() (step, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.steps) == 0 {
		s.asked++
		return step{}, false
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	return next, true
}

// settle returns the steps that nobody asked for and how often there was none, and forgets both.
func (s *script) settle() (left []step, asked int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, asked = s.steps, s.asked
	s.steps, s.asked = nil, 0
	return left, asked
}

// play does one step.
func (s *script) play(ctx context.Context, name string, r model.Request, st step, yield func(model.Event, error) bool) {
	end := model.End{Message: model.Message{Role: model.Model, Provider: ProviderName}, Reason: model.Stop, Model: name, Detail: "as the transcript says"}
	said := false
	for i, it := range st.items {
		switch it.do {
		case "<":
			said = true
			end.Message.Parts = append(end.Message.Parts, model.Part{Text: it.text})
			if !yield(model.Event{Delta: it.text}, nil) {
				return
			}
		case "call":
			c := &model.Call{ID: fmt.Sprintf("line%d.%d", st.line, i), Name: it.name, Args: it.args}
			end.Message.Parts = append(end.Message.Parts, model.Part{Call: c})
			end.Reason = model.Tools
		case "tokens":
			end.Usage = it.use
		case "sees":
			if !sees(r, it.text) {
				s.problem(st.line, "the model was not shown what it was to see: "+it.text)
			}
		case "misses":
			if sees(r, it.text) {
				s.problem(st.line, "the model was shown what it was not to see: "+it.text)
			}
		case "hold":
			if err := s.gate.pass(ctx); err != nil {
				yield(model.Event{}, &model.Error{Kind: model.KindCut, Emitted: said, Err: err})
				return
			}
		case "fail":
			yield(model.Event{}, &model.Error{Kind: model.Kind(it.name), Emitted: said, Err: errors.New("as the transcript says")})
			return
		case "end":
			end.Reason = it.name
		}
	}
	yield(model.Event{End: &end}, nil)
}

// sees looks for a text in what a model is shown: the system's text, what was said, and the answers of functions.
func sees(r model.Request, want string) bool {
	shown := []string{r.System}
	for _, m := range r.Messages {
		for _, p := range m.Parts {
			if p.Result != nil {
				shown = append(shown, string(p.Result.Body))
			}
			shown = append(shown, p.Text)
		}
	}
	for _, f := range r.Functions {
		shown = append(shown, "function "+f.Name)
	}
	all := strings.Join(shown, "\n")
	if _, is := asRegexp(want); is {
		return textFits(all, want)
	}
	return strings.Contains(all, strings.TrimPrefix(want, `\`))
}
