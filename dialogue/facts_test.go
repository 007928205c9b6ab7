package dialogue_test

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"parley/dialogue"
	"parley/ent/raw"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestTemplatesKnowTheThreadAndTheCustomer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var mu sync.Mutex
		var got []string
		url := endpoint(t, func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			got = append(got, r.URL.RequestURI(), r.Header.Get("X-Who"), string(body))
			mu.Unlock()
		})
		w := newWorld(t, db, answers(
			does(calling("get_contact", `{"email":"a@b.example","name":"Zoë"}`)),
			does(calling("f", `{"q":"1 2","trace":"t-1"}`)), says("ok"),
			does(calling("f", `{"q":"x","trace":"a\r\nX-Evil: 1"}`)), says("ok"),
		))
		a := w.agent()
		w.function(a, "f", url+"/{{thread.metadata.order.id}}?ch={thread.channel}", func(in *dialogue.FunctionInput) {
			in.Parameters = ptr(raw.JSON(`{"type":"object","properties":{"q":{"type":"string"},"trace":{"type":"string"}}}`))
			in.Headers = &[]dialogue.Header{{Name: "X-Who", Value: seal.Hide("{{customer.externalId}}/{{customer.name}} {{trace}}")}}
			in.Body = ptr(`{"q":{{q}},"mail":{{contact.email}},"vip":{{customer.metadata.vip}},"none":{{thread.metadata.none}}}`)
		})
		made, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{
			AgentID: a, Channel: "web chat", Metadata: ptr(raw.JSON(`{"order":{"id":"A/7"}}`)), Text: ptr("hi"),
			Customer: &dialogue.CustomerInput{ExternalID: ptr("u-1"), Name: ptr("Zoë"), Metadata: ptr(raw.JSON(`{"vip":true}`))},
		})
		w.must(err)
		w.turns(made.ThreadID, 1)
		mu.Lock()
		equal(t, "the request", got, []string{"/A%2F7?ch=web+chat", "u-1/Zoë t-1", `{"q":"1 2","mail":"a@b.example","vip":true,"none":null}`})
		mu.Unlock()
		w.say(made.ThreadID, "again")
		w.turns(made.ThreadID, 2)
		calls := w.calls(made.ThreadID)
		equal(t, "a line break in a header", calls[len(calls)-1].Error, "the header X-Who cannot hold line breaks or other control characters")
		mu.Lock()
		equal(t, "requests", len(got)/3, 1)
		mu.Unlock()

		_, err = w.s.UpdateFunction(w.ctx, *calls[1].FunctionID, dialogue.FunctionInput{Headers: &[]dialogue.Header{{Name: "X-A", Value: seal.Hide("{{customer.nme}}")}}})
		if !isInvalid(err) {
			t.Errorf("a name that is no fact: %v", err)
		}
	})
}
