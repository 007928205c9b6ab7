package dialogue_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/dialogue/scripted"
	"parley/ent/raw"
	"parley/storage"
	"parley/storage/storagetest"
)

// The default provider and the engine together: what a user sees on a fresh server.
func TestTheScriptedProviderOnAFreshServer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(rw, `{"state":"shipped","number":"`+r.URL.Query().Get("number")+`"}`)
		})
		w := newWorld(t, db, answers(), func(o *dialogue.Options) {
			o.Providers, o.DefaultModel = map[string]model.Provider{"scripted": scripted.New()}, "scripted"
			o.CheckScript = func(script json.RawMessage) error { return scripted.Validate(script) }
		})
		a := w.agent()
		w.function(a, "find_order", url, func(in *dialogue.FunctionInput) {
			in.Method, in.Description = ptr("GET"), ptr("Finds an order. Words: order, parcel")
			in.Parameters = ptr(raw.JSON(`{"type":"object","required":["number"],"properties":{"number":{"type":"string","pattern":"^[0-9]{6}$","description":"Order number"}}}`))
		})
		id := w.thread(a, "Hello")
		n := 1
		w.turns(id, n)
		for _, words := range []string{"My e-mail is eve@example.com", "I want to talk to a human"} {
			w.say(id, words)
			n++
			w.turns(id, n)
		}
		t.Log(strings.Join(w.said(id), "\n"))
		equal(t, "events", w.events(id), []string{"contact.received", "operator.transferred"})
		equal(t, "status", w.row(id).Status.String(), "WAITING_FOR_OPERATOR")
		equal(t, "contact", w.row(id).Contact.String(), `{"email":"eve@example.com"}`)
		if n := len(w.said(id)); n < 6 {
			t.Errorf("%d messages: the customer was left without a word", n)
		}
	})
}
