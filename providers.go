package main

import (
	"cmp"
	"fmt"

	"parley/dialogue/gemini"
	"parley/dialogue/model"
	"parley/dialogue/openai"
	"parley/dialogue/scripted"
	"parley/graph/gql"
)

// openAIBaseURL is where OPENAI_API_KEY is good for when OPENAI_BASE_URL names no other server.
const openAIBaseURL = "https://api.openai.com/v1"

// providers are the models that a server has.
type providers struct {
	byName  map[string]model.Provider
	choice  string       // of agents that choose none
	offered []*gql.Model // for the query `models`
	close   func()
}

// newProviders makes the providers that the configuration asks for. The scripted one is always there, and is the default
// unless there is a key for Gemini, or else OPENAI_MODEL names a model.
func newProviders(c Config) (providers, error) {
	p := providers{byName: map[string]model.Provider{"scripted": scripted.New()}, choice: "scripted", close: func() {}}
	if !c.GeminiKey.IsEmpty() {
		made, err := gemini.New(gemini.Options{
			Key: c.GeminiKey, BaseURL: c.GeminiBaseURL, Model: c.GeminiModel, ThinkingLevel: c.GeminiThinking,
			Safety: c.GeminiSafety, Whole: c.GeminiStream == "off",
		})
		if err != nil {
			return p, fmt.Errorf("the variables GEMINI_…: %w", err)
		}
		p.byName[gemini.DefaultName], p.close, p.choice = made, made.Close, gemini.DefaultName
		p.offered = append(p.offered, &gql.Model{
			Name: gemini.DefaultName, Provider: gemini.DefaultName, Default: true,
			Description: "Google's Gemini API. Agents choose a model of it as gemini/NAME.",
		})
	}
	if !c.OpenAIKey.IsEmpty() || c.OpenAIBaseURL != "" {
		made, err := openai.New(openai.Options{
			Name: openai.DefaultName, BaseURL: cmp.Or(c.OpenAIBaseURL, openAIBaseURL), Key: c.OpenAIKey, Model: c.OpenAIModel,
			CompletionTokens: c.OpenAIBaseURL == "", FormatWithFunctions: c.OpenAIBaseURL == "",
		})
		if err != nil {
			return p, fmt.Errorf("OPENAI_BASE_URL: %w", err)
		}
		before := p.close
		p.byName[openai.DefaultName], p.close = made, func() { before(); made.Close() }
		if c.OpenAIModel != "" && c.GeminiKey.IsEmpty() {
			p.choice = openai.DefaultName
		}
		p.offered = append(p.offered, &gql.Model{
			Name: openai.DefaultName, Provider: openai.DefaultName, Default: p.choice == openai.DefaultName,
			Description: "Chat completions of the server at OPENAI_BASE_URL. Agents choose a model of it as openai/NAME.",
		})
	}
	if err := p.addGeminiLegacy(c); err != nil {
		return p, err
	}
	p.offered = append(p.offered, &gql.Model{
		Name: "scripted", Provider: "scripted", Default: p.choice == "scripted",
		Description: "Follows rules. It is no language model and needs no key and no network.",
	})
	return p, nil
}
