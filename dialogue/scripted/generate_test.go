package scripted

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func script(format string, args ...any) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(format, args...))
}

func toolSays(c model.Call, body string) model.Message {
	return model.Message{Role: model.Tool, Parts: []model.Part{{Result: &model.Result{CallID: c.ID, Name: c.Name, Body: json.RawMessage(body)}}}}
}

func callsOf(m model.Message) (all []model.Call) {
	for _, p := range m.Parts {
		if p.Call != nil {
			all = append(all, *p.Call)
		}
	}
	return all
}

// bakery is the request of the transcript of that name.
func bakery(t *testing.T) model.Request {
	t.Helper()
	head, _, _ := strings.Cut(readFile(t, "testdata/bakery.txt"), "-- dialogue --\n")
	return request(t, head)
}

func TestSameRequestSameAnswer(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	r.Messages = []model.Message{userSays("a cake for 12 people on Friday, chocolate")}
	want := generate(t, r)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := generate(t, r); !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}
		})
	}
	wg.Wait()
	if want.Usage != (model.Usage{}) {
		t.Errorf("usage %+v", want.Usage)
	}
}

// A message read between a call and the next step makes the call's result stale: the rule calls again.
func TestFoldedMessage(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	r.Messages = []model.Message{userSays("a chocolate cake for 12 people on Friday")}
	end := generate(t, r)
	calls := callsOf(end.Message)
	if len(calls) != 1 || string(calls[0].Args) != `{"day":"2026-05-08","people":12}` {
		t.Fatalf("calls %s", calls)
	}
	r.Messages = append(r.Messages, end.Message, toolSays(calls[0], `{"free":true,"price":30}`), userSays("sorry, make it 24"))
	end = generate(t, r)
	calls = callsOf(end.Message)
	if len(calls) != 1 || string(calls[0].Args) != `{"day":"2026-05-08","people":24}` {
		t.Fatalf("after the fold: %+v", end)
	}
	r.Messages = append(r.Messages, end.Message, toolSays(calls[0], `{"free":true,"price":50}`))
	if end = generate(t, r); end.Detail != "summary" || !strings.Contains(textOf(end.Message), "name") {
		t.Fatalf("then: %+v", end)
	}
	r.Messages = append(r.Messages, end.Message, userSays("Eve, 030 1234567"))
	end = generate(t, r)
	r.Messages = append(r.Messages, end.Message, toolSays(callsOf(end.Message)[0], `{}`))
	if got := textOf(generate(t, r).Message); !strings.Contains(got, "24 people") || !strings.Contains(got, "50 euros") {
		t.Fatal(got)
	}
}

// Another provider spoke, so no message carries a mark: questions and answers are recognised by their words.
func TestHistoryOfAnotherProvider(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	agent := func(text string) model.Message {
		return model.Message{Role: model.Model, Provider: "other", Parts: []model.Part{{Text: text}}}
	}
	r.Messages = []model.Message{userSays("a cake please"), agent("With pleasure. Which cake would you like: chocolate, cheese or carrot?"),
		userSays("cheese, for 10 guests"), agent("For which day?"), userSays("9 May")}
	end := generate(t, r)
	if calls := callsOf(end.Message); len(calls) != 1 || string(calls[0].Args) != `{"day":"2026-05-09","people":10}` {
		t.Fatalf("%+v", end)
	}
}

func TestOperatorsAreNotTheCustomer(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	r.Messages = []model.Message{userSays("I want a human"), {Role: model.User, Parts: []model.Part{{Text: "[operator Ann] call me: 030 1234567"}}},
		userSays("what are your hours?")}
	end := generate(t, r)
	if end.Detail != "opening hours" || len(callsOf(end.Message)) != 0 {
		t.Fatalf("%+v", end)
	}
}

// After a hand-back the agent does not answer what a person has answered.
func TestHandedBack(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	r.Messages = []model.Message{userSays("gnarf"), userSays("[operator Ann] That is fine."), userSays("[system] You have the talk again.")}
	if end := generate(t, r); end.Detail != silentRule || len(end.Message.Parts) != 0 {
		t.Fatalf("%+v", end)
	}
	r.Messages = append(r.Messages, userSays("gnarf"))
	if end := generate(t, r); end.Detail != fallbackRule {
		t.Fatalf("%+v", end)
	}
}

func TestLastStep(t *testing.T) {
	t.Parallel()
	r := bakery(t)
	r.Messages = []model.Message{userSays("a chocolate cake for 12 people on Friday")}
	r.Functions = nil
	end := generate(t, r)
	if len(callsOf(end.Message)) != 0 || textOf(end.Message) == "" || end.Reason != model.Stop {
		t.Fatalf("%+v", end)
	}
	r = bakery(t)
	r.Messages = []model.Message{userSays("a chocolate cake for 12 people on Friday")}
	end = generate(t, r)
	r.Messages = append(r.Messages, end.Message, toolSays(callsOf(end.Message)[0], `{"free":false}`))
	r.Functions = nil
	if end = generate(t, r); !strings.HasSuffix(textOf(end.Message), "Sorry, 2026-05-08 is full. Which other day suits you?") {
		t.Fatalf("%+v", end)
	}
}

func TestCallIDs(t *testing.T) {
	t.Parallel()
	r := model.Request{Script: script(`{"rules":[{"name":"loop","again":true,"call":{"function":"f","repeat":3,"arguments":{"n":"{{@index}}"}}}]}`),
		Functions: []model.Function{{Name: "f", Schema: json.RawMessage(`{}`)}}, Messages: []model.Message{userSays("go")}}
	seen := map[string]bool{}
	for range 10 {
		end := generate(t, r)
		calls := callsOf(end.Message)
		if len(calls) != 3 || end.Reason != model.Tools || string(calls[2].Args) != `{"n":3}` {
			t.Fatalf("%+v", end)
		}
		answers := model.Message{Role: model.Tool}
		for _, c := range calls {
			if seen[c.ID] {
				t.Fatalf("id %s twice", c.ID)
			}
			seen[c.ID] = true
			answers.Parts = append(answers.Parts, toolSays(c, `{}`).Parts...)
		}
		r.Messages = append(r.Messages, end.Message, answers)
		if len(r.Messages) > 12 { // an engine may cut old messages
			r.Messages = append(r.Messages[:1:1], r.Messages[3:]...)
			seen = map[string]bool{}
			for _, m := range r.Messages {
				for _, c := range callsOf(m) {
					seen[c.ID] = true
				}
			}
		}
	}
}

// Without "again" the same rule does not make the same call twice for one message.
func TestNoLoop(t *testing.T) {
	t.Parallel()
	r := model.Request{Functions: []model.Function{{Name: "f"}}, Messages: []model.Message{userSays("go")},
		Script: script(`{"rules":[{"name":"more","when":{"result":{}},"call":{"function":"f"}},{"name":"go","call":{"function":"f"}}]}`)}
	for steps := 0; ; steps++ {
		end := generate(t, r)
		calls := callsOf(end.Message)
		if len(calls) == 0 {
			if steps != 2 { // "go", then "more" once
				t.Fatalf("%d calls", steps)
			}
			return
		}
		r.Messages = append(r.Messages, end.Message, toolSays(calls[0], `{}`))
	}
}

func failure(ctx context.Context, t *testing.T, r model.Request) (said string, err *model.Error) {
	t.Helper()
	for e, got := range New().Generate(ctx, r) {
		said += e.Delta
		if got != nil && !errors.As(got, &err) {
			t.Fatalf("error of type %T", got)
		}
		if e.End != nil {
			t.Fatal("an end beside the error")
		}
	}
	return said, err
}

func TestFail(t *testing.T) {
	t.Parallel()
	r := model.Request{Messages: []model.Message{userSays("hi")}, Model: "a",
		Script: script(`{"rules":[{"when":{"model":"a"},"say":"One moment","fail":{"kind":"overloaded","status":503,"retryAfterMs":1500}},{"say":"Here I am.","usage":{"input":7,"output":2},"reason":"length"}]}`)}
	said, err := failure(t.Context(), t, r)
	if said != "One moment" || err == nil || err.Kind != model.Overloaded || err.Status != 503 || err.RetryAfter != 1500*time.Millisecond || !err.Emitted {
		t.Fatalf("%q %+v", said, err)
	}
	r.Model = ""
	if end := generate(t, r); end.Usage != (model.Usage{Input: 7, Output: 2}) || end.Reason != model.Length {
		t.Fatalf("%+v", end)
	}
	r.Script = script(`{"rules":[{"say":"x","when":{"patern":"y"}}]}`)
	if _, err := failure(t.Context(), t, r); err == nil || err.Kind != model.Invalid || !strings.Contains(err.Error(), `unknown field "patern"`) {
		t.Fatalf("%v", err)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := model.Request{Messages: []model.Message{userSays("hi")}, Script: script(`{"rules":[{"say":"one two three","delayMs":5000}]}`)}
		start := time.Now()
		generate(t, r)
		if got := time.Since(start); got != 15*time.Second {
			t.Errorf("took %s", got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		said, err := failure(ctx, t, r)
		if said != "one " || err == nil || err.Kind != model.Timeout || !err.Emitted {
			t.Errorf("%q %v", said, err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if said, err := failure(ctx, t, r); said != "" || err == nil || err.Kind != model.KindCut || err.Emitted {
			t.Errorf("%q %v", said, err)
		}
		for range New().Generate(t.Context(), r) {
			break
		}
	})
}

func TestOddHistories(t *testing.T) {
	t.Parallel()
	call := model.Part{Call: &model.Call{ID: "1", Name: "gone"}}
	for name, history := range map[string][]model.Message{
		"empty":             nil,
		"no parts":          {{Role: model.User}},
		"blank":             {userSays(" \n")},
		"model first":       {{Role: model.Model, Parts: []model.Part{{Text: "Hi"}}}},
		"model last":        {userSays("x"), {Role: model.Model, Parts: []model.Part{{Text: "Hi"}}}},
		"call unanswered":   {userSays("x"), {Role: model.Model, Parts: []model.Part{call}}, userSays("y")},
		"result of nothing": {{Role: model.Tool, Parts: []model.Part{{Result: &model.Result{Name: "gone", Body: json.RawMessage(`{"a":`)}}}}},
		"wire of others":    {userSays("x"), {Role: model.Model, Parts: []model.Part{{Text: "a", Wire: json.RawMessage(`[1]`)}}}, userSays("y")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []model.Request{{Messages: history}, bakery(t)} {
				r.Messages = history
				generate(t, r)
			}
		})
	}
}

// A call that waits for approval is announced once; its result is told when it comes, even after other talk.
func TestApproval(t *testing.T) {
	t.Parallel()
	waits := `{"state":"waiting for the approval of a person; the result will stand here later"}`
	r := model.Request{Functions: []model.Function{{Name: "order"}}, Messages: []model.Message{userSays("order it")},
		Script: script(`{"rules":[{"name":"done","when":{"result":{"function":"order"}},"say":"Ordered: {{result.number}}."},
			{"name":"hours","when":{"any":["hours"]},"say":"From 7 to 18."},{"name":"order","when":{"any":["order"]},"call":{"function":"order"}}]}`)}
	end := generate(t, r)
	r.Messages = append(r.Messages, end.Message, toolSays(callsOf(end.Message)[0], waits))
	end = generate(t, r)
	if end.Detail != waitingRule || textOf(end.Message) == "" {
		t.Fatalf("%+v", end)
	}
	r.Messages = append(r.Messages, end.Message)
	if end = generate(t, r); len(end.Message.Parts) != 0 {
		t.Fatalf("said twice: %+v", end)
	}
	r.Messages = append(r.Messages, userSays("your hours?"))
	if end = generate(t, r); end.Detail != "hours" {
		t.Fatalf("%+v", end)
	}
	r.Messages = append(r.Messages, end.Message)
	r.Messages[2].Parts[0].Result.Body = json.RawMessage(`{"status":200,"body":{"number":7},"truncated":false,"ms":12}`)
	if end = generate(t, r); textOf(end.Message) != "Ordered: 7." {
		t.Fatalf("%+v", end)
	}
	r.Messages = append(r.Messages, end.Message)
	if end = generate(t, r); len(end.Message.Parts) != 0 {
		t.Fatalf("said twice: %+v", end)
	}
}

// A script answers customers; told by the program to write by itself, it says nothing.
func TestAScriptDoesNotFollowInstructions(t *testing.T) {
	t.Parallel()
	r := model.Request{Script: script(`{"rules":[{"say":"hello"}]}`), Messages: []model.Message{userSays("hi"),
		{Role: model.Model, Parts: []model.Part{{Text: "hello"}}}, userSays("[system] It is Monday. Write to the customer now.")}}
	for e, err := range New().Generate(t.Context(), r) {
		if err != nil || e.End == nil || len(e.End.Message.Parts) > 0 {
			t.Errorf("it said %v, %v", e, err)
		}
	}
}
