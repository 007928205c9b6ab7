package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/dialogue/model/remote"
	"parley/outbound"
	"parley/seal"
)

func says(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// chunk is one event of a stream, without what wraps it.
func chunk(text, finish string) string {
	raw, _ := json.Marshal(object{"candidates": []any{object{"content": object{"parts": []any{object{"text": text}}}, "finishReason": finish}}})
	return string(raw)
}

// Streams as proxies make them, and streams that nobody should send.
func TestTolerance(t *testing.T) {
	t.Parallel()
	a, b := chunk("a", ""), chunk("b", "STOP")
	for _, test := range []struct {
		name, stream, text string
		kind               model.Kind
	}{
		{"comments, other fields, LF", ": ping\n\nevent: x\nid: 1\ndata:" + a + "\n\n: ping\n\ndata: " + b + "\n\n", "ab", ""},
		{"CRLF, a mark at the end", "data: " + a + "\r\n\r\ndata: " + b + "\r\n\r\ndata: [DONE]\r\n\r\n", "ab", ""},
		{"no blank lines", "data: " + a + "\ndata: " + b, "ab", ""},
		{"data in two lines", "data: " + strings.Replace(b, `:[`, ":[\ndata: ", 1) + "\n\n", "b", ""},
		{"a list", "[" + a + ",\r\n" + b + "]", "ab", ""},
		{"one value", b, "b", ""},
		{"a list that was cut", "[" + a + ",", "", model.KindCut},
		{"an error in a list", `[{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED"}}]`, "", model.Quota},
		{"a bare error", "data: " + a + "\n\n" + `{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}` + "\n", "a", model.Overloaded},
		{"an error of a proxy", "data: " + `{"error":{"message":"lost"}}` + "\n\n", "", model.Overloaded},
		{"behind the end", "data: " + b + "\n\ndata: {bro", "b", ""},
		{"cut in an event", "data: " + a + "\n\ndata: {\"cand", "a", model.KindCut},
		{"no JSON", "data: " + a + "\n\ndata: {bro}\n\n", "a", model.KindCut},
		{"an empty body", "", "", model.KindCut},
		{"a page", "<html>", "", model.Overloaded},
		{"candidates of another type", `data: {"candidates":{"x":1}}` + "\n\n", "", model.KindCut},
		{"a candidate of another type", `data: {"candidates":[7]}` + "\n\n", "", model.KindCut},
		{"a citation of another type", `data: {"candidates":[{"citationMetadata":7}]}` + "\n\n", "", model.KindCut},
		{"nothing of a candidate", `data: {"candidates":[{"content":{"parts":[{},{"text":""}]},"finishReason":"STOP"}]}` + "\n\n", "", ""},
		{"a long event", "data: " + strings.Repeat("x", maxLine+1), "", model.KindCut},
		{"a long answer", strings.Repeat("data: "+chunk(strings.Repeat("y", 1<<20), "")+"\n\n", 5), strings.Repeat("y", 4<<20), model.KindCut},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, end, failure := run(t, serve(t, Options{}, says(200, test.stream)), hello)
			switch {
			case failure != nil && (failure.Kind != test.kind || failure.Emitted != (text != "")), failure == nil && test.kind != "":
				t.Errorf("end %+v, error %v; want %q", end, failure, test.kind)
			case failure != nil && len(failure.Error()) > 500:
				t.Errorf("too much is told: %v", failure)
			case text != test.text:
				t.Errorf("text %.50q, want %.50q", text, test.text)
			case failure == nil && end.Model != DefaultModel:
				t.Errorf("the model is %q", end.Model)
			}
		})
	}
}

// A server that keeps the stream open behind the answer's end does not hold the answer back.
func TestLingering(t *testing.T) {
	t.Parallel()
	p := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "data: "+chunk("a", "STOP")+"\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	if text, end, failure := run(t, p, hello); failure != nil || text != "a" || end.Reason != model.Stop {
		t.Errorf("%q, %v", text, failure)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	perDay := `{"error":{"code":429,"message":"Used up. Please retry in 2s.","status":"RESOURCE_EXHAUSTED","details":[` +
		`{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"retryDelay":"2s"}]}}`
	for _, test := range []struct {
		status int
		header string
		body   string
		kind   model.Kind
		least  time.Duration // of RetryAfter
		most   time.Duration
		words  string
	}{
		{400, "", `{"error":{"code":400,"message":"API key not valid: ` + testKey + `","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}`, model.Auth, 0, 0, "[redacted]"},
		{400, "", `{"error":{"code":400,"message":"User location is not supported","status":"FAILED_PRECONDITION"}}`, model.Auth, 0, 0, "location"},
		{400, "", `{"error":{"code":400,"message":"Function call is missing","status":"INVALID_ARGUMENT"}}`, model.Invalid, 0, 0, "missing"},
		{401, "", `{"error":{}}`, model.Auth, 0, 0, "no reason"},
		{403, "", `{"error":{"code":403,"message":"Method doesn't allow","status":"PERMISSION_DENIED"}}`, model.Auth, 0, 0, ""},
		{404, "", `{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}`, model.Retired, 0, 0, "not found"},
		{429, "4", `{"error":{"code":429,"details":[{"retryDelay":"2s"},{"retryDelay":"x"},{"violations":7}]}}`, model.Quota, 4 * time.Second, 4 * time.Second, ""},
		{429, "1", `{"error":{"code":429,"details":[{"retryDelay":"2.5s"}]}}`, model.Quota, 2500 * time.Millisecond, 2500 * time.Millisecond, ""},
		{429, "2", perDay, model.Quota, time.Nanosecond, 25 * time.Hour, "Used up"},
		{429, "99999999", `[{"error":{"message":"slow down"}}]`, model.Quota, remote.MaxRetryAfter, remote.MaxRetryAfter, "slow down"},
		{408, "", ``, model.Timeout, 0, 0, ""}, {504, "", `<html>`, model.Timeout, 0, 0, "HTML"},
		{500, "", `{"error":{"code":500,"status":"INTERNAL"}}`, model.Overloaded, 0, 0, "INTERNAL"},
		{503, "7", `{"error":{"code":503,"status":"UNAVAILABLE"}}`, model.Overloaded, 7 * time.Second, 7 * time.Second, ""},
		{502, "", `<html>secret</html>`, model.Overloaded, 0, 0, "HTML"},
		{302, "", ``, model.Invalid, 0, 0, "redirect"},
		{500, "", strings.Repeat("x", 1<<20), model.Overloaded, 0, 0, "xxx"},
		{500, "", `{"error":{"message":"` + strings.Repeat("x", 1<<20), model.Overloaded, 0, 0, "xxx"},
	} {
		t.Run(fmt.Sprint(test.status, test.kind, test.words), func(t *testing.T) {
			t.Parallel()
			bothWays(t, func(t *testing.T, o Options) {
				_, _, e := run(t, serve(t, o, func(w http.ResponseWriter, r *http.Request) {
					if test.header != "" {
						w.Header().Set("Retry-After", test.header)
					}
					says(test.status, test.body)(w, r)
				}), hello)
				if e == nil || e.Kind != test.kind || e.Status != test.status || e.RetryAfter < test.least || e.RetryAfter > test.most || !strings.Contains(e.Error(), test.words) {
					t.Fatalf("%v, after %v; want %v, %v, %q", e, e.RetryAfter, test.kind, test.least, test.words)
				}
				if len(e.Error()) > 500 || strings.Contains(e.Error(), testKey) || strings.Contains(e.Error(), "secret") {
					t.Errorf("too much is told: %v", e)
				}
			})
		})
	}
}

// A day of Google's quotas ends at midnight in California.
func TestUntilReset(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]time.Duration{
		"2026-11-25T08:00:01Z": 24*time.Hour - time.Second, "2026-11-25T07:59:00Z": time.Minute, "2026-07-01T06:00:00Z": time.Hour,
	} {
		at, _ := time.Parse(time.RFC3339, now)
		if got := untilReset(at); got != want {
			t.Errorf("at %s: %v, want %v", now, got, want)
		}
	}
}

func TestUnreached(t *testing.T) {
	t.Parallel()
	p, err := New(Options{Key: seal.Hide(testKey), BaseURL: "http://127.0.0.1:1/secret"})
	if err != nil {
		t.Fatal(err)
	}
	_, _, e := run(t, p, hello)
	if e == nil || e.Kind != model.Overloaded || e.Status != 0 || strings.Contains(e.Error(), "secret") {
		t.Errorf("%v", e)
	}
}

// A client behind a guard can be given; what it refuses is an error without the address.
func TestGuardedClient(t *testing.T) {
	t.Parallel()
	for _, o := range []outbound.GuardOptions{{}, {AllowLoopback: true, AllowHTTP: true}} {
		client := outbound.New(outbound.Options{Guard: outbound.NewGuard(o), HeaderTimeout: -1})
		p := serve(t, Options{Client: client.HTTPClient()}, says(200, "data: "+chunk("a", "STOP")+"\n\n"))
		text, _, e := run(t, p, hello)
		if o.AllowHTTP && text != "a" || !o.AllowHTTP && (e == nil || strings.Contains(e.Error(), "/below")) {
			t.Errorf("%+v: %q, %v", o, text, e)
		}
		client.CloseIdle()
	}
}

// Nobody who uses the provider is tied to Google's client.
func TestNoForeignTypes(t *testing.T) {
	t.Parallel()
	modeltest.KeepsTypes(t, "genai.", reflect.TypeFor[*Provider](), reflect.TypeFor[Options]())
}

// The client would read keys, addresses and the choice of another service from the environment.
func TestEnvironmentIsNotRead(t *testing.T) {
	for _, name := range []string{"GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"} {
		t.Setenv(name, "from-the-environment")
	}
	for _, name := range []string{"GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"} {
		t.Setenv(name, "true")
	}
	for _, name := range []string{"GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	p, server := fake(t, Options{})
	if _, _, failure := run(t, p, hello); failure != nil {
		t.Fatal(failure)
	}
	sent := server.Requests()[0]
	if sent.Header.Get("X-Goog-Api-Key") != testKey || sent.Path != "/v1beta/models/gemini-3.8-flash:streamGenerateContent" {
		t.Errorf("%s with the key %s", sent.Path, sent.Header.Get("X-Goog-Api-Key"))
	}
	if got, err := New(Options{Key: seal.Hide(testKey)}); err != nil || got.client.ClientConfig().HTTPOptions.BaseURL != DefaultBaseURL {
		t.Errorf("%v", err)
	}
	if _, err := New(Options{}); err == nil {
		t.Error("a key came from the environment")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{}, {Key: seal.Hide("two words")}, {Key: seal.Hide("k"), BaseURL: "localhost:1"}, {Key: seal.Hide("k"), BaseURL: "http://"}, {Key: seal.Hide("k"), BaseURL: "http://x/?key=1"},
		{Key: seal.Hide("k"), BaseURL: "http://%zz"}, {Key: seal.Hide("k"), Model: "a/b"}, {Key: seal.Hide("k"), ThinkingLevel: "deep"}, {Key: seal.Hide("k"), Safety: "some"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "key=") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestOptionsAreSent(t *testing.T) {
	t.Parallel()
	p, server := fake(t, Options{ThinkingLevel: "low", Safety: "block_none"})
	r := ask("hello")
	r.Temperature = new(0.3)
	if _, _, failure := run(t, p, r); failure != nil {
		t.Fatal(failure)
	}
	body := string(server.Requests()[0].Body)
	for _, want := range []string{`"thinkingLevel":"LOW"`, `"includeThoughts":true`, `"threshold":"BLOCK_NONE"`, `HARM_CATEGORY_HARASSMENT`, `"temperature":0.3`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	soon := &genai.ModelStatus{RetirementTime: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)}
	for _, test := range []struct {
		asked, answered string
		status          *genai.ModelStatus
		want            string
	}{
		{"gemini-3.8-flash", "gemini-3.8-flash", nil, ""},
		{"gemini-3.8-flash", "gemini-3.8-flash-001", nil, ""}, {"gemini-3.8-flash-001", "gemini-3.8-flash", nil, ""},
		{"gemini-x-preview", "gemini-x-preview-09-2026", nil, ""}, {"gemini-flash-latest", "gemini-3.8-flash", nil, ""},
		{"gemini-3.5-flash", "gemini-3.6-flash", nil, "gemini-3.5-flash was asked for, and gemini-3.6-flash answered, at its own price"},
		{"gemini-3.5-flash", "gemini-3.5-flash-lite", nil, "gemini-3.5-flash was asked for, and gemini-3.5-flash-lite answered, at its own price"},
		{"gemini-2.5-pro", "gemini-2.5-pro", soon, "gemini-2.5-pro will be switched off on 2026-12-01; use gemini-3.8-flash"},
		{"gemini-x", "gemini-x", &genai.ModelStatus{ModelStage: genai.ModelStageDeprecated}, "gemini-x is deprecated"},
		{"gemini-x", "gemini-x", &genai.ModelStatus{ModelStage: genai.ModelStageStable}, ""},
	} {
		if got := warning(test.asked, test.answered, test.status); got != test.want {
			t.Errorf("%s by %s: %q, want %q", test.asked, test.answered, got, test.want)
		}
	}
	body := `{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"modelVersion":"models/gemini-3.6-flash","modelStatus":{"retirementTime":"2027-01-02T03:04:05Z"}}`
	p := serve(t, Options{Whole: true, Model: "gemini-3.5-flash"}, says(200, body))
	_, end, failure := run(t, p, hello)
	if failure != nil || end.Model != "gemini-3.6-flash" || !strings.Contains(end.Warning, "answered") || !strings.Contains(end.Warning, "2027-01-02") {
		t.Errorf("%+v, %v", end, failure)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	p, _ := fake(t, Options{})
	all, err := p.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]model.Info{}
	for i, m := range all {
		found[m.Name] = m
		if i > 0 && all[i-1].Name >= m.Name {
			t.Errorf("%s stands before %s", all[i-1].Name, m.Name)
		}
	}
	if m := found["gemini-2.5-pro"]; m.InputTokens != 1048576 || m.OutputTokens != 65536 || m.Replacement != "gemini-3.8-flash" || m.RetiresAt.IsZero() {
		t.Errorf("%+v", m)
	}
	if _, gone := found["gemini-2.0-flash"]; gone || !found["gemini-3.8-flash"].RetiresAt.IsZero() {
		t.Error("models that are gone are listed, or ones that stay are to retire")
	}
	page := `{"models":[{"name":"models/z","supportedGenerationMethods":["generateContent"],"thinking":true},{"name":"models/embed"}],"nextPageToken":"more"}`
	asked := 0
	endless := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) { asked++; says(200, page)(w, r) })
	if all, err = endless.Models(t.Context()); err != nil || len(all) != 1 || !all[0].Thinking || asked != maxPages {
		t.Errorf("%+v, %v, %d requests", all, err, asked)
	}
	var e *model.Error
	refused := serve(t, Options{}, says(403, `{"error":{"code":403,"message":"no `+testKey+`"}}`))
	if _, err = refused.Models(t.Context()); !asError(err, &e) || e.Kind != model.Auth || strings.Contains(err.Error(), testKey) {
		t.Errorf("%v", err)
	}
	long := serve(t, Options{}, says(200, `{"models":[{"name":"`+strings.Repeat("x", maxAnswer)+`"}]}`))
	if _, err = long.Models(t.Context()); !asError(err, &e) || e.Kind != model.KindCut {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = p.Models(ctx); err == nil {
		t.Error("no error though the context had ended")
	}
}

func asError(err error, to **model.Error) (ok bool) {
	*to, ok = err.(*model.Error) //nolint:errorlint // providers return it as it is
	return ok
}
