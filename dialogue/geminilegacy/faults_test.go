package geminilegacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/fakemodel"
	"parley/seal"
)

// Known fault: a request that is answered 503 is repeated without end, unless it asks for a stream.
func TestOverloadIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		server.Push("", fakemodel.Repeat(3, fakemodel.Answer{Refuse: fakemodel.Overloaded()})...)
		h := generate(t, p, asks(plain2, "hello"))
		if h.err == nil || h.err.Kind != model.Overloaded || h.err.Status != 503 || !strings.Contains(h.err.Error(), "overloaded") {
			t.Errorf("%v", h.err)
		}
		if n := len(server.Requests()); n != 1 {
			t.Errorf("asked %d times", n)
		}
	}
}

// Known fault: an error within a stream is swallowed, and the stream ends well.
func TestAnErrorInAStreamIsAnError(t *testing.T) {
	t.Parallel()
	server, p := fake(t, Options{})
	for after := range 3 {
		a := fakemodel.Text("one ", "two ", "three")
		a.Break, a.After = fakemodel.Quota(7*time.Second, false), after
		server.Push("", a)
		h := generate(t, p, asks(plain2, "hello"))
		if h.err == nil || h.err.Kind != model.Quota || h.err.Status != 429 || h.err.RetryAfter != 7*time.Second || h.err.Emitted != (after > 0) {
			t.Errorf("after %d: %q, %v", after, h.text, h.err)
		}
	}
}

// Known fault: a stream that ends without a reason ends well. So does one whose connection breaks, if it is closed in
// good order.
func TestAnAnswerWithoutAnEndIsCut(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		for _, a := range []fakemodel.Answer{{NoFinish: true}, {Cut: true, After: 2}} {
			a.Parts = fakemodel.Text("one ", "two ", "three").Parts
			server.Push("", a)
			if h := generate(t, p, asks(plain2, "hello")); h.err == nil || h.err.Kind != model.KindCut || h.err.Emitted != (h.text != "") {
				t.Errorf("%+v: %+v", a, h)
			}
		}
	}
}

// Known faults: the key goes out in the URL, and with an HTTP client of one's own not at all.
func TestTheKeyIsInItsHeaderOnly(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		ends(t, p, asks(plain2, "hello"))
		r := server.Requests()[0]
		if r.Header.Get("X-Goog-Api-Key") != testKey || len(r.Query) > 0 || strings.Contains(r.Path, testKey) || strings.Contains(string(r.Body), testKey) {
			t.Errorf("%+v", r)
		}
		r.Header.Del("X-Goog-Api-Key")
		if strings.Contains(fmt.Sprint(r.Header), testKey) {
			t.Errorf("%v", r.Header)
		}
		server.Push("", fakemodel.Answer{Refuse: &fakemodel.Error{Code: 400, Message: "what is " + testKey + " in ?key=" + testKey + "&x"}})
		if h := generate(t, p, asks(plain2, "hello")); h.err == nil || strings.Contains(fmt.Sprintf("%v %#v", h.err, h.err), testKey) {
			t.Errorf("%v", h.err)
		}
	}
	nobody := Options{BaseURL: "http://127.0.0.1:1", Key: seal.Hide(testKey)}
	p, err := New(nobody)
	if err != nil {
		t.Fatal(err)
	}
	if h := generate(t, p, asks(plain2, "hello")); h.err == nil || h.err.Kind != model.Overloaded || strings.Contains(h.err.Error(), testKey) || strings.Contains(h.err.Error(), "http") {
		t.Errorf("%v", h.err)
	}
}

// Known faults: details of errors are lost, and with them how long to wait; the body of an error is read to its end,
// however long that is, and stays open if a stream was asked for.
func TestErrorsTellWhatToDo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault *fakemodel.Error
		kind  model.Kind
		after time.Duration
		words string
	}{
		{"quota", fakemodel.Quota(2500*time.Millisecond, false), model.Quota, 3 * time.Second, "exceeded"}, // the header has whole seconds
		{"new field", &fakemodel.Error{Code: 429, Message: "no", Details: []any{object{"@type": "type.googleapis.com/new.Kind", "x": 1}, object{"retryDelay": "90s"}}}, model.Quota, 90 * time.Second, ""},
		{"in words", &fakemodel.Error{Code: 503, Message: "Please retry in 1m2.5s."}, model.Overloaded, 62500 * time.Millisecond, ""},
		{"no code", &fakemodel.Error{Code: 500}, model.Overloaded, 0, "no reason"},
		{"bad key", &fakemodel.Error{Code: 400, Status: "INVALID_ARGUMENT", Reason: "API_KEY_INVALID", Message: "API key not valid."}, model.Auth, 0, "not valid"},
		{"forbidden", &fakemodel.Error{Code: 403, Message: "no"}, model.Auth, 0, "no"},
		{"no billing", &fakemodel.Error{Code: 400, Status: "FAILED_PRECONDITION", Message: "billing"}, model.Auth, 0, "billing"},
		{"unpaid", &fakemodel.Error{Code: 402, Message: "pay"}, model.Quota, 0, "pay"},
		{"retired", &fakemodel.Error{Code: 404, Status: "NOT_FOUND", Message: "gone"}, model.Retired, 0, "gone"},
		{"too long", fakemodel.ContextLength(), model.Invalid, 0, "token count"},
		{"proxy", fakemodel.BadGateway(), model.Overloaded, 0, "HTML"},
		{"late", &fakemodel.Error{Code: 504, Status: "DEADLINE_EXCEEDED", Message: "late"}, model.Timeout, 0, "late"},
		{"redirect", &fakemodel.Error{Code: 302}, model.Invalid, 0, "not followed"},
		{"long", &fakemodel.Error{Code: 500, Message: strings.Repeat("y", 1<<20)}, model.Overloaded, 0, "yyy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, unary := range []bool{false, true} {
				server, p := fake(t, Options{Unary: unary})
				server.Push("", fakemodel.Answer{Refuse: test.fault})
				e := generate(t, p, asks(plain2, "hello")).err
				if e == nil || e.Kind != test.kind || e.Status != test.fault.Code || e.RetryAfter != test.after || !strings.Contains(e.Error(), test.words) {
					t.Fatalf("%v after %v", e, e.RetryAfter)
				}
				if len(e.Error()) > 500 {
					t.Errorf("too much is told: %v", e)
				}
			}
		})
	}
	daily := readStatus([]byte(`[{"error":{"code":429,"details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"retryDelay":"2s"}]}}]`))
	for at, want := range map[string]time.Duration{"2026-11-22T07:59:00Z": time.Minute, "2026-11-22T08:00:00Z": 24 * time.Hour, "2026-11-22T12:00:00Z": 20 * time.Hour} {
		now, err := time.Parse(time.RFC3339, at)
		if got := daily.retryAfter(nil, now); err != nil || got != want {
			t.Errorf("at %s the day's quota is said to be back in %v", at, got)
		}
	}
}

// Known fault: a stream may last for ever, and an answer in one piece ten minutes. A deadline of the provider's own ends
// both, and not before its time.
func TestDeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		slow := fakemodel.Text("one ", "two")
		slow.ChunkDelay = 50 * time.Millisecond
		server.Push("", slow)
		for event, err := range p.Generate(context.Background(), asks(plain2, "hello")) {
			if err != nil {
				t.Error(err)
			}
			if event.End != nil && event.End.Reason != model.Stop {
				t.Errorf("%+v", event.End)
			}
		}
		server, p = fake(t, Options{Unary: unary, Within: 100 * time.Millisecond})
		server.Push("", fakemodel.Answer{Delay: time.Hour})
		for _, err := range p.Generate(context.Background(), asks(plain2, "hello")) {
			if e, ok := err.(*model.Error); !ok || e.Kind != model.Timeout { //nolint:errorlint // providers return it as it is
				t.Errorf("%v", err)
			}
		}
	}
}

// Known fault: Close leaves the goroutines of a gRPC client, and whoever asks afterwards panics. That nothing is left is
// what TestMain looks at.
func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	_, p := fake(t, Options{})
	ends(t, p, asks(plain2, "hello"))
	for range 2 {
		p.Close()
	}
	ends(t, p, asks(plain2, "hello"))
}

// Known fault: a chat keeps what it asked though no answer came, and asks for streams only. No chat is used.
func TestAFailureLeavesNoHistory(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		server.Push("", fakemodel.Answer{Refuse: fakemodel.Internal()})
		r := asks(plain2, "hello")
		generate(t, p, r)
		ends(t, p, r)
		all := server.Requests()
		if len(all) != 2 || string(all[0].Body) != string(all[1].Body) {
			t.Errorf("%s\n%s", all[0].Body, all[1].Body)
		}
		if strings.HasSuffix(all[1].Path, ":generateContent") != unary {
			t.Error(all[1].Path)
		}
	}
}

func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		piece string
		kind  string
	}{
		"answer":  {candidate(`{"text":"`+strings.Repeat("y", 1<<20)+`"}`, ""), "answer is longer"},
		"element": {`{"x":"` + strings.Repeat("y", 6<<20) + `"}`, "element of the answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				_, err := io.WriteString(w, "["+test.piece)
				for i := 0; err == nil && i < 100; i++ {
					_, err = io.WriteString(w, ","+test.piece)
				}
			})
			h := generate(t, p, asks(plain2, "hello"))
			if h.err == nil || h.err.Kind != model.KindCut || !strings.Contains(h.err.Error(), test.kind) || len(h.text) > maxAnswer {
				t.Errorf("%d bytes, %v", len(h.text), h.err)
			}
		})
	}
}

func TestAStreamIsBounded(t *testing.T) {
	t.Parallel()
	in := newElements(strings.NewReader("[{},{}]"))
	in.in.total = maxStream // as if so much had been read
	for range 3 {
		if _, err := in.next(); !errors.Is(err, errStream) {
			t.Errorf("%v", err)
		}
	}
}

// doer counts the requests of a client that was given.
type doer struct {
	http.Client
	asked atomic.Int32
}

func (d *doer) Do(r *http.Request) (*http.Response, error) {
	d.asked.Add(1)
	return d.Client.Do(r)
}

func TestAClientThatWasGivenIsUsed(t *testing.T) {
	t.Parallel()
	given := &doer{Client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	_, p := fake(t, Options{Client: given})
	ends(t, p, asks(plain2, "hello"))
	if given.asked.Load() != 1 {
		t.Errorf("%d requests", given.asked.Load())
	}
}
