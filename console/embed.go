// Package console is the operators' web console: its source in TypeScript below src, and what was built of it below dist,
// which is embedded in the program, its assets packed. It talks with the server by the public API alone.
//
//	mux.Handle("/", console.Handler())
package console

import (
	"bytes"
	"crypto/rand"
	"embed"
	"net/http"
	"slices"
	"strings"

	"parley/static"
)

//go:embed dist/index.html
var page []byte

//go:embed dist/assets.zip
var packed []byte

// Documents are the GraphQL documents that the console sends.
//
//go:embed src/*/*.graphql
var Documents embed.FS

// noncePlace stands in the built page where each answer has a nonce of its own.
const noncePlace = "__STYLE_NONCE__"

// places are the first parts of the paths at which the page is served: it finds its way by the rest itself.
var places = []string{"", "inbox", "agents", "integrations", "overview", "access", "settings"}

// Handler serves the page at the paths of the console, and its assets below /assets/; all other paths are 404.
func Handler() http.Handler {
	assets := static.New(static.Unpacked(packed), "assets", "/assets/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if !slices.Contains(places, first) {
			assets.ServeHTTP(w, r)
			return
		}
		if !static.ReadOnly(w, r) {
			return
		}
		nonce := rand.Text()
		static.Guard(w.Header(), static.Policy{StyleNonce: nonce})
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store") // the nonce is for once
		_, _ = w.Write(bytes.ReplaceAll(page, []byte(noncePlace), []byte(nonce)))
	})
}
