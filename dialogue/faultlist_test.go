package dialogue_test

import (
	"slices"
	"testing"
	"time"

	"parley/ent/step"
	"parley/fakemodel"
)

// faults are what model services are known to do wrong. With streams, a text that broke off stays: the customer saw it. An
// answer in one piece is there or not.
func faults() []fault {
	three := fakemodel.Text("one ", "two ", "three")
	with := func(f func(*fakemodel.Answer)) fakemodel.Answer { return changed(three, f) }
	one := func(a ...fakemodel.Answer) []fakemodel.Answer { return a }
	good := fakemodel.Text("good")
	refusing := func(e *fakemodel.Error, n int) []fakemodel.Answer {
		return fakemodel.Repeat(n, fakemodel.Answer{Refuse: e})
	}
	return []fault{
		{name: "no answer", answers: one(with(func(a *fakemodel.Answer) { a.Delay = time.Hour })), streamed: spare()},
		{name: "delayed", answers: one(with(func(a *fakemodel.Answer) { a.Delay, a.ChunkDelay = 50*time.Millisecond, 50*time.Millisecond })),
			streamed: asked("ANSWERED", "one two three", "")},
		{name: "stalled", answers: one(with(func(a *fakemodel.Answer) { a.ChunkDelay = time.Hour })),
			streamed: asked("CUT", "one", "broke off"), whole: asked("ANSWERED", "one two three", ""), openAI: spare()},
		{name: "cut in a sentence", answers: one(with(func(a *fakemodel.Answer) { a.Cut, a.After = true, 2 })),
			streamed: asked("CUT", "one two", "broke off"), whole: spare(), openAI: asked("CUT", "one", "broke off")},
		{name: "cut before a word", answers: one(with(func(a *fakemodel.Answer) { a.Cut = true })), streamed: spare()},
		{name: "error in a sentence", answers: one(with(func(a *fakemodel.Answer) { a.Break, a.After = fakemodel.Overloaded(), 2 })),
			streamed: asked("CUT", "one two", "broke off"), whole: spare(), openAI: asked("CUT", "one", "broke off")},
		{name: "no finish", answers: one(with(func(a *fakemodel.Answer) { a.NoFinish = true })), streamed: asked("CUT", "one two three", "broke off"), openAI: asked("ANSWERED", "one two three", "")},
		{name: "quota", answers: refusing(fakemodel.Quota(time.Second, false), 1), streamed: spare()},
		{name: "quota waited for", alone: true, answers: append(refusing(fakemodel.Quota(time.Second, false), 1), good),
			streamed: asked("ANSWERED", "good", ""), check: waited},
		{name: "quota of the day", alone: true, answers: refusing(fakemodel.Quota(time.Hour, true), 1), streamed: failedTurn("quota is used up")},
		{name: "overloaded", answers: refusing(fakemodel.Overloaded(), 1), streamed: spare()},
		{name: "overloaded once", alone: true, answers: append(refusing(fakemodel.Overloaded(), 1), good), streamed: asked("ANSWERED", "good", "")},
		{name: "overloaded for long", alone: true, answers: refusing(fakemodel.Overloaded(), 2), streamed: failedTurn("not available: overloaded")},
		{name: "malformed call", answers: one(fakemodel.Malformed(), good), streamed: asked("ANSWERED", "good", "")},
		{name: "malformed for ever", answers: fakemodel.Repeat(4, fakemodel.Malformed()), streamed: asked("FAILED", "fallback", "no answer that can be read")},
		{name: "blocked prompt", answers: one(fakemodel.Answer{BlockReason: "PROHIBITED_CONTENT"}), streamed: failedTurn("blocked the request"), check: billed(false)},
		{name: "blocked answer", answers: one(with(func(a *fakemodel.Answer) { a.Finish = "SAFETY" })), streamed: asked("BLOCKED", "fallback", "blocked the answer")},
		{name: "error behind a thought", answers: one(fakemodel.Answer{Parts: []fakemodel.Part{{Text: "They want it. ", Thought: true}, {Text: "yes"}},
			Usage: &fakemodel.Usage{Prompt: 5, Thoughts: 70}, Break: fakemodel.Overloaded(), After: 1}), streamed: spare(), check: billed(true)},
		{name: "undeclared function", answers: one(fakemodel.Calls(fakemodel.Call{Name: "nobody", Args: `{"n":1}`}), good),
			streamed: asked("ANSWERED", "good", ""), check: called(0, "FAILED")},
		{name: "arguments against the schema", answers: one(fakemodel.Calls(fakemodel.Call{Name: "f", Args: `{"n":"many"}`}), good),
			streamed: asked("ANSWERED", "good", ""), check: called(0, "FAILED")},
		{name: "too many calls", answers: one(fakemodel.ManyCalls(101, "f", `{"n":1}`), good),
			streamed: asked("LIMIT", "good", "calls"), check: called(100, "ANSWERED", "REFUSED")},
		{name: "empty but billed", answers: one(fakemodel.Answer{Finish: "MAX_TOKENS", Usage: &fakemodel.Usage{Prompt: 5, Thoughts: 70}}),
			streamed: asked("CUT", "fallback", "greatest length"), check: counted75},
		{name: "nothing said", answers: fakemodel.Repeat(2, fakemodel.Answer{}), streamed: asked("SILENT", "", "say nothing")},
		{name: "answer that does not fit", bound: true, answers: one(fakemodel.Text("No ", "JSON."), fakemodel.Text(`{"reply": `, `"good"}`)),
			streamed: asked("ANSWERED", `{"reply": "good"}`, "")},
		{name: "answers that do not fit", bound: true, answers: one(fakemodel.Text(`{"reply":1}`), fakemodel.Text(`{"reply":"a"} and more`)),
			streamed: asked("FAILED", "fallback", "does not fit the agent's schema: the answer: not JSON")},
		{name: "answer that is cut", bound: true, answers: one(changed(fakemodel.Text(`{"reply": `, `"go`), func(a *fakemodel.Answer) { a.Finish = "MAX_TOKENS" })),
			streamed: asked("CUT", "fallback", "greatest length")},
		{name: "thoughts", answers: one(fakemodel.Answer{Parts: []fakemodel.Part{{Text: "They want it. ", Thought: true}, {Text: "yes"}}}),
			streamed: asked("ANSWERED", "yes", ""), check: thought},
		{name: "thinking for ever", alone: true, hurry: true, answers: one(with(func(a *fakemodel.Answer) {
			a.Parts = append(slices.Repeat([]fakemodel.Part{{Text: "And then? ", Thought: true}}, 300), a.Parts...)
			a.ChunkDelay = 100 * time.Millisecond
		})), streamed: &ending{"LIMIT", "fallback", "wall clock", ""}, whole: asked("ANSWERED", "one two three", ""), check: billed(true)},
		{name: "another model", answers: one(with(func(a *fakemodel.Answer) { a.ModelVersion = "gemini-4-argon" })),
			streamed: asked("ANSWERED", "one two three", ""), check: named},
	}
}

// waited holds that a quota was waited for as long as the service said.
func waited(t *testing.T, f *faulty) {
	sent := f.fake.Requests() // the turn's own times are those of a database, known to a round trip
	if n := len(sent); n < 2 || sent[n-1].Time.Sub(sent[n-2].Time) < time.Second {
		t.Errorf("%d requests, the last two at %v", n, sent[max(0, n-2):])
	}
}

// billed holds that what a service counted before it failed is counted. Only Gemini counts then, and in streams before
// the end.
func billed(streamed bool) func(*testing.T, *faulty) {
	return func(t *testing.T, f *faulty) {
		if f.adapter.openAI || streamed && f.adapter.whole {
			return
		}
		vain := f.db.Client.Step.Query().Where(step.ThreadID(f.threadID), step.Finish("dropped"))
		f.until("the account of it", func() bool { return vain.Clone().ExistX(f.ctx) })
		if st, tn := vain.OnlyX(f.ctx), f.turns(f.threadID, 1)[0]; st.InputTokens == 0 || tn.InputTokens < st.InputTokens {
			t.Errorf("the step has %d tokens; the turn has %d", st.InputTokens, tn.InputTokens)
		}
	}
}

// called holds how many requests functions made, and how calls ended.
func called(requests int64, states ...string) func(*testing.T, *faulty) {
	return func(t *testing.T, f *faulty) {
		equal(t, "requests of functions", f.shop.Load(), requests)
		equal(t, "calls", f.callStates(), states)
	}
}

func counted75(t *testing.T, f *faulty) {
	equal(t, "tokens", []int64{f.turn.InputTokens, f.turn.OutputTokens, f.steps[0].ThinkingTokens}, []int64{5, 70, 70})
}

func thought(t *testing.T, f *faulty) {
	if f.steps[0].ThinkingTokens == 0 {
		t.Error("thoughts were not counted")
	}
}

// named holds that the model which answered is named, and people are warned.
func named(t *testing.T, f *faulty) {
	equal(t, "model", f.steps[0].Model, "gemini-4-argon")
	if !f.adapter.openAI && f.steps[0].ModelWarning == nil { // elsewhere a name often stands for another one
		t.Error("there is no warning")
	}
}
