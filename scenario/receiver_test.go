package scenario

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFunctionsAreAnsweredInTurn(t *testing.T) {
	t.Parallel()
	var problems []string
	r, err := newReceiver(t.Context(), &gate{}, func(_ int, text string) { problems = append(problems, text) })
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ask := func(name string) string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.address+"/"+name, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			return "lost"
		}
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(response.Body)
		return fmt.Sprint(response.StatusCode, " ", response.Header.Get("Content-Type"), " ", string(body))
	}
	r.expect(map[string][]answer{"find": {{status: 200, body: `{"n":1}`}, {lost: true}, {status: 404, body: "sold out"}}})
	for i, want := range []string{`200 application/json {"n":1}`, "lost", "404 text/plain; charset=utf-8 sold out", "404 text/plain; charset=utf-8 sold out"} {
		if got := ask("find"); got != want {
			t.Errorf("call %d: %s, want %s", i, got, want)
		}
	}
	if got := ask("other"); !strings.HasPrefix(got, "599") || len(problems) != 1 || !strings.Contains(problems[0], "other was called and has no answer line") {
		t.Errorf("without an answer: %s, %q", got, problems)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	key, body := []byte("a key of some length, as they are"), []byte(`{"id":"evt_1"}`)
	sign := func(at time.Time, body []byte) http.Header {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "evt_1.%d.%s", at.Unix(), body)
		return http.Header{
			"Webhook-Id": {"evt_1"}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())},
			"Webhook-Signature": {"v1,bm8= v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		}
	}
	secret := "whsec_" + base64.StdEncoding.EncodeToString(key)
	if err := checkSignature(secret, sign(now, body), body, now); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another body":   checkSignature(secret, sign(now, []byte("{}")), body, now),
		"another secret": checkSignature("whsec_bm8=", sign(now, body), body, now),
		"no secret":      checkSignature("", sign(now, body), body, now),
		"old":            checkSignature(secret, sign(now.Add(-time.Hour), body), body, now),
		"no headers":     checkSignature(secret, http.Header{}, body, now),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// generate plays the next step of a scenario's model and returns what came of it.
func generate(ctx context.Context, m *Models, r model.Request) string {
	var got []string
	for e, err := range m.Generate(ctx, r) {
		switch {
		case err != nil:
			got = append(got, "error "+err.Error())
		case e.End != nil:
			got = append(got, fmt.Sprintf("end %s %s %d", e.End.Reason, e.End.Model, len(e.End.Message.Parts)))
		default:
			got = append(got, "text "+e.Delta)
		}
	}
	return strings.Join(got, ", ")
}

func TestModelsDoWhatTheLinesSay(t *testing.T) {
	t.Parallel()
	f, err := Parse("f", "> x\n~ < Hi\n~+ call find {}\n~ fail quota\n~ < Hi\n~+ hold\n~ sees Ada\n~+ misses Bob\n~+ end length")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := NewModels(), []string{}
	s := &script{gate: &gate{}, problem: func(line int, text string) { problems = append(problems, fmt.Sprint(line, " ", text)) }}
	_, sections := f.sections()
	s.expect(f.steps(sections[0]))
	m.add("s1", s)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for i, test := range []struct {
		ctx  context.Context
		want string
	}{
		{t.Context(), "text Hi, end tools large 2"},
		{t.Context(), "error model provider: quota: as the transcript says"},
		{stopped, "text Hi, error model provider: cut: context canceled"},
		{t.Context(), "end length large 0"},
		{t.Context(), "error model provider: invalid: the transcript has no line for this question"},
	} {
		if got := generate(test.ctx, m, model.Request{Model: "s1.large", System: "You talk with Bob."}); got != test.want {
			t.Errorf("step %d: %s, want %s", i, got, test.want)
		}
	}
	want := "7 the model was not shown what it was to see: Ada|7 the model was shown what it was not to see: Bob"
	if got := strings.Join(problems, "|"); got != want {
		t.Errorf("problems: %s", got)
	}
	m.remove("s1")
	if got := generate(t.Context(), m, model.Request{Model: "s1.large"}); !strings.Contains(got, "no scenario plays the model") {
		t.Error(got)
	}
}
