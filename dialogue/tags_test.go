package dialogue_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/event"
	"parley/ent/function"
	"parley/ent/raw"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestTagsRaisedByTheAgent(t *testing.T) {
	rows := []struct {
		tag, args string
		reason    string
		status    string
		events    []string
		said      []string // of the agent
	}{
		{"success", `{"reason":"bought"}`, "ANSWERED", "OPEN", []string{"dialogue.successful"}, []string{"AGENT ok"}},
		{"get_contact", `{"phone":"030 123456"}`, "ANSWERED", "OPEN", []string{"contact.received"}, []string{"AGENT ok"}},
		{"interest", `{}`, "ANSWERED", "OPEN", []string{"interest.shown"}, []string{"AGENT ok"}},
		{"operator", `{"reason":"angry","message":"Somebody will come."}`, "HANDED_OVER", "WAITING_FOR_OPERATOR", []string{"operator.transferred"}, []string{"AGENT Somebody will come."}},
		{"message_for_operator", `{"text":"look here"}`, "ANSWERED", "OPEN", []string{"operator.message"}, []string{"AGENT ok"}},
		{"close", `{"message":"Bye."}`, "CLOSED", "CLOSED", []string{"dialogue.closed"}, []string{"AGENT Bye."}},
		{"is_bot", `{}`, "SILENT", "OPEN", []string{}, []string{}},
		{"vip", `{}`, "ANSWERED", "OPEN", []string{}, []string{"AGENT ok"}},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, row := range rows {
			t.Run(row.tag, func(t *testing.T) {
				w := newWorld(t, db, answers(does(calling(row.tag, row.args))))
				a := w.agent()
				_, err := w.s.CreateFunction(w.ctx, dialogue.FunctionInput{AgentID: a, Kind: function.KindTAG, Name: ptr("vip")})
				w.must(err)
				id := w.thread(a, "Hi")
				equal(t, "reason", w.reason(id), row.reason)
				equal(t, "status", w.row(id).Status.String(), row.status)
				equal(t, "tags", w.tags(id), row.tag)
				equal(t, "events", w.events(id), row.events)
				equal(t, "said", w.said(id)[1:], row.said)
				c := w.calls(id)[0]
				equal(t, "call", c.State.String(), "ANSWERED")
				equal(t, "set by", w.row(id).Edges.Tags[0].SetBy, c.ID)
			})
		}
	})
}

func TestTagsSetByHand(t *testing.T) {
	rows := []struct {
		tag, text, status string
		events            []string
		removed           string // status after the tag was taken off
	}{
		{"success", "", "OPEN", []string{"dialogue.successful"}, "OPEN"},
		{"get_contact", "ann@example.com", "OPEN", []string{"contact.received"}, "OPEN"},
		{"interest", "", "OPEN", []string{"interest.shown"}, "OPEN"},
		{"operator", "", "WAITING_FOR_OPERATOR", []string{"operator.transferred"}, "OPEN"},
		{"message_for_operator", "call him", "OPEN", []string{"operator.message"}, "OPEN"},
		{"close", "", "CLOSED", []string{"dialogue.closed"}, "OPEN"},
		{"is_bot", "", "OPEN", []string{}, "OPEN"},
		{"vip", "", "OPEN", []string{}, "OPEN"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		for _, row := range rows {
			t.Run(row.tag, func(t *testing.T) {
				r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a})
				w.must(err)
				id := r.ThreadID
				_, err = w.s.AddTag(w.operator, id, row.tag, row.text)
				w.must(err)
				equal(t, "status", w.row(id).Status.String(), row.status)
				equal(t, "tags", w.tags(id), row.tag)
				equal(t, "set by", w.row(id).Edges.Tags[0].SetBy, w.key)
				equal(t, "events", w.events(id), row.events)
				again := row.events
				if row.tag == dialogue.TagMessageForOperator { // heard each time
					again = append(again, row.events...)
				}
				_, err = w.s.AddTag(w.operator, id, row.tag, row.text)
				w.must(err)
				equal(t, "events after setting it twice", w.events(id), again)
				_, err = w.s.RemoveTag(w.operator, id, row.tag)
				w.must(err)
				equal(t, "status after removal", w.row(id).Status.String(), row.removed)
				_, err = w.s.AddTag(w.operator, id, row.tag, "")
				if row.tag == dialogue.TagMessageForOperator {
					return // wants a text
				}
				w.must(err)
				if row.tag != dialogue.TagGetContact { // the contact is the same
					again = append(again, row.events...)
				}
				equal(t, "events after setting it anew", w.events(id), again)
			})
		}
	})
}

func TestEventsFireOncePerPresence(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(
			does(calling("success", `{}`), calling("success", `{}`), calling("message_for_operator", `{"text":"a"}`)),
			does(calling("success", `{}`), calling("message_for_operator", `{"text":"b"}`))))
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		equal(t, "events", w.events(id), []string{"dialogue.successful", "operator.message", "operator.message"})
		var texts []string
		for _, e := range db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.OperatorMessage)).Order(ent.Asc(event.FieldSequence)).AllX(w.ctx) {
			var body struct{ Data struct{ Text string } }
			w.must(json.Unmarshal([]byte(e.Body), &body))
			texts = append(texts, body.Data.Text)
		}
		equal(t, "texts", texts, []string{"a", "b"})
	})
}

func TestContacts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		give := func(args string) answerFunc { return does(calling("get_contact", args)) }
		w := newWorld(t, db, answers(
			give(`{"phone":"030/123 456","name":"Eve"}`), says("1"),
			give(`{"phone":"+49 30 123456"}`), says("2"), // the same
			give(`{"email":"Eve@Example.com"}`), says("3"),
			give(`{"email":"eve@example.com"}`), says("4"), // the same
			give(`{"phone":"none of your business"}`), says("5"),
			give(`{"name":"Eve"}`), says("6"))) // does not fit the schema
		id := w.thread(w.agent(), "1")
		for n := 1; n <= 6; n++ {
			if n > 1 {
				w.say(id, "next")
			}
			w.turns(id, n)
		}
		equal(t, "events", w.events(id), []string{"contact.received", "contact.received", "contact.received"})
		row := w.row(id)
		equal(t, "contact", row.Contact.String(), `{"email":"Eve@Example.com","name":"Eve","phone":"none of your business"}`)
		equal(t, "customer", []string{row.Edges.Customer.Name, row.Edges.Customer.Email, row.Edges.Customer.Phone},
			[]string{"Eve", "Eve@Example.com", "none of your business"})
		calls := w.calls(id)
		equal(t, "first phone", strings.Contains(calls[0].Result.String(), `+4930123456`), true)
		equal(t, "last", calls[5].State.String(), "FAILED")
		if !strings.Contains(calls[5].Error, "nothing was sent") {
			t.Errorf("the model was told %q", calls[5].Error)
		}
	})
}

func TestTheTextBesideAHandOverIsSaidOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(text("One moment."), calling("operator", `{"message":"Somebody will come."}`))))
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT One moment."})
	})
}

func TestTheWebhookBodyIsTrueRightAfterTheEvent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("operator", `{}`))))
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		e := db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.OperatorTransferred)).OnlyX(w.ctx)
		var body struct{ Data eventlog.Dialogue }
		w.must(json.Unmarshal([]byte(e.Body), &body))
		equal(t, "data", []any{body.Data.Status, body.Data.Operator, body.Data.Tags}, []any{"WAITING_FOR_OPERATOR", true, []string{"operator"}})
	})
}

func TestAnAgentsOwnTagKeepsItsArguments(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("refund", `{"order":17}`))))
		a := w.agent(func(in *dialogue.AgentInput) { in.TagFunctions = ptr(false) })
		_, err := w.s.CreateFunction(w.ctx, dialogue.FunctionInput{AgentID: a, Kind: function.KindTAG, Name: ptr("refund"), Tag: ptr("wants-refund"),
			Parameters: ptr(raw.JSON(`{"type":"object","properties":{"order":{"type":"integer"}}}`))})
		w.must(err)
		id := w.thread(a, "Hi")
		w.turns(id, 1)
		tag := w.row(id).Edges.Tags[0]
		equal(t, "tag", []string{tag.Name, tag.Text}, []string{"wants-refund", `{"order":17}`})
	})
}

func TestFunctionsAreOfferedAsTheyAre(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		offered := make(chan []model.Function, 1)
		w := newWorld(t, db, answers(func(_ context.Context, r model.Request) model.End {
			offered <- r.Functions
			return ended(text("ok"))
		}))
		a := w.agent()
		hidden := w.function(a, "hidden", "https://example.com/x")
		_, err := w.s.UpdateFunction(w.ctx, hidden, dialogue.FunctionInput{Enabled: ptr(false)})
		w.must(err)
		w.turns(w.thread(a, "Hi"), 1)
		var names []string
		for _, f := range <-offered {
			names = append(names, f.Name+"="+f.Tag)
		}
		equal(t, "functions", names, []string{"success=success", "get_contact=get_contact", "interest=interest", "operator=operator",
			"message_for_operator=message_for_operator", "close=close", "is_bot=is_bot", "scheduler=scheduler"})
	})
}
