package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// crashScript makes the agent call functions by words of the customer, and be slow at telling stories.
const crashScript = `{
	"fallback": "I see.",
	"slots": [{"name": "email", "type": "email"}],
	"rules": [
		{"name": "contact", "when": {"given": ["email"]}, "call": {"function": "get_contact", "arguments": {"email": "{{email}}"}}},
		{"name": "won", "when": {"any": ["perfect"]}, "call": {"function": "success"}},
		{"name": "boss", "when": {"any": ["boss"]}, "call": {"function": "message_for_operator", "arguments": {"text": "{{message}}"}}},
		{"name": "person", "when": {"any": ["colleague"]}, "say": "I am fetching a colleague.", "call": {"function": "operator"}},
		{"name": "charge", "when": {"any": ["charge"]}, "call": {"function": "charge", "arguments": {"what": "{{message}}"}}},
		{"name": "save", "when": {"any": ["save"]}, "call": {"function": "save", "arguments": {"what": "{{message}}"}}},
		{"name": "look", "when": {"any": ["look"]}, "call": {"function": "look", "arguments": {"what": "{{message}}"}}},
		{"name": "spend", "when": {"any": ["spend"]}, "call": {"function": "spend", "arguments": {"what": "{{message}}"}}},
		{"name": "story", "when": {"any": ["story"]}, "delayMs": 20, "say": "Once there was a king who had three sons and no time."}
	]
}`

// dialogues are what customers say, by kind.
var dialogues = [][]string{
	{"charge me", "save this", "look there", "charge, save and look"},
	{"hello", "my mail is anna@example.com", "perfect, tell the boss", "charge it"},
	{"tell me a story", "save it", "I want a colleague", "look again"},
	{"spend a little", "look at that", "spend more"},
	{"charge now", "tell me a story", "save all"},
}

// Kinds of dialogues in which more happens than what the customer says.
const (
	withTask     = 0 // the model is told to write later
	withReminder = 1 // a text is sent later
	withOperator = 2
	withApproval = 3
	withStop     = 4
)

// stage is an agent with all kinds of functions, and everybody who deals with it.
type stage struct {
	t        *testing.T
	api      *caller // as admin
	operator *caller
	log      *evidence
	receiver *receiver
	agentID  string

	tasks   sync.WaitGroup // of one run
	follows sync.WaitGroup // of the live streams
	mu      sync.Mutex     // protects what follows
	parks   []string       // threads whose calls wait for approval
	made    int            // dialogues

	opened int // threads, in all; under the lock of log
	after  any // cursor behind the events that were checked; nil at first
}

// newStage makes the agent, its functions, an integration on everything, and an operator. The server must live.
func newStage(t *testing.T, d *deadly) *stage {
	t.Helper()
	log := newEvidence()
	s := &stage{
		t: t, api: newCaller("crash", d.e["PARLEY_ADMIN_KEY"], d.address), log: log,
		receiver: newReceiver(t, log),
	}
	t.Cleanup(s.api.http.CloseIdleConnections)
	var made struct {
		Agent       struct{ ID string }
		Integration struct{ ID string }
		Key, Secret string
	}
	do := func(field string, input map[string]any, selection string) {
		t.Helper()
		if err := s.api.mutate(t.Context(), field, input, selection, &made); err != nil {
			t.Fatal(err)
		}
	}
	do("createAgent", map[string]any{
		"name": "Crash", "script": json.RawMessage(crashScript), "quietMs": 20, "maxWaitMs": 200, "fallbackText": "Sorry.",
	}, "agent { id }")
	s.agentID = made.Agent.ID
	for name, more := range map[string]map[string]any{
		"charge": {"method": "POST"}, "spend": {"method": "POST", "needsApproval": true},
		"save": {"method": "POST", "idempotent": true}, "look": {"method": "GET"},
	} {
		input := map[string]any{
			"agentId": s.agentID, "kind": "HTTP", "name": name, "url": s.receiver.url + "/call/" + name, "timeoutMs": 20_000,
			"headers": []any{map[string]any{"name": "X-Call", "value": "{{call.id}}"}},
			"parameters": map[string]any{
				"type": "object", "required": []string{"what"}, "properties": map[string]any{"what": map[string]string{"type": "string"}},
			},
		}
		for k, v := range more {
			input[k] = v
		}
		do("createFunction", input, "function { id }")
	}
	do("createIntegration", map[string]any{"name": "all", "url": s.receiver.url + "/hook", "eventTypes": []string{"*"}}, "integration { id } secret")
	s.receiver.secret = made.Secret
	do("createApiKey", map[string]any{"name": "Olga", "role": "OPERATOR"}, "key")
	s.operator = s.api.as(made.Key)
	return s
}

// load plays dialogues of every kind side by side until stop is closed, each to its end and of each kind at least one.
// Approvals are decided until ctx ends, which ends everything.
func (s *stage) load(ctx context.Context, stop <-chan struct{}) (played *sync.WaitGroup) {
	s.tasks.Go(func() { s.decide(ctx) })
	played = &sync.WaitGroup{}
	for kind := range dialogues {
		played.Go(func() {
			for {
				if err := s.play(ctx, kind); err != nil {
					s.log.fault("dialogue of kind %d: %v", kind, err)
					return
				}
				select {
				case <-stop:
					return
				case <-ctx.Done():
					return
				default:
				}
			}
		})
	}
	return played
}

// open begins a thread that is followed live until the last note is there.
func (s *stage) open(ctx context.Context) (string, error) {
	var made struct{ Thread struct{ ID, Cursor string } }
	if err := s.api.mutate(ctx, "createThread", map[string]any{"agentId": s.agentID}, "thread { id cursor }", &made); err != nil {
		return "", err
	}
	th := opened{made.Thread.ID, made.Thread.Cursor}
	socket := false
	s.log.note(func() {
		s.opened++
		s.log.threads = append(s.log.threads, th)
		socket = len(s.log.threads)%2 == 0
	})
	s.follows.Go(func() {
		err := s.api.follow(ctx, th.id, th.cursor, socket, func(e event) bool {
			s.log.note(func() { s.log.streamed[th.id] = append(s.log.streamed[th.id], e) })
			return e.Note.Text != lastNote
		})
		if err != nil {
			s.log.fault("the events of %s, followed live: %v", th.id, err)
		}
	})
	return th.id, nil
}

// play plays one dialogue to its end.
func (s *stage) play(ctx context.Context, kind int) error {
	threadID, err := s.open(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.made++
	name := fmt.Sprintf("d%d", s.made)
	if kind == withApproval {
		s.parks = append(s.parks, threadID)
	}
	s.mu.Unlock()
	var failed error
	var others sync.WaitGroup
	if kind == withOperator {
		others.Go(func() { failed = s.operate(ctx, threadID) })
	}
	for i, text := range dialogues[kind] {
		if err := s.say(ctx, s.api, "CUSTOMER", threadID, fmt.Sprintf("%s %s-%d", text, name, i)); err != nil {
			return err
		}
		dawdle(250)
		if kind == withStop && i < 2 {
			if err := s.api.mutate(ctx, "stopTurn", map[string]any{"threadId": threadID}, "thread { id }", &struct{}{}); err != nil {
				return err
			}
		}
	}
	others.Wait()
	switch kind {
	case withTask:
		return errors.Join(failed, s.remind(ctx, threadID, "instruction", "Ask how it went"))
	case withReminder:
		return errors.Join(failed, s.remind(ctx, threadID, "text", "Do not forget us"))
	}
	return failed
}

// remind schedules a reminder. Its time must lie ahead, so a repetition after a crash may need another one.
func (s *stage) remind(ctx context.Context, threadID, field, text string) error {
	for {
		var made struct{ Reminder struct{ ID string } }
		due := time.Now().Add(1500 * time.Millisecond).UTC().Format(time.RFC3339Nano)
		err := s.api.mutate(ctx, "createReminder", map[string]any{"threadId": threadID, "dueAt": due, field: text}, "reminder { id }", &made)
		var refused *refusedError
		if errors.As(err, &refused) && refused.code == "BAD_INPUT" && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return err
		}
		s.log.note(func() { s.log.reminders[threadID] = append(s.log.reminders[threadID], made.Reminder.ID) })
		return nil
	}
}

// say sends a message as the customer or as an operator.
func (s *stage) say(ctx context.Context, as *caller, author, threadID, text string) error {
	field := "sendMessage"
	if author == "OPERATOR" {
		field = "sendOperatorMessage"
	}
	var made struct{ Message struct{ ID string } }
	input := map[string]any{"threadId": threadID, "text": text, "clientMessageId": author + text}
	if err := as.mutate(ctx, field, input, "message { id }", &made); err != nil {
		return err
	}
	s.log.note(func() {
		s.log.messages[threadID] = append(s.log.messages[threadID], acknowledged{author, made.Message.ID})
	})
	return nil
}

// operate is an operator who steps in twice, and the second time writes nothing.
func (s *stage) operate(ctx context.Context, threadID string) error {
	for _, lines := range []int{2, 0} {
		dawdle(400)
		if err := s.operator.mutate(ctx, "takeOver", map[string]any{"threadId": threadID}, "thread { id }", &struct{}{}); err != nil {
			return err
		}
		s.log.note(func() { s.log.takeOvers[threadID]++ })
		for i := range lines {
			dawdle(150)
			if err := s.say(ctx, s.operator, "OPERATOR", threadID, fmt.Sprintf("I am a person, line %d", i)); err != nil {
				return err
			}
		}
		dawdle(150)
		if err := s.operator.mutate(ctx, "handBack", map[string]any{"threadId": threadID}, "thread { id }", &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

// decide approves two of three calls that wait, and refuses the others, until ctx ends.
func (s *stage) decide(ctx context.Context) {
	for ctx.Err() == nil {
		s.mu.Lock()
		parks := append([]string(nil), s.parks...)
		s.mu.Unlock()
		for _, threadID := range parks {
			th, err := s.readThread(ctx, threadID)
			for _, c := range th.calls() {
				if err != nil || c.State != "AWAITING_APPROVAL" {
					continue
				}
				if err = s.decideOne(ctx, c.ID); conflict(err) {
					err = nil // the turn has ended meanwhile
				}
			}
			if err != nil && ctx.Err() == nil {
				s.log.fault("decide about calls of %s: %v", threadID, err)
			}
		}
		dawdle(100 + rand.IntN(100))
	}
}

func (s *stage) decideOne(ctx context.Context, callID string) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(callID))
	if h.Sum32()%3 == 0 {
		return s.operator.mutate(ctx, "refuseCall", map[string]any{"callId": callID, "reason": "too dear"}, "call { id }", &struct{}{})
	}
	s.log.note(func() { s.log.approved[callID] = true })
	return s.operator.mutate(ctx, "approveCall", map[string]any{"callId": callID}, "call { id }", &struct{}{})
}
