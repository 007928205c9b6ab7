// Package graphiql is GraphiQL as it is served by the program, without anything from elsewhere: its source below src, and what was
// built of it below dist, which is embedded, its assets packed. It is signed in by the session of the browser.
//
//	mux.Handle("/graphiql", graphiql.Handler())
package graphiql

import (
	_ "embed" // the page and its assets
	"net/http"

	"parley/static"
)

//go:embed dist/index.html
var page []byte

//go:embed dist/assets.zip
var packed []byte

// Handler serves /graphiql and its assets below /graphiql/assets/.
func Handler() http.Handler {
	assets := static.New(static.Unpacked(packed), "assets", "/graphiql/assets/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/graphiql" && r.URL.Path != "/graphiql/" {
			assets.ServeHTTP(w, r)
			return
		}
		if !static.ReadOnly(w, r) {
			return
		}
		static.Guard(w.Header(), static.Policy{InlineStyles: true}) // of the editor
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(page) // the client may be gone
	})
}
