package remote

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
)

func TestSecretsAreTakenOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the key my-own-key is wrong":              "the key [redacted] is wrong",
		"no key=AIzaSyD-0123456789_abc here":       "no key=[redacted] here",
		"https://x.example/v1?key=abc&alt=sse":     "https://x.example/v1?key=[redacted]&alt=sse",
		"Incorrect API key provided: sk-AbC-d1*f.": "Incorrect API key provided: [redacted]",
		"sent Authorization: Bearer abc.def":       "sent Authorization: [redacted]",
		"a task-force and a desk are no keys":      "a task-force and a desk are no keys",
	} {
		if got := Redact(text, "my-own-key"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := Redact("nothing", ""); got != "nothing" {
		t.Errorf("without a key of its own: %q", got)
	}
	cause := errors.New("dial my-own-key: " + strings.Repeat("ü", 300))
	err := Redacted(&url.Error{Op: "Post", URL: "https://x.example/secret", Err: cause}, "my-own-key")
	if text := err.Error(); !errors.Is(err, cause) || strings.Contains(text, "secret") || strings.Contains(text, "my-own") || len(text) > MaxErrorText+len("…") {
		t.Errorf("told: %s", text)
	}
}

func TestTheEndOfTheContextIsTold(t *testing.T) {
	t.Parallel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	for want, got := range map[model.Kind][]*model.Error{
		model.Timeout: {Ended(late), Unreached(late, context.Canceled, ""), Broken(t.Context(), context.DeadlineExceeded, "")},
		model.KindCut: {Ended(gone), Broken(gone, context.Canceled, ""), Broken(t.Context(), errors.New("eof"), "")},
	} {
		for i, e := range got {
			if e.Kind != want {
				t.Errorf("%s %d: %v", want, i, e)
			}
		}
	}
}

func TestEachResultAnswersOneCall(t *testing.T) {
	t.Parallel()
	result := func(id, name, body string) model.Part {
		return model.Part{Result: &model.Result{CallID: id, Name: name, Body: []byte(body)}}
	}
	history := []model.Message{
		{Role: model.Model}, {Role: model.Tool, Parts: []model.Part{result("1", "f", "a"), result("1", "g", "b")}},
		{Role: model.User}, {Role: model.Tool, Parts: []model.Part{result("1", "f", "c")}},
		{Role: model.Model}, {Role: model.Tool, Parts: []model.Part{result("1", "f", "of another step")}},
	}
	all := ResultsAfter(history, 0)
	var got []string
	for _, name := range []string{"g", "f", "f", "f"} {
		if r := all.Take(&model.Call{ID: "1", Name: name}); r != nil {
			got = append(got, string(r.Body))
		} else {
			got = append(got, "none")
		}
	}
	if strings.Join(got, " ") != "b a c none" {
		t.Error(got)
	}
}

func TestRerouted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked, answered string
		told            bool
	}{
		{"gemini-2.5-pro", "gemini-3.8-flash", true}, {"gemini-3.8-flash", "gemini-3.8-flash", false},
		{"gemini-3.8-flash", "gemini-3.8-flash-001", false}, {"gemini-3.8-flash-09-2026", "gemini-3.8-flash", false},
		{"gemini-flash-latest", "gemini-3.8-flash", false},
	} {
		if got := Rerouted(test.asked, test.answered); (got != "") != test.told {
			t.Errorf("%s answered by %s: %q", test.asked, test.answered, got)
		}
	}
}
