package scripted

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"strings"
	"time"

	"parley/dialogue/model"
)

// Provider answers by rules. The zero value is ready; it holds nothing and is safe for concurrent use.
type Provider struct{}

var _ model.Provider = (*Provider)(nil)

// New returns a provider. One serves any number of agents: each request carries its agent's script.
func New() *Provider { return &Provider{} }

// Generate implements model.Provider. The answer comes word by word; its Detail names the rule that made it, its usage
// is zero. Errors are of kind Invalid for a script that Validate refuses, of kind Timeout or KindCut when ctx ends, and
// whatever a rule with "fail" says. System, Temperature and MaxOutputTokens have no effect; the day of Now makes days out
// of "Friday" and "tomorrow".
func (*Provider) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(model.Event{}, ended(err, false))
			return
		}
		p, err := prepare(&r)
		if err != nil {
			yield(model.Event{}, &model.Error{Kind: model.Invalid, Err: err})
			return
		}
		d := replay(p, &r)
		a := d.step()
		if len(r.AnswerSchema) > 0 && a.text != "" {
			a.text = d.structured(a.text)
		}
		emitted, ok := stream(ctx, a, yield)
		if !ok {
			return
		}
		if a.rule != nil && a.rule.fail != nil {
			fail := *a.rule.fail
			fail.Emitted, fail.Usage = emitted, a.rule.usage
			yield(model.Event{}, &fail)
			return
		}
		yield(model.Event{End: d.end(a)}, nil)
	}
}

func prepare(r *model.Request) (*program, error) {
	p, problems := compile(r.Script)
	if len(problems) > 0 {
		return nil, &ScriptError{problems}
	}
	if len(p.rules)+len(p.slots) == 0 {
		p = builtin(p, r.Functions)
	}
	p.bind(r.Functions)
	return p, nil
}

// stream yields the text word by word and says whether anything went out and whether to go on.
func stream(ctx context.Context, a answer, yield func(model.Event, error) bool) (emitted, ok bool) {
	delay := time.Duration(0)
	if a.rule != nil {
		delay = a.rule.delay
	}
	if a.text == "" {
		if err := pause(ctx, delay); err != nil {
			yield(model.Event{}, ended(err, false))
			return false, false
		}
	}
	for word := range pieces(a.text) {
		if err := pause(ctx, delay); err != nil {
			yield(model.Event{}, ended(err, emitted))
			return emitted, false
		}
		if !yield(model.Event{Delta: word}, nil) {
			return true, false
		}
		emitted = true
	}
	return emitted, true
}

// pieces are the words of a text, each with the blanks behind it.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			n := strings.IndexAny(text, " \n")
			if n < 0 {
				yield(text)
				return
			}
			for n < len(text) && (text[n] == ' ' || text[n] == '\n') {
				n++
			}
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func ended(err error, emitted bool) *model.Error {
	kind := model.KindCut
	if errors.Is(err, context.DeadlineExceeded) {
		kind = model.Timeout
	}
	return &model.Error{Kind: kind, Emitted: emitted, Err: err}
}

// end makes the whole answer. The mark goes with its first part.
func (d *dialogue) end(a answer) *model.End {
	if !d.today.IsZero() {
		a.mark.Today = d.today.Format(time.DateOnly)
	}
	a.mark.Waiting = d.stillWaiting()
	m := model.Message{Role: model.Model, Provider: Name}
	if a.text != "" {
		m.Parts = append(m.Parts, model.Part{Text: a.text})
	}
	for i := range a.calls {
		m.Parts = append(m.Parts, model.Part{Call: &a.calls[i]})
	}
	if len(m.Parts) > 0 {
		m.Parts[0].Wire, _ = json.Marshal(a.mark)
	}
	out := &model.End{Message: m, Reason: model.Stop, Detail: a.mark.Rule, Model: d.request.Model}
	if len(a.calls) > 0 {
		out.Reason = model.Tools
	}
	if out.Model == "" {
		out.Model = Name
	}
	if a.rule != nil {
		out.Usage = a.rule.usage
		if a.rule.reason != "" {
			out.Reason = a.rule.reason
		}
	}
	h := fnv.New64a()
	_ = json.NewEncoder(h).Encode(d.request.Messages)
	out.ResponseID = fmt.Sprintf("scripted-%016x", h.Sum64())
	return out
}
