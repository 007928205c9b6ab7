package fakemodel

import (
	"regexp"
	"slices"
)

// Model is one name that may be asked for.
type Model struct {
	Name string
	// Gone says that it was switched off: it answers 404 and is not listed.
	Gone bool
	// Answers names the model that answers in its place; empty means itself.
	Answers string
	// Signs says that its calls carry thought signatures, which must come back.
	Signs bool
}

// signing matches the Gemini models that insist on thought signatures: 3 and later.
var signing = regexp.MustCompile(`^gemini-([3-9]|\d\d)\b`)

// catalogue lists the models as they are in November 2026, before gemini-2.5-flash and -pro are re-routed.
var catalogue = []Model{
	known("gemini-1.5-flash", true, ""), known("gemini-1.5-pro", true, ""),
	known("gemini-2.0-flash", true, ""), known("gemini-2.0-flash-001", true, ""),
	known("gemini-2.0-flash-lite", true, ""), known("gemini-2.0-flash-lite-001", true, ""),
	known("gemini-3-pro-preview", true, ""),
	known("gemini-2.5-pro", false, ""), known("gemini-2.5-flash", false, ""), known("gemini-2.5-flash-lite", false, ""),
	known("gemini-3-flash-preview", false, ""), known("gemini-3.1-pro-preview", false, ""), known("gemini-3.1-flash-lite", false, ""),
	known("gemini-3.5-flash", false, "gemini-3.6-flash"), known("gemini-3.7-flash", false, "gemini-3.8-flash"),
	known("gemini-3.5-flash-lite", false, ""), known("gemini-3.6-flash", false, ""), known("gemini-3.8-flash", false, ""),
	known("gemini-4-argon", false, ""),
	known("gemini-flash-latest", false, "gemini-3.8-flash"), known("gemini-flash-lite-latest", false, "gemini-3.5-flash-lite"),
	known("gemini-pro-latest", false, "gemini-3.1-pro-preview"),
	known("fake-chat", false, ""),
}

func known(name string, gone bool, answers string) Model {
	return Model{Name: name, Gone: gone, Answers: answers, Signs: signing.MatchString(name) || signing.MatchString(answers)}
}

// Catalogue returns the models that a server has when Options name none: Gemini's as they are in November 2026, with those
// that are gone and those that are re-routed, and fake-chat.
func Catalogue() []Model { return slices.Clone(catalogue) }

// ModelNamed returns the model of the catalogue with a name; else a live model of that name, which signs if its name is that
// of a Gemini 3 or later.
func ModelNamed(name string) Model {
	for _, m := range catalogue {
		if m.Name == name {
			return m
		}
	}
	return known(name, false, "")
}

// model finds the model asked for and the name of the one that answers.
func (s *Server) model(name string) (Model, string, *Error) {
	for _, m := range s.o.Models {
		if m.Name != name {
			continue
		}
		if m.Gone {
			return m, "", &Error{Code: 404, Status: "NOT_FOUND", Reason: "model_not_found", Message: "This model models/" + name +
				" is no longer available. Please update your code to use a newer model for the latest features and improvements."}
		}
		if m.Answers != "" {
			return m, m.Answers, nil
		}
		return m, name, nil
	}
	return Model{}, "", &Error{Code: 404, Status: "NOT_FOUND", Reason: "model_not_found", Message: "models/" + name + " is not found for API " +
		"version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and " +
		"their supported methods."}
}

// live lists the models that are not gone.
func (s *Server) live() []Model {
	var all []Model
	for _, m := range s.o.Models {
		if !m.Gone {
			all = append(all, m)
		}
	}
	return all
}
