package dialogue_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

// A process keeps what its models have read of a thread. Whatever happens in the thread, a model reads there what it would
// read in a process that keeps nothing: the same story is played in both, and the questions are compared.
func TestWhatIsKeptOfAThreadIsWhatIsStored(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var mu sync.Mutex
		asked := map[string][]string{} // agent -> questions
		listens := func(then answerFunc) answerFunc {
			return func(ctx context.Context, r model.Request) model.End {
				text, err := json.Marshal(r.Messages)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				asked[r.Model] = append(asked[r.Model], string(text))
				return then(ctx, r)
			}
		}
		provider := always(listens(func(_ context.Context, r model.Request) model.End {
			last := r.Messages[len(r.Messages)-1]
			if last.Role == model.Tool {
				return ended(text("Done."))
			}
			switch said := last.Parts[len(last.Parts)-1].Text; {
			case strings.Contains(said, "call"):
				return ended(text("I look."), calling("interest", `{}`), calling("f", `{"n":1}`))
			case strings.Contains(said, "person"):
				return ended(calling("operator", `{"message":"One moment."}`))
			case strings.Contains(said, "nothing"):
				return ended()
			default:
				return ended(text("You said " + said))
			}
		}))
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"free":true}`)) })
		w := newWorld(t, db, provider)
		play := func(name string, between func()) []string {
			a := w.agent(func(in *dialogue.AgentInput) { in.Models = &[]string{"fake/" + name} })
			w.function(a, "f", url)
			id := w.silentThread(a)
			must := func(_ dialogue.ID, err error) { w.must(err) }
			for _, step := range []func(){
				func() { w.say(id, "Hi") },
				func() { w.say(id, "please call") },
				func() {
					must(w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "I am here, too"}))
				},
				func() { w.say(id, "nothing") },
				func() { must(w.s.AddNote(w.operator, id, "a note")) },
				func() { w.say(id, "still there?") },
				func() { must(w.s.TakeOver(w.operator, id)) },
				func() { must(w.s.HandBack(w.operator, id)) },
				func() { w.say(id, "and now?") },
				func() { must(w.s.CloseThread(w.operator, id)) },
				func() { must(w.s.ReopenThread(w.operator, id)) },
				func() { w.say(id, "open again?") },
				func() { w.say(id, "a person") },
				func() { w.say(id, "waiting") },
				func() { must(w.s.HandBack(w.operator, id)) },
				func() { must(w.s.TakeOver(w.operator, id)) },
				func() { must(w.s.HandBack(w.operator, id)) },
				func() { w.say(id, "please call again") },
				func() { w.say(id, "bye") },
			} {
				step()
				w.quiet(id)
				between()
			}
			mu.Lock()
			defer mu.Unlock()
			return asked[name]
		}
		kept := play("kept", func() {})
		read := play("read", func() { // a new process
			w.stop()
			w.s = w.service(provider)
			w.stop, w.halt = w.run(w.s)
		})
		if len(kept) < 10 || len(kept) != len(read) {
			t.Fatalf("%d and %d questions", len(kept), len(read))
		}
		for i := range kept {
			a, b := strings.ReplaceAll(kept[i], "kept", "read"), read[i]
			if a, b = withoutTimes(a), withoutTimes(b); a != b {
				t.Errorf("question %d:\nkept %s\nread %s", i, a, b)
			}
		}
	})
}

// moments are what tells two plays of one story apart.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z|"ms":\d+`)

func withoutTimes(text string) string { return moments.ReplaceAllString(text, "…") }
