package openai

import (
	"cmp"
	"net/http"
	"os"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/recording/recordingtest"
	"parley/fakemodel"
	"parley/seal"
)

// A dialogue as it was recorded; -record records it anew.
func TestRecorded(t *testing.T) {
	recordingtest.Run(t, recordingtest.Harness{
		Live: os.Getenv("OPENAI_API_KEY") != "" || os.Getenv("OPENAI_BASE_URL") != "",
		Key:  os.Getenv("OPENAI_API_KEY"), BaseURL: cmp.Or(os.Getenv("OPENAI_BASE_URL"), "https://api.openai.com/v1"), Model: os.Getenv("OPENAI_MODEL"),
		FakeBase: "/v1", FakeModel: "fake-chat",
		Fake: func() http.Handler { return fakemodel.New(fakemodel.Options{Strict: true, Repeatable: true}) },
		Start: func(t *testing.T, client *http.Client, key, baseURL, name string) model.Provider {
			p, err := New(Options{Key: seal.Hide(key), BaseURL: baseURL, Model: name, Client: client})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Close)
			return p
		},
	})
}
