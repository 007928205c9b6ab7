package dialogue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

const (
	suggestWithin = 25 * time.Second
	// How many replies are suggested at once, for one key and in this process.
	suggestionsOfKey = 2
	suggestionsHere  = 16
)

// Suggestion is a reply that nobody has sent.
type Suggestion struct {
	Text  string `json:"text"`
	Model string `json:"model"`
	Usage Usage  `json:"usage"` // of all that was asked for it
}

// suggested counts the replies that are being suggested.
type suggested struct {
	mu sync.Mutex // protects what follows
	of map[string]int
	n  int
}

// begin takes a place; call the result to give it back.
func (s *suggested) begin(who string) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]int{}
	}
	if s.n >= suggestionsHere || s.of[who] >= suggestionsOfKey {
		return nil, ErrTooManySuggestions
	}
	s.n++
	s.of[who]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.n--
		if s.of[who]--; s.of[who] == 0 {
			delete(s.of, who)
		}
	}, nil
}

// draftRules stand below the system text when an operator asks for a draft.
const draftRules = `- A person who works here is about to write to the customer and asks you for a draft. Write the next message as this person could send it: the text alone, in the customer's language, without a greeting line for the person, without quotation marks, and without saying who wrote it. You can call no functions now.`

// SuggestReply has the agent's model write what an operator could answer now. It begins no turn and stores nothing but what was
// used. It blocks for 25 seconds at most. Instruction is what the operator wants to say, and may be empty. The error is
// ErrTooManySuggestions, ErrTokensUsedUp, ErrAgentDeleted, ErrNoSuggestion or a *NoModelError.
func (s *Service) SuggestReply(ctx context.Context, threadID, instruction string) (Suggestion, error) {
	if got, seen, err := eventlog.Remembered[Suggestion](ctx, s.log); seen || err != nil {
		return got, err
	}
	var bad invalid.Error
	if bad.Text("instruction", instruction, 0, maxInstruction); bad.Err() != nil {
		return Suggestion{}, bad.Err()
	}
	t, err := s.log.Client().Thread.Query().Where(thread.ID(threadID)).Only(ctx)
	if err != nil {
		return Suggestion{}, err
	}
	v, _ := viewer.FromContext(ctx)
	free, err := s.suggested.begin(v.Key)
	if err != nil {
		return Suggestion{}, err
	}
	defer free()
	timed, cancel := context.WithTimeout(own(ctx), suggestWithin)
	defer cancel()
	r := &run{s: s, unheard: true, hold: &hold{claim: claim{workspace: t.WorkspaceID, threadID: t.ID, agentID: t.AgentID}}}
	question, a, err := r.consider(timed, t, strings.TrimSpace(instruction))
	if err != nil {
		return Suggestion{}, err
	}
	got, failure := r.draft(timed, a, question)
	for _, d := range r.dropped {
		got.Usage.add(d.end.Usage)
	}
	if err := s.chargeDraft(ctx, t, r.dropped); err != nil {
		return Suggestion{}, err
	}
	switch {
	case ctx.Err() != nil:
		return Suggestion{}, ctx.Err()
	case timed.Err() != nil:
		return Suggestion{}, &NoModelError{sentence(&model.Error{Kind: model.Timeout})}
	case failure != nil:
		return Suggestion{}, failure
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Suggestion, error) {
		_, err := tx.Lock(ctx, threadID) // what is remembered goes with the thread
		return got, err
	})
}

// consider puts the question together.
func (r *run) consider(ctx context.Context, t *ent.Thread, instruction string) (model.Request, *ent.Agent, error) {
	client := r.s.log.Client()
	around, err := readCustomer(ctx, client, t)
	if err != nil {
		return model.Request{}, nil, err
	}
	v := &view{turn: &ent.Turn{}, thread: t, customer: around.customer, tags: around.tags, reminded: true, lowered: true}
	if err := r.placeAgent(ctx, client, v, around.revision); err != nil {
		return model.Request{}, nil, err
	}
	if v.agent.DeletedAt != nil {
		return model.Request{}, nil, ErrAgentDeleted
	}
	if over, err := r.dayIsOver(ctx, v); over || err != nil {
		return model.Request{}, nil, cmp.Or(err, ErrTokensUsedUp)
	}
	if v.hidden, err = r.s.hidden(ctx, v.thread.WorkspaceID); err != nil {
		return model.Request{}, nil, err
	}
	h, err := r.readWhole(ctx, v)
	if err != nil {
		return model.Request{}, nil, err
	}
	free := *v.agent
	free.AnswerSchema = "" // a person reads it
	v.agent = &free
	now := time.Now().In(zoneOf(v.agent))
	system := v.system(now, false) + "\n" + draftRules
	if instruction != "" {
		system += "\n- What the person wants to say: " + instruction
	}
	return model.Request{System: system, Messages: h.messages, Script: json.RawMessage(v.agent.Script), Region: v.agent.Region, Now: now}, v.agent, nil
}

// draft asks the agent's models. What they used is in r.dropped, all of it.
func (r *run) draft(ctx context.Context, a *ent.Agent, question model.Request) (Suggestion, error) {
	sources, err := r.s.sources(ctx, a)
	if err != nil {
		return Suggestion{}, err
	}
	defer releaseAll(sources)
	whole := question.Messages
	if n := len(whole); n == 0 || !fromCustomer(whole[n-1]) {
		line := model.Message{Role: model.User, Parts: []model.Part{{Text: "[system] Nobody waits for an answer. Draft what the person could write now."}}}
		question.Messages = append(append([]model.Message{}, whole...), line)
	}
	// Rules of the scripted provider say nothing to what was answered: they are asked again as if it had not been.
	for _, messages := range [][]model.Message{question.Messages, upToCustomer(whole)} {
		if len(messages) == 0 {
			continue
		}
		question.Messages = messages
		asked := ms.Now()
		got, err := r.ask(ctx, sources, question, 0)
		if err != nil {
			r.drop(question, got, 0, asked)
			var failure *model.Error
			if errors.As(err, &failure) || len(sources) == 0 {
				return Suggestion{}, &NoModelError{sentence(err)}
			}
			return Suggestion{}, err
		}
		got.writing.end(false)
		r.dropped = append(r.dropped, dropped{got, 0, asked})
		if text := got.said(); text != "" {
			return Suggestion{Text: clipped(text, MaxMessage-1), Model: got.model()}, nil
		}
	}
	return Suggestion{}, ErrNoSuggestion
}

// upToCustomer is a history up to the customer's last words.
func upToCustomer(messages []model.Message) []model.Message {
	for n := len(messages); n > 0; n-- {
		if fromCustomer(messages[n-1]) {
			return messages[:n]
		}
	}
	return nil
}

// chargeDraft stores what models used, for the figures of usage and the agent's daily limit.
func (s *Service) chargeDraft(ctx context.Context, t *ent.Thread, all []dropped) error {
	if len(all) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(own(ctx)), 5*time.Second)
	defer cancel()
	return s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		for _, d := range all {
			use := d.end.Usage
			err := tx.Client().TestUsage.Create().SetWorkspaceID(t.WorkspaceID).SetRunID("").SetAgentID(t.AgentID).SetProvider(d.provider).
				SetModel(d.end.Model).SetInputTokens(use.Input).SetCachedTokens(use.Cached).SetOutputTokens(use.Output).
				SetThinkingTokens(use.Thinking).SetCreatedAt(tx.Now).Exec(ctx)
			if err != nil {
				return fmt.Errorf("charge a suggested reply: %w", err)
			}
		}
		return nil
	})
}

func (u *Usage) add(m model.Usage) {
	u.Steps++
	u.Input, u.Cached, u.Output, u.Thinking = u.Input+m.Input, u.Cached+m.Cached, u.Output+m.Output, u.Thinking+m.Thinking
}
