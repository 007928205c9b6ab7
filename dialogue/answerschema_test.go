package dialogue_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/raw"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
)

// replySchema takes answers with a text and, if need be, a price.
const replySchema = `{"type":"object","properties":{"reply":{"type":"string"},"price":{"type":"number"}},"required":["reply"],"additionalProperties":false}`

func structured(in *dialogue.AgentInput) { in.AnswerSchema = ptr(raw.JSON(replySchema)) }

// questions keeps what a model was asked.
type questions struct {
	mu  sync.Mutex // protects all
	all []model.Request
}

func (q *questions) ask(f answerFunc) answerFunc {
	return func(ctx context.Context, r model.Request) model.End {
		q.mu.Lock()
		q.all = append(q.all, r)
		q.mu.Unlock()
		return f(ctx, r)
	}
}

// each tells of each question whether there were functions, and the remarks of the program on answers that did not fit.
func (q *questions) each() (all []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.all {
		told := "bare"
		if len(r.Functions) > 0 {
			told = "functions"
		}
		for _, m := range r.Messages {
			if _, why, found := strings.Cut(m.Parts[0].Text, "[system] The customer did not get your last text"); found && m.Role == model.User {
				_, why, _ = strings.Cut(why, ": ")
				told += " | " + why
			}
		}
		all = append(all, told)
	}
	return all
}

// A model's answer is held to the schema of its agent. One that does not fit is never said; it is asked for once more, with
// the reason and without functions, and then the turn fails.
func TestAnswersFitTheirSchema(t *testing.T) {
	const good, prose, odd = `{"reply": "Hé", "price": 12.50}`, "Hello!", `{"reply":1,"more":true}`
	const noJSON, misfits = "the answer: not JSON", "/reply: got number, want string; the answer: additional properties 'more' not allowed"
	fails := func(reason string) answerFunc {
		return func(context.Context, model.Request) model.End {
			end := ended(text(`{"reply":"He`))
			end.Reason = reason
			return end
		}
	}
	for name, tt := range map[string]struct {
		answers []answerFunc
		few     bool     // the turn has two steps
		said    []string // by the agent
		reason  string
		why     string   // is part of the reason's text
		asked   []string // see questions.each
		heard   []string
		misfits int // steps
	}{
		"fits": {answers: []answerFunc{says(" " + good + "\n")}, said: []string{good}, reason: "ANSWERED",
			asked: []string{"functions"}, heard: []string{good + " stored"}},
		"fits when asked again": {answers: []answerFunc{says(prose), says(good)}, said: []string{good}, reason: "ANSWERED",
			asked: []string{"functions", "bare | " + noJSON}, heard: []string{prose + " dropped", good + " stored"}, misfits: 1},
		"never fits": {answers: []answerFunc{says(odd), says(prose), says(good)}, said: []string{"fallback"}, reason: "FAILED",
			why: "does not fit the agent's schema: " + noJSON, asked: []string{"functions", "bare | " + misfits},
			heard: []string{odd + " dropped", prose + " dropped"}, misfits: 2},
		"gives up": {answers: []answerFunc{says(prose), does()}, said: []string{"fallback"}, reason: "FAILED",
			why: "no answer that fits", asked: []string{"functions", "bare | " + noJSON}, heard: []string{prose + " dropped"}, misfits: 1},
		"no step left": {few: true, answers: []answerFunc{does(calling("interest", `{}`)), says(prose)}, said: []string{"fallback"}, reason: "LIMIT",
			why: "steps", asked: []string{"functions", "bare"}, heard: []string{prose + " dropped"}, misfits: 1},
		"prose beside a call": {answers: []answerFunc{does(text(prose), calling("interest", `{}`)), says(good)}, said: []string{good}, reason: "ANSWERED",
			asked: []string{"functions", "functions | " + noJSON}, heard: []string{prose + " dropped", good + " stored"}, misfits: 1},
		"answer beside a call": {answers: []answerFunc{does(text(good), calling("interest", `{}`)), does()}, said: []string{good}, reason: "ANSWERED",
			asked: []string{"functions", "functions"}, heard: []string{good + " stored"}},
		"words of a hand-over": {answers: []answerFunc{does(text(prose), calling("operator", `{"reason":"asked","message":"I call somebody."}`))},
			said: []string{"I call somebody."}, reason: "HANDED_OVER", asked: []string{"functions"}, heard: []string{prose + " dropped"}, misfits: 1},
		"too long": {answers: []answerFunc{fails(model.Length)}, said: []string{"fallback"}, reason: "CUT", why: "greatest length",
			asked: []string{"functions"}, heard: []string{`{"reply":"He dropped`}, misfits: 1},
		"cut": {answers: []answerFunc{fails(model.Cut)}, said: []string{"fallback"}, reason: "CUT", why: "broke off",
			asked: []string{"functions"}, heard: []string{`{"reply":"He dropped`}, misfits: 1},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				asked, heard := &questions{}, &hearing{}
				all := make([]answerFunc, len(tt.answers))
				for i, f := range tt.answers {
					all[i] = asked.ask(f)
				}
				w := newWorld(t, db, answers(all...), func(o *dialogue.Options) { o.Live = heard })
				id := w.thread(w.agent(structured, func(in *dialogue.AgentInput) {
					if tt.few {
						in.MaxSteps = ptr(2)
					}
				}), "Hi")
				tn := w.turns(id, 1)[0]
				if tn.Reason.String() != tt.reason || !strings.Contains(tn.ReasonText, tt.why) {
					t.Errorf("ended %s (%s), want %s (%s)", tn.Reason, tn.ReasonText, tt.reason, tt.why)
				}
				want := []string{"CUSTOMER Hi"}
				for _, text := range tt.said {
					want = append(want, "AGENT "+text)
				}
				equal(t, "said", w.said(id), want)
				equal(t, "asked", asked.each(), tt.asked)
				equal(t, "heard", heard.all(), tt.heard)
				misfits := db.Client.Step.Query().Where(step.ThreadID(id), step.MisfitNotNil()).CountX(w.ctx)
				equal(t, "misfits", misfits, tt.misfits)
				r := asked.all[0]
				if string(r.AnswerSchema) != replySchema || !strings.Contains(r.System, "one JSON object") {
					t.Errorf("asked with the schema %s by %s", r.AnswerSchema, r.System)
				}
			})
		})
	}
}

// Later turns read that an answer was not sent, from what the process keeps and from what is stored; and people write what
// they like.
func TestWhatDidNotFitIsRemembered(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked questions
		w := newWorld(t, db, answers(asked.ask(says("prose")), asked.ask(says(`{"reply":"a"}`)), asked.ask(says(`{"reply":"b"}`))))
		id := w.thread(w.agent(structured), "Hi")
		w.turns(id, 1)
		_, err := w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "free words"})
		w.must(err)
		w.say(id, "and?")
		w.turns(id, 2)
		w.stop()
		again := newWorldOn(w, answers(asked.ask(says(`{"reply":"c"}`))))
		again.say(id, "still?")
		again.turns(id, 3)
		equal(t, "asked", asked.each(), []string{"functions", "bare | the answer: not JSON", "functions | the answer: not JSON", "functions | the answer: not JSON"})
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", `AGENT {"reply":"a"}`, "OPERATOR free words", "CUSTOMER and?", `AGENT {"reply":"b"}`,
			"CUSTOMER still?", `AGENT {"reply":"c"}`})
	})
}

// A customer who has written more meanwhile asks anew: with functions, and with another try.
func TestMoreWordsAfterAnAnswerThatDidNotFit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var asked questions
		var w *world
		adds := func(ctx context.Context, r model.Request) model.End {
			w.say(db.Client.Thread.Query().OnlyX(w.ctx).ID, "more")
			return says("prose")(ctx, r)
		}
		w = newWorld(t, db, answers(asked.ask(adds), asked.ask(says("prose")), asked.ask(says(`{"reply":"a"}`))))
		id := w.thread(w.agent(structured), "Hi")
		equal(t, "reason", w.reason(id), "ANSWERED")
		const told = " | the answer: not JSON"
		equal(t, "asked", asked.each(), []string{"functions", "functions" + told, "bare" + told + told})
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "CUSTOMER more", `AGENT {"reply":"a"}`})
	})
}

// newWorldOn is a world whose engine runs in place of the one of w, which was stopped.
func newWorldOn(w *world, provider model.Provider) *world {
	again := *w
	again.s = again.service(provider)
	again.stop, again.halt = again.run(again.s)
	return &again
}

// The schema is part of a version: threads keep the one they began with, a roll back brings it again, and dry runs have it.
func TestAnswerSchemasAreVersioned(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			var schema struct{ Required []string }
			if json.Unmarshal(r.AnswerSchema, &schema) != nil {
				return ended(text("free"))
			}
			return ended(text(`{"` + schema.Required[0] + `":"ok"}`))
		}), scratch(t))
		a := w.agent()
		w.publish(a, false)
		change := func(schema string) {
			_, err := w.s.UpdateAgent(w.ctx, a, dialogue.AgentInput{AnswerSchema: ptr(raw.JSON(schema))})
			w.must(err)
		}
		old := db.Client.AgentVersion.Query().OnlyX(w.ctx)
		if strings.Contains(string(old.Settings), "answerSchema") {
			t.Errorf("a version without a schema is not what it was before there were any: %s", old.Settings)
		}
		free := w.silentThread(a)
		change(replySchema)
		w.publish(a, false)
		bound := w.silentThread(a)
		change(strings.ReplaceAll(replySchema, "reply", "word"))
		equal(t, "version 1", w.asks(free), "free")
		equal(t, "version 2", w.asks(bound), `{"reply":"ok"}`)
		equal(t, "a dry run of the draft", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?"}),
			[]string{"step fake/one stop", `said {"word":"ok"}`, "end ANSWERED"})
		equal(t, "a dry run of version 1", w.dryRun(dialogue.DryRunInput{AgentID: a, Text: "?", Version: ptr(1)}),
			[]string{"step fake/one stop", "said free", "end ANSWERED"})

		_, err := w.s.MoveThread(w.operator, free, ptr(2))
		w.must(err)
		equal(t, "moved", w.asks(free), `{"reply":"ok"}`)
		_, err = w.s.RollbackAgent(w.ctx, dialogue.RollbackInput{AgentID: a, Number: 2, RestoreDraft: true})
		w.must(err)
		row := db.Client.Agent.GetX(w.ctx, a)
		equal(t, "the draft", string(row.AnswerSchema), replySchema)
		changed, err := w.s.HasUnpublishedChanges(w.ctx, row)
		w.must(err)
		equal(t, "unpublished changes", changed, false)
		_, err = w.s.RollbackAgent(w.ctx, dialogue.RollbackInput{AgentID: a, Number: 1, RestoreDraft: true, MoveThreads: true})
		w.must(err)
		equal(t, "rolled back", w.asks(bound), "free")
		equal(t, "the draft of version 1", string(db.Client.Agent.GetX(w.ctx, a).AnswerSchema), "")
		change(replySchema)
		change("null")
		equal(t, "taken away", string(db.Client.Agent.GetX(w.ctx, a).AnswerSchema), "")
	})
}

// What a message of the agent carries is reckoned with the steps that did not fit.
func TestMisfitsAreAccountedFor(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(says("prose"), says(`{"reply":"a"}`)))
		id := w.thread(w.agent(structured), "Hi")
		tn := w.turns(id, 1)[0]
		m := db.Client.Message.Query().Order(ent.Desc("sequence")).FirstX(w.ctx)
		equal(t, "tokens", []int64{tn.InputTokens, tn.OutputTokens, m.InputTokens, m.OutputTokens}, []int64{20, 10, 20, 10})
	})
}

func TestBadAnswerSchemas(t *testing.T) {
	deep := `{"type":"object","properties":{"a":` + strings.Repeat(`{"items":`, 40) + `{}` + strings.Repeat(`}`, 40) + `}}`
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		for schema, want := range map[string]string{
			`[]`: "must be a JSON object", `"x"`: "must be a JSON object", `{`: "must be a JSON object", `{}`: `"type": "object"`,
			`{"type":"array"}`: `"type": "object"`, `{"type":"object","properties":{"a":{"type":"text"}}}`: "is no JSON Schema",
			`{"type":"object","properties":{"a":{"$ref":"http://example.com/s.json"}}}`: "another document",
			`{"type":"object","properties":{"a":{"pattern":"("}}}`:                      "is no JSON Schema",
			`{"type":"object","description":"` + strings.Repeat("x", 16<<10) + `"}`:     "at most 16384 are allowed",
			`{"type":"object","description":"\u0000"}`:                                  "NUL",
			deep: "is nested 43 deep; at most 32 are allowed",
		} {
			in := dialogue.AgentInput{Name: ptr("A"), AnswerSchema: ptr(raw.JSON(schema))}
			_, created := w.s.CreateAgent(w.ctx, in)
			_, updated := w.s.UpdateAgent(w.ctx, a, in)
			for _, err := range []error{created, updated} {
				names, says := fields(t, err)
				if equal(t, "fields", names, []string{"answerSchema"}); !strings.Contains(says, want) {
					t.Errorf("%.60s: %q lacks %q", schema, says, want)
				}
			}
		}
	})
}

// A schema that goes round in circles ends, whatever is held to it.
func TestCircularAnswerSchemas(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for schema, want := range map[string]string{
			`{"type":"object","allOf":[{"$ref":"#"}]}`:                                       "FAILED",
			`{"type":"object","properties":{"a":{"$ref":"#"}},"additionalProperties":false}`: "ANSWERED",
		} {
			w := newWorld(t, db, always(says(`{"a":{"a":{}}}`)))
			id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.AnswerSchema = ptr(raw.JSON(schema)) }), "Hi")
			equal(t, schema, w.reason(id), want)
			w.stop()
		}
	})
}
