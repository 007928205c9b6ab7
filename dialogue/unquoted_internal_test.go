package dialogue

import (
	"errors"
	"testing"

	"parley/dialogue/model"
)

// What a vendor repeats of a dialogue is not told, and what it says itself is.
func TestWordsOfADialogueAreTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	question := model.Request{
		System: "Be kind to people at Main Street.\n" + knownFacts + `{"name":"Zoë Ångström","phone":"+49 30 1234567"}` + "\n- More.",
		Messages: []model.Message{
			{Role: model.User, Parts: []model.Part{{Text: "Send it to anna.berg@example.com, 12 Long Lane"}}},
			{Role: model.Model, Parts: []model.Part{{Call: &model.Call{Args: []byte(`{"item":"Tulips"}`)}}}},
			{Role: model.Tool, Parts: []model.Part{{Result: &model.Result{Body: []byte(`{"order":"A-7001"}`)}}}},
		},
	}
	for text, want := range map[string]string{
		"the model `x-2` does not exist":                    "the model `x-2` does not exist",
		"not allowed: ANNA.BERG@example.com":                "not allowed: […].[…]@[…].[…]",
		"zoë ångström, 1234567; TULIPS and 7001":            "[…] […], […]; […] and […]",
		"the instructions at Main Street are too many":      "the instructions at Main Street are too many",
		"what was cut off ends with a piece of a word, Ån…": "what was cut off ends with a piece of a word, …",
	} {
		if got := unquoted(errors.New(text), question); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
