package dialogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/failpoint"
)

// answer is what a model said in one step.
type answer struct {
	end          model.End
	provider     string
	credentialID string // of the workspace, if its own provider answered
	messageID    string // of the message its text becomes, already in the deltas
	writing      *writing
	partial      string // what was heard of its text, when there is no end
	estimated    bool   // whether the usage is reckoned
}

// model names who answered, as messages and records carry it.
func (a answer) model() string { return strings.TrimSuffix(a.provider+"/"+a.end.Model, "/") }

// said is the text of the answer as it can be stored.
func (a answer) said() string {
	var text strings.Builder
	for _, part := range a.end.Message.Parts {
		text.WriteString(part.Text)
	}
	return strings.TrimSpace(clean(text.String()))
}

// maxCallsAtOnce is how many calls one answer may have. Each is a row and events of one transaction, also those that are refused
// because the turn has its share, and those that raise tags, which no limit counts.
const maxCallsAtOnce = 200

// refuseMany takes the calls out of an answer that has more than anybody means.
func (a *answer) refuseMany() {
	n := 0
	for _, part := range a.end.Message.Parts {
		if part.Call != nil {
			n++
		}
	}
	if n > maxCallsAtOnce && a.end.Reason != model.Blocked {
		a.end.Message.Parts = withoutCalls(a.end.Message.Parts)
		a.end.Reason, a.end.Detail = model.MalformedCall, fmt.Sprintf("%d calls in one answer; at most %d are taken", n, maxCallsAtOnce)
	}
}

// longestPause is the longest wait that a provider may ask for before a second try.
const longestPause = 5 * time.Second

// ask puts one step's question to the agent's models: each in turn when another may succeed where one failed, and all
// of them a second time after a pause. The error is the last provider's; or the context's, with what was heard until
// then. Whoever gets an answer ends its writing. Read is the newest message in the question.
func (r *run) ask(ctx context.Context, sources []source, question model.Request, read int64) (answer, error) {
	if len(sources) == 0 {
		return answer{}, errors.New("none of the agent's models has a provider that can be used")
	}
	var last *model.Error
	for round := range 2 {
		for i, src := range sources {
			patience := r.s.o.ModelIdle
			if i < len(sources)-1 {
				patience = min(patience, r.s.o.FirstWithin)
			}
			began := ms.Now()
			a, err := r.stream(ctx, src, question, patience)
			if err == nil {
				r.s.warn(src.String(), a.end.Warning)
				return a, nil
			}
			if ctx.Err() != nil {
				a.end.Usage = err.Usage
				return a, context.Cause(ctx)
			}
			if last = err; err.Usage != (model.Usage{}) { // it is billed all the same
				a.end.Usage, a.end.Detail = err.Usage, sentence(err)
				r.dropped = append(r.dropped, dropped{a, read, began})
			}
			r.s.o.Logger.WarnContext(ctx, "dialogue: a model failed", "model", src.String(), "error", unquoted(err, question))
			if !err.Elsewhere() {
				return answer{}, err
			}
		}
		if round == 1 || last.RetryAfter > longestPause {
			break
		}
		select {
		case <-ctx.Done():
			return answer{}, context.Cause(ctx)
		case <-time.After(max(r.s.o.RetryPause, last.RetryAfter)):
		}
	}
	return answer{}, last
}

// listener hears what the model writes; nil if nobody does.
func (r *run) listener() Generations {
	if r.unheard {
		return nil
	}
	return r.s.o.Live
}

var errIdle = errors.New("the model said nothing for too long")

// stream asks one model and passes its text on while it comes. Text that was heard before the model broke off is an
// answer too, with the reason Cut. Patience bounds the wait for its first sign of life, ModelIdle that for each further.
func (r *run) stream(ctx context.Context, src source, question model.Request, patience time.Duration) (a answer, failure *model.Error) {
	inquiry := r.s.traceModel(ctx, src)
	defer func() { inquiry.answered(ctx, a, failure) }()
	question.Model, question.Messages = src.model, ownWire(question.Messages, src.identity())
	a = answer{provider: src.name, credentialID: src.credentialID, messageID: id.New(id.Message), end: model.End{Model: src.model}}
	a.writing = &writing{to: r.listener(), Generation: Generation{
		Workspace: r.hold.workspace, ThreadID: r.hold.threadID, TurnID: r.hold.id, MessageID: a.messageID}}
	var text strings.Builder
	defer func() {
		a.end.Usage = a.end.Usage.Believable()
		if failure != nil {
			failure.Usage = failure.Usage.Believable()
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			failure = &model.Error{Kind: model.Overloaded, Emitted: text.Len() > 0, Err: fmt.Errorf("the provider panicked: %v", p)}
		}
		if failure != nil && text.Len() > 0 && ctx.Err() == nil {
			a.end = model.End{Reason: model.Cut, Detail: failure.Error(), Model: src.model, Message: model.Message{
				Role: model.Model, Provider: src.identity(), Parts: []model.Part{{Text: text.String()}}}}
			a.reckon(question)
			a.end.Usage = atLeast(a.end.Usage, failure.Usage)
			failure = nil
		}
		if failure != nil {
			a.partial = text.String()
			a.writing.end(false)
		}
	}()
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(patience, func() { cancel(errIdle) })
	defer idle.Stop()
	for ev, err := range src.provider.Generate(inner, question) {
		idle.Reset(r.s.o.ModelIdle)
		switch {
		case errors.Is(context.Cause(inner), errIdle):
			late := &model.Error{Kind: model.Timeout, Err: errIdle}
			if err != nil {
				late.Usage = asModelError(err).Usage
			}
			return a, late
		case err != nil:
			return a, asModelError(err)
		case ev.End != nil:
			a.end = *ev.End
			if a.end.Model == "" {
				a.end.Model = src.model
			}
			a.refuseMany()
			return a, nil
		case ev.Delta != "" && ctx.Err() == nil:
			failpoint.Hit("turn.streaming")
			inquiry.heard()
			a.writing.add(ev.Delta)
			text.WriteString(ev.Delta)
		}
	}
	if errors.Is(context.Cause(inner), errIdle) {
		return a, &model.Error{Kind: model.Timeout, Err: errIdle}
	}
	return a, &model.Error{Kind: model.KindCut, Err: errors.New("the answer ended without an end")}
}

// atLeast is what was reckoned, or what the provider had counted by then where that is more.
func atLeast(reckoned, counted model.Usage) model.Usage {
	return model.Usage{
		Input: max(reckoned.Input, counted.Input), Cached: counted.Cached,
		Output: max(reckoned.Output, counted.Output), Thinking: counted.Thinking,
	}
}

// ownWire returns the messages without the bytes that other providers made of theirs: nobody else can read them.
func ownWire(messages []model.Message, provider string) []model.Message {
	kept := slices.Clone(messages)
	for i, m := range kept {
		if m.Role != model.Model || m.Provider == provider {
			continue
		}
		kept[i].Parts = slices.Clone(m.Parts)
		for j := range kept[i].Parts {
			kept[i].Parts[j].Wire = nil
		}
	}
	return kept
}

// asModelError makes any error a provider's; one that breaks the contract counts as a fault of that provider alone.
func asModelError(err error) *model.Error {
	var e *model.Error
	if errors.As(err, &e) {
		return e
	}
	return &model.Error{Kind: model.Overloaded, Err: err}
}
