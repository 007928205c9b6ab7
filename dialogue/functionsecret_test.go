package dialogue_test

import (
	"errors"
	"testing"

	"parley/dialogue"
	"parley/ent/secret"
	"parley/invalid"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// Values of secret headers are written and never read. Whoever may write functions could read them all the same, by having them
// sent to a server of his own.
func TestSecretHeadersStayWithTheirServer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		header := func(value string) *[]dialogue.Header {
			return &[]dialogue.Header{{Name: "X-Plain", Value: seal.Hide("p")}, {Name: "X-Key", Value: seal.Hide(value), Secret: true}}
		}
		const home = "https://shop.example/orders/{n}"
		id := w.function(w.agent(), "f", home, func(in *dialogue.FunctionInput) { in.Headers = header("s3cret") })
		for name, row := range map[string]struct {
			in    dialogue.FunctionInput
			field string // that is refused
		}{
			"another server":          {dialogue.FunctionInput{URL: ptr("https://evil.example/{n}")}, "headers"},
			"with the header as is":   {dialogue.FunctionInput{URL: ptr("https://evil.example/{n}"), Headers: header("")}, "headers.1.value"},
			"another port":            {dialogue.FunctionInput{URL: ptr("https://shop.example:8443/orders")}, "headers"},
			"without encryption":      {dialogue.FunctionInput{URL: ptr("http://shop.example/orders")}, "headers"},
			"a host that begins so":   {dialogue.FunctionInput{URL: ptr("https://shop.example.evil.example/orders")}, "headers"},
			"another path":            {dialogue.FunctionInput{URL: ptr("https://SHOP.example/v2/{n}?q={q}"), Headers: header("")}, ""},
			"the value again":         {dialogue.FunctionInput{URL: ptr("https://other.example/"), Headers: header("new")}, ""},
			"with nothing secret":     {dialogue.FunctionInput{URL: ptr("https://third.example/"), Headers: &[]dialogue.Header{}}, ""},
			"what is not an address?": {dialogue.FunctionInput{URL: ptr("://{n}")}, "headers"},
		} {
			_, err := w.s.UpdateFunction(w.ctx, id, dialogue.FunctionInput{URL: ptr(home), Headers: header("s3cret")}) // as it was
			w.must(err)
			_, err = w.s.UpdateFunction(w.ctx, id, row.in)
			var bad *invalid.Error
			field := ""
			if errors.As(err, &bad) && len(bad.Fields) > 0 {
				field = bad.Fields[0].Field
			} else {
				w.must(err)
			}
			equal(t, name, field, row.field)
		}
		if n := db.Client.Secret.Query().Where(secret.OwnerID(id)).CountX(w.ctx); n > 1 {
			t.Errorf("%d secrets are kept", n)
		}
	})
}
