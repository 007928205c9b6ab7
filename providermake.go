package main

import (
	"cmp"
	"net/http"

	"parley/dialogue"
	"parley/dialogue/gemini"
	"parley/dialogue/geminilegacy"
	"parley/dialogue/model"
	"parley/dialogue/openai"
	"parley/ent/providercredential"
)

// makeProvider makes a provider of a workspace from its credential, one case a kind. Each sends through client alone:
// addresses that a workspace typed in are reached behind the guard.
func makeProvider(c dialogue.Credential, client *http.Client) (model.Provider, error) {
	switch c.Kind {
	case providercredential.KindOPENAI:
		return openai.New(openai.Options{
			Name: c.ID, BaseURL: cmp.Or(c.BaseURL, openAIBaseURL), Key: c.Key, Model: c.Model, Client: client,
			CompletionTokens: c.BaseURL == "", FormatWithFunctions: c.BaseURL == "",
		})
	case providercredential.KindGEMINI:
		return gemini.New(gemini.Options{Name: c.ID, BaseURL: c.BaseURL, Key: c.Key, Model: c.Model, Client: client})
	case providercredential.KindGEMINI_LEGACY:
		return geminilegacy.New(geminilegacy.Options{Name: c.ID, BaseURL: c.BaseURL, Key: c.Key, Model: c.Model, Client: client})
	}
	return nil, dialogue.ErrNoKind
}
