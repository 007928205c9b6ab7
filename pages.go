package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"parley/chat"
	"parley/console"
	"parley/dialogue"
	"parley/graph"
	"parley/graph/document"
	"parley/graphiql"
)

// pageTimeout bounds reading what a page shows.
const pageTimeout = 5 * time.Second

// ownDocuments are the GraphQL documents of the pages that are part of the program, which a server that trusts only some
// documents always executes.
func ownDocuments() (all [][]document.Source, err error) {
	for _, page := range []fs.FS{chat.Documents, console.Documents} {
		documents, err := document.Folder(page)
		if err != nil {
			return nil, err
		}
		all = append(all, documents)
	}
	return all, nil
}

// trustedDocuments reads PARLEY_DOCUMENTS, beside the server's own.
func trustedDocuments(c Config) (given []document.Source, own [][]document.Source, err error) {
	if c.Documents == "" {
		return nil, nil, nil
	}
	if given, err = document.Read(c.Documents); err != nil {
		return nil, nil, fmt.Errorf("PARLEY_DOCUMENTS: %w", err)
	}
	if own, err = ownDocuments(); err != nil {
		return nil, nil, err
	}
	if err := graph.CheckDocuments(append(slices.Clone(own), given)...); err != nil {
		return nil, nil, fmt.Errorf("PARLEY_DOCUMENTS: %w", err)
	}
	return given, own, nil
}

// pagesOf are the web pages, by path.
func pagesOf(dialogues *dialogue.Service) map[string]http.Handler {
	query := graphiql.Handler()
	return map[string]http.Handler{
		"/":          console.Handler(),
		"/chat/":     chat.Handler(chatPages(dialogues)),
		"/widget.js": chat.Widget(),
		"/graphiql":  query,
		"/graphiql/": query,
	}
}

// chatPages finds how the chat page of a public agent looks.
func chatPages(dialogues *dialogue.Service) chat.Find {
	return func(ctx context.Context, agentID string) (*chat.Page, error) {
		ctx, cancel := context.WithTimeout(ctx, pageTimeout)
		defer cancel()
		a, err := dialogues.PublicAgent(ctx, agentID)
		if errors.Is(err, dialogue.ErrNoChat) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		looks, err := dialogue.ChatSettingsOf(a)
		if err != nil {
			return nil, err
		}
		sites, err := dialogue.AllowedSitesOf(a)
		return &chat.Page{
			AgentID: a.ID, Agent: a.Name, Title: looks.Title, Greeting: looks.Greeting, Placeholder: looks.Placeholder, AccentColor: looks.AccentColor,
			AllowedSites: sites,
		}, err
	}
}
