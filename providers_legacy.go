package main

import (
	"cmp"
	"fmt"

	"parley/dialogue/geminilegacy"
	"parley/graph/gql"
)

// addGeminiLegacy adds the Gemini API by Google's older client where there is a key for it. It is never the default:
// agents have to choose it.
func (p *providers) addGeminiLegacy(c Config) error {
	if c.GeminiKey.IsEmpty() {
		return nil
	}
	made, err := geminilegacy.New(geminilegacy.Options{
		BaseURL: c.GeminiBaseURL, Key: c.GeminiKey, Model: c.GeminiLegacyModel, Unary: c.GeminiStream == "off",
	})
	if err != nil {
		return fmt.Errorf("GEMINI_API_KEY, GEMINI_BASE_URL or GEMINI_LEGACY_MODEL: %w", err)
	}
	others := p.close
	p.close = func() { made.Close(); others() }
	p.byName[geminilegacy.DefaultName] = made
	p.offered = append(p.offered, &gql.Model{
		Name: geminilegacy.DefaultName, Provider: geminilegacy.DefaultName,
		Description: "The Gemini API by Google's older client, with " + cmp.Or(c.GeminiLegacyModel, geminilegacy.DefaultModel) +
			". Agents choose another model of it as gemini-legacy/NAME.",
	})
	return nil
}
