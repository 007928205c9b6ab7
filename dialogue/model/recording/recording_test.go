package recording

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "AIza-canary/0123456789"

// answers is a transport whose answers have these pieces.
type answers struct {
	header http.Header
	chunks []string
	cut    bool
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body := &played{ctx: r.Context(), cut: a.cut}
	for _, c := range a.chunks {
		body.chunks = append(body.chunks, []byte(c))
	}
	return &http.Response{StatusCode: 200, Header: a.header, Body: body, Request: r}, nil
}

func record(t *testing.T, next http.RoundTripper, address, body string) *Recorder {
	t.Helper()
	recorder, err := NewRecorder(next, canary)
	if err != nil {
		t.Fatal(err)
	}
	post(t, recorder.Client(), address, body)
	return recorder
}

func post(t *testing.T, c *http.Client, address, body string) (string, error) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"X-Goog-Api-Key": {canary}, "Authorization": {"Bearer " + canary}, "Api-Key": {canary}, "Cookie": {"a=" + canary},
		"X-Other": {canary}, "Content-Type": {"application/json"}}
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// A key planted wherever one can stand never reaches the file, also where it is cut over pieces.
func TestSecretsAreScrubbed(t *testing.T) {
	t.Parallel()
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("X-Goog-Api-Key") + r.URL.Query().Get("key")
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Account", "nobody's business")
		w.Header().Set("Set-Cookie", canary)
		w.Header().Set("Retry-After", "3")
		for _, piece := range []string{"data: no key " + canary[:9], canary[9:] + " here\n\n", canary} {
			_, _ = io.WriteString(w, piece)
			w.(http.Flusher).Flush()
		}
	}))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	recorder := record(t, transport, server.URL+"/v1/ask?alt=sse&key="+canary, `{"a":"`+canary+`","b":"`+base64.StdEncoding.EncodeToString([]byte(canary))+`"}`)
	if asked != canary+canary {
		t.Errorf("the server got %q: recording changed the request", asked)
	}
	name := filepath.Join(t.TempDir(), "new", "run.txt")
	if err := recorder.Save(name, Head{Source: "a server with " + canary}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, never := range []string{canary, canary[9:], "x-other", "set-cookie", "x-account"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is in\n%s", never, text)
		}
	}
	for _, want := range []string{"> POST /v1/ask?alt=sse&key=SCRUBBED\n", "> x-goog-api-key: SCRUBBED\n", "> authorization: SCRUBBED\n", "> cookie: SCRUBBED\n",
		"> api-key: SCRUBBED\n", `"a": "SCRUBBED"`, "< retry-after: 3\n", "data: no key SCRUBBED"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What scrubbing does not find, and what is incomplete, is refused, and no file is made.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		next       answers
		want       string
	}{
		{"other case", strings.ToUpper(canary), answers{}, "body of the request of exchange 1"},
		{"behind escapes", `{"a":"\u0041` + strings.ReplaceAll(canary[1:], "-", `\u002d`) + `"}`, answers{}, "body of the request of exchange 1"},
		{"within base64", base64.StdEncoding.EncodeToString([]byte("x:" + canary + ":y")), answers{}, "body of the request of exchange 1"},
		{"cut over deltas", "{}", answers{chunks: []string{"data: {\"d\":\"" + canary[:5] + "\"}\n\n", "data: {\"d\":\"" + canary[5:] + "\"}\n\n"}}, "the answer of exchange 1"},
		{"compressed", "{}", answers{header: http.Header{"Content-Encoding": {"gzip"}}}, "compressed"},
		{"large", "{}", answers{chunks: []string{strings.Repeat("x", MaxBody+1)}}, "more than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "run.txt")
			err := record(t, test.next, "http://a.invalid/x", test.body).Save(name, Head{})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) {
				t.Errorf("%v, want %q", err, test.want)
			}
			if _, err := os.Stat(name); err == nil {
				t.Error("a file was made")
			}
		})
	}
	for _, secret := range []string{"short", "SCRUBBED"} {
		if _, err := NewRecorder(answers{}, secret); err == nil {
			t.Errorf("%q was taken for a secret", secret)
		}
	}
}

// Pieces and their borders, odd bytes and a broken connection come back from the file as they were.
func TestFileKeepsPieces(t *testing.T) {
	t.Parallel()
	chunks := []string{"data: {\"a\":1}\r\n\r\n", "half a l", "ine\n\n  blanks \n\ttab\n", "caf\xc3", "\xa9\x00\r", "\n", "| mark\n+\n"}
	recorder := record(t, answers{chunks: chunks, cut: true, header: http.Header{"Content-Type": {"text/event-stream"}}}, "http://a.invalid/x?b=2&a=1", "not JSON")
	made, err := recorder.Recording(Head{Source: "a test", Base: "/v1", Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	read, err := Parse([]byte(made.String()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, made) {
		t.Errorf("read  %+v\nmade %+v", read, made)
	}
	if len(read.Exchanges[0].Chunks) != len(chunks) {
		t.Errorf("%d pieces", len(read.Exchanges[0].Chunks))
	}
	text, err := post(t, NewPlayer(read).Client(), "http://b.invalid/x?a=1&b=2", "not JSON")
	if text != strings.Join(chunks, "") || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", text, err)
	}
}

// A request that was not recorded is told apart from the closest one that was.
func TestMismatch(t *testing.T) {
	t.Parallel()
	recording := &Recording{}
	for _, body := range []string{`{"n":1,"says":[{"text":"hello"}]}`, `{"n":1,"says":[{"text":"hello"},{"text":"more","id":9007199254740993}]}`} {
		recording.Exchanges = append(recording.Exchanges, Exchange{Method: "POST", Target: "/ask?alt=sse&key=SCRUBBED", Body: []byte(body), Status: 200})
	}
	for _, test := range []struct{ name, target, body, want string }{
		{"value", "/ask?alt=sse", `{"n":1,"says":[{"text":"hallo"}]}`, `closest is exchange 1: at says[0].text: recorded "hello", sent "hallo"`},
		{"number beyond 2^53", "/ask?alt=sse", `{"n":1,"says":[{"text":"hello"},{"text":"more","id":9007199254740992}]}`, "exchange 2: at says[1].id: recorded 9007199254740993, sent 9007199254740992"},
		{"missing", "/ask?alt=sse", `{"says":[{"text":"hello"}]}`, "exchange 1: at n: recorded 1, sent nothing"},
		{"type", "/ask?alt=sse", `{"n":1,"says":"hello"}`, `exchange 1: at says: recorded [{"text":"hello"}], sent "hello"`},
		{"path", "/else", `{"n":1,"says":[{"text":"hello"}]}`, "recorded POST /ask?alt=sse, sent POST /else"},
		{"no JSON", "/ask?alt=sse", `{"n":x`, "at byte 5 of the body"},
	} {
		_, err := post(t, NewPlayer(recording).Client(), "http://a.invalid"+test.target, test.body)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	player := NewPlayer(recording)
	same := `{"says":[{"text":"hello"}], "n":1.0}`
	if _, err := post(t, player.Client(), "http://a.invalid/ask?alt=sse", same); err != nil || player.Unused() != 1 {
		t.Errorf("the same by meaning: %v, %d unused", err, player.Unused())
	}
	if _, err := post(t, player.Client(), "http://a.invalid/ask?alt=sse", same); err == nil || !strings.Contains(err.Error(), "exchange 1 is the same and was replayed already") {
		t.Errorf("asked twice: %v", err)
	}
}

// Files that people changed wrongly are refused with the line.
func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	head := magic + "\nsource: x\n"
	for text, want := range map[string]string{
		"":                                 "empty",
		"something else\n":                 "does not begin with",
		head + "colour: red\n":             "line 3: ",
		head + "== 1\n> POST /x\n":         "has no answer",
		head + "== 1\n> POST\n":            "line 4: ",
		head + "== 1\n> POST /x\n< ok\n":   "line 5: ",
		head + "== 1\n> POST /x\n| body\n": "line 5: ",
		head + "== 1\n> POST /x\n< 200\nchunk\n\"open\n": "line 7: ",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
