package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/chat"
	"parley/console"
	"parley/dialogue"
	"parley/graphiql"
)

// pageTimeout bounds reading what a page shows.
const pageTimeout = 5 * time.Second

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
