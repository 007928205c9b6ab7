// Package chat is the page at which customers talk with an agent, and the script that puts it into other pages: their source in
// TypeScript below src, and what was built of it below dist, which is embedded in the program. They use the public API alone.
//
//	mux.Handle("/chat/", chat.Handler(find))
//	mux.Handle("/widget.js", chat.Widget())
package chat

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"strings"

	"parley/static"
)

//go:embed dist
var built embed.FS

// Documents are the GraphQL documents that the page sends.
//
//go:embed src/*.graphql
var Documents embed.FS

// Page is how the chat page of an agent looks. Everybody may read all of it.
type Page struct {
	AgentID     string `json:"agentId"`
	Agent       string `json:"agent"` // its name
	Title       string `json:"title"`
	Greeting    string `json:"greeting"`
	Placeholder string `json:"placeholder"`
	AccentColor string `json:"accentColor"`

	// AllowedSites are the origins that may show the page in a frame.
	AllowedSites []string `json:"-"`
}

// Find finds the page of a public agent; nil if there is none.
type Find func(ctx context.Context, agentID string) (*Page, error)

// Places in the built page that are filled for each agent.
const (
	titlePlace  = "__PARLEY_TITLE__"
	configPlace = "__PARLEY_CONFIG__"
)

// Handler serves the page at /chat/{agent} and its assets. What the agent decides stands in an attribute of the page, as data.
func Handler(find Find) http.Handler {
	page, err := fs.ReadFile(built, "dist/index.html")
	if err != nil {
		panic(fmt.Sprintf("chat: read the embedded page: %v", err)) // it is part of the program
	}
	assets := static.New(built, "dist/assets", "/chat/assets/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/chat/")
		if strings.HasPrefix(name, "assets/") {
			assets.ServeHTTP(w, r)
			return
		}
		if !static.ReadOnly(w, r) {
			return
		}
		found, err := find(r.Context(), name)
		if err != nil {
			http.Error(w, "the page cannot be read now: try again", http.StatusServiceUnavailable)
			return
		}
		if found == nil {
			static.Guard(w.Header(), static.Policy{})
			http.Error(w, "there is no agent here that anybody may chat with", http.StatusNotFound)
			return
		}
		config, err := json.Marshal(found)
		if err != nil {
			http.Error(w, "the page cannot be written", http.StatusInternalServerError)
			return
		}
		static.Guard(w.Header(), static.Policy{Frames: found.AllowedSites})
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		title := found.Title
		if title == "" {
			title = found.Agent
		}
		text := bytes.Replace(page, []byte(titlePlace), []byte(html.EscapeString(title)), 1)
		text = bytes.Replace(text, []byte(configPlace), []byte(html.EscapeString(string(config))), 1)
		_, _ = w.Write(text) // the client may be gone
	})
}

// Widget serves the script that puts the page into other pages.
func Widget() http.Handler { return static.File(built, "dist/widget.js") }
