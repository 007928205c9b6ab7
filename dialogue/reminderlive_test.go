package dialogue_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

// A text that is sent on time while the agent works is the agent's last word when the turn says nothing more: the
// follow-up counts from it. It once was forgotten, because the turn was to make it, from a message of its own.
func TestATextSentDuringATurnIsFollowedUp(t *testing.T) {
	rows := map[string]struct {
		last model.Part // what the model says in the end
		also string     // what it says before the text
		want []string
		said []string
	}{
		"answered before": {text(""), "let me see", []string{"FOLLOW_UP 0 PENDING"}, []string{"AGENT let me see", "AGENT at its time"}},
		"silent":          {text(""), "", []string{"FOLLOW_UP 0 PENDING"}, []string{"AGENT at its time"}},
		"answered after": {text("there you are"), "", []string{"FOLLOW_UP 0 CANCELLED the agent wrote something else", "FOLLOW_UP 0 PENDING"},
			[]string{"AGENT at its time", "AGENT there you are"}},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				reached, open := make(chan bool, 9), make(chan bool)
				url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
					reached <- true
					<-open
					_, _ = rw.Write([]byte(`{}`))
				})
				first := []model.Part{calling("f", `{"n":1}`)}
				if row.also != "" {
					first = append([]model.Part{text(row.also)}, first...)
				}
				finally := func(context.Context, model.Request) model.End { return ended(row.last) }
				w := newWorld(t, db, answers(does(first...), finally, finally))
				defer w.stop()
				a := w.agent(follows(texts("Still there?")...))
				w.function(a, "f", url)
				id := w.thread(a, "Hi")
				<-reached
				w.schedule(id, dialogue.ReminderInput{Text: "at its time"})
				w.due(id)
				w.until("the text", func() bool { return strings.HasSuffix(strings.Join(w.said(id), ";"), "at its time") })
				close(open)
				w.turns(id, 1)
				equal(t, "said", w.said(id)[1:], row.said)
				w.untilReminders(id, append([]string{"SCHEDULED 0 SENT"}, row.want...)...)
				if name == "answered after" {
					return
				}
				w.due(id)
				w.untilReminders(id, "SCHEDULED 0 SENT", "FOLLOW_UP 0 SENT")
			})
		}
	})
}
