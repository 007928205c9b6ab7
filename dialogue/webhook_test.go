package dialogue_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/ent/event"
	"parley/eventlog"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// bodies returns the webhook bodies of a thread's events of a type, in order.
func (w *world) bodies(threadID, eventType string) []string {
	rows := w.db.Client.Event.Query().Where(event.ThreadID(threadID), event.Type(eventType)).Order(event.BySequence()).AllX(w.ctx)
	bodies := make([]string, len(rows))
	for i, row := range rows {
		bodies[i] = row.Body
	}
	return bodies
}

// TestOneDialogueRaisesEveryEvent lets an agent do all that webhooks tell of. The world holds each body against its schema.
func TestOneDialogueRaisesEveryEvent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
		w := newWorld(t, db, answers(
			does(text("Yes."), calling("success", `{}`), calling("interest", `{"reason":"asked"}`), calling("get_contact", `{"email":"a@example.com"}`),
				calling("message_for_operator", `{"text":"look"}`), calling("lookup", `{"n":1}`), calling("pay", `{"n":2}`)),
			does(calling("operator", `{}`)),
		))
		a := w.agent()
		w.function(a, "lookup", url)
		w.function(a, "pay", url, func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
		id := w.thread(a, "go")
		w.parked(id)
		calls := w.calls(id)
		_, err := w.s.RefuseCall(w.operator, calls[len(calls)-1].ID, "")
		w.must(err)
		w.reason(id)
		_, err = w.s.CloseThread(w.operator, id)
		w.must(err)
		want := slices.DeleteFunc(slices.Clone(eventlog.WebhookTypes), func(name string) bool { return strings.HasPrefix(name, "integration.") })
		var got []string
		for _, row := range db.Client.Event.Query().Where(event.ThreadID(id), event.BodyNEQ("")).AllX(w.ctx) {
			got = append(got, row.Type)
		}
		slices.Sort(got)
		equal(t, "types", slices.Compact(got), want)
	})
}

func TestWhatIntegratorsLearnOfACallThatWaitsForApproval(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("pay", `{"n":7,"q":"a"}`))))
		a := w.agent()
		function := w.function(a, "pay", "https://pay.example/?token=in-the-url", func(in *dialogue.FunctionInput) {
			in.NeedsApproval = ptr(true)
			in.Headers = &[]dialogue.Header{{Name: "Authorization", Value: seal.Hide("Bearer in-the-header"), Secret: true}}
		})
		id := w.thread(a, "pay it")
		tn, c := w.parked(id), w.calls(id)[0]
		equal(t, "events", w.events(id), []string{"call.awaiting_approval"})
		text := w.bodies(id, eventlog.CallAwaitingApproval)[0]
		var body struct{ Data eventlog.ApprovalData }
		w.must(json.Unmarshal([]byte(text), &body))
		got := body.Data
		equal(t, "data", []any{got.ThreadID, got.CallID, got.TurnID, got.Function, got.FunctionID, got.Arguments, got.ExpiresAt},
			[]any{id, c.ID, tn.ID, "pay", function, `{"n":7,"q":"a"}`, c.CreatedAt.Add(24 * time.Hour)})
		if strings.Contains(text, "in-the-") {
			t.Errorf("the body tells how the function is called: %s", text)
		}
		_, err := w.s.RefuseCall(w.operator, got.CallID, "")
		w.must(err)
		w.reason(id)
		equal(t, "events of a refusal", w.events(id), []string{"call.awaiting_approval"})
	})
}

func TestWhatIntegratorsLearnOfACallThatFailed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("refused", `{}`), calling("lost", `{}`), calling("wrong", `{"n":"x"}`))))
		a := w.agent()
		functions := map[string]string{
			"refused": w.function(a, "refused", endpoint(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) })),
			"lost":    w.function(a, "lost", endpoint(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })),
			"wrong":   w.function(a, "wrong", "https://never.example/"),
		}
		id := w.thread(a, "go")
		turn := w.turns(id, 1)[0]
		want := map[string]string{"refused": "FAILED 418", "lost": "UNKNOWN", "wrong": "FAILED"}
		for _, text := range w.bodies(id, eventlog.CallFailed) {
			var body struct{ Data eventlog.CallData }
			w.must(json.Unmarshal([]byte(text), &body))
			got := body.Data
			outcome := got.Outcome
			if got.HTTPStatus != nil {
				outcome += " 418"
				equal(t, "status", *got.HTTPStatus, 418)
			}
			equal(t, got.Function, []any{outcome, got.TurnID, *got.FunctionID, got.Status, got.Error != ""},
				[]any{want[got.Function], turn.ID, functions[got.Function], "OPEN", true})
			delete(want, got.Function)
		}
		if len(want) > 0 {
			t.Errorf("nothing was told of %v", want)
		}
	})
}
