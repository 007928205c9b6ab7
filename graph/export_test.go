package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/graph"
	"parley/seal"
)

// files is an API whose links can be fetched.
type files struct {
	*api
	url string
}

// eachFiles is each, with a server for the links.
func eachFiles(t *testing.T, test func(t *testing.T, f files), change ...func(*graph.Options)) {
	each(t, func(t *testing.T, a *api) { test(t, files{a, serveFiles(t, a)}) }, change...)
}

func serveFiles(t *testing.T, a *api) (url string) {
	server := httptest.NewServer(a.handler.Exports())
	t.Cleanup(server.Close)
	return server.URL
}

// link asks for a link with a key.
func (f files) link(key, field, arguments string, variables map[string]any) string {
	f.t.Helper()
	header := ""
	if variables != nil {
		header = "query($w: ThreadWhereInput, $o: ThreadOrder) "
	}
	r := f.do(key, header+`{ `+field+`(`+arguments+`) { url expiresAt fileName contentType } }`, variables)
	if r.code() != "" {
		f.t.Fatalf("%s(%s): %s", field, arguments, r.raw)
	}
	return r.text(field, "url")
}

// fetch asks the server of the links, without a key.
func (f files) fetch(method, path string) (*http.Response, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatalf("%s %s broke off: %v", method, path, err)
	}
	return res, string(text)
}

// file is the file behind a new link of the admin.
func (f files) file(field, arguments string, variables map[string]any) string {
	f.t.Helper()
	res, text := f.fetch(http.MethodGet, f.link(f.keys[viewer.Admin], field, arguments, variables))
	if res.StatusCode != http.StatusOK {
		f.t.Fatalf("%s(%s): %d %s", field, arguments, res.StatusCode, text)
	}
	return text
}

func TestAnExportIsAFile(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		for call, want := range map[string][2]string{
			`exportThread(threadId: "` + threadID + `")`:                   {`^` + threadID + `\.jsonl$`, "application/x-ndjson"},
			`exportThread(threadId: "` + threadID + `", format: MARKDOWN)`: {`^` + threadID + `\.md$`, "text/markdown; charset=utf-8"},
			`exportThreads`: {`^threads-\d{8}-\d{6}\.csv$`, "text/csv; charset=utf-8; header=present"},
		} {
			field, _, _ := strings.Cut(call, "(")
			r := f.do(f.keys[viewer.Operator], `{ `+call+` { url expiresAt fileName contentType } }`, nil)
			name, mediaType := r.text(field, "fileName"), r.text(field, "contentType")
			if !regexp.MustCompile(want[0]).MatchString(name) || mediaType != want[1] {
				t.Errorf("%s: %s", call, r.raw)
			}
			ends, err := time.Parse(time.RFC3339, r.text(field, "expiresAt"))
			if left := time.Until(ends); err != nil || left < 4*time.Minute || left > 5*time.Minute {
				t.Errorf("%s is good for %v (%v)", call, left, err)
			}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				res, text := f.fetch(method, r.text(field, "url"))
				if res.StatusCode != http.StatusOK || (text == "") != (method == http.MethodHead) {
					t.Errorf("%s %s: %d %q", method, call, res.StatusCode, text)
				}
				for header, value := range map[string]string{
					"Content-Type": mediaType, "Content-Disposition": `attachment; filename="` + name + `"`, "Cache-Control": "no-store",
					"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				} {
					if got := res.Header.Get(header); got != value {
						t.Errorf("%s %s: %s is %q, want %q", method, call, header, got, value)
					}
				}
			}
		}
	})
}

func TestWhoMayExport(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		one := `{ exportThread(threadId: "` + threadID + `") { url } }`
		for role, may := range map[viewer.Role]bool{viewer.Admin: true, viewer.Operator: true, viewer.Integrator: false, viewer.App: false} {
			for _, query := range []string{one, `{ exportThreads { url } }`} {
				if code := f.do(f.keys[role], query, nil).code(); (code == "") != may || !may && code != "FORBIDDEN" {
					t.Errorf("%s as %s: %q", query, role, code)
				}
			}
		}
		_, stranger, err := f.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		if code := f.do(stranger, one, nil).code(); code != "NOT_FOUND" {
			t.Errorf("another workspace's thread: %q", code)
		}
		_, text := f.fetch(http.MethodGet, f.link(stranger, "exportThreads", `where: {idIn: ["`+threadID+`"]}`, nil))
		if strings.Count(text, "\r\n") != 1 {
			t.Errorf("another workspace reads %s", text)
		}
	})
}

func TestALinkEnds(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		arguments := `threadId: "` + threadID + `"`
		refused := func(what, method, path string, status int) {
			t.Helper()
			res, text := f.fetch(method, path)
			var r result
			err := json.Unmarshal([]byte(text), &r)
			if res.StatusCode != status || method != http.MethodHead && (err != nil || r.code() == "" || r.Errors[0].Extensions.RequestID == "") {
				t.Errorf("%s: %d %s, want %d", what, res.StatusCode, text, status)
			}
			if res.Header.Get("Content-Disposition") != "" || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: header %v", what, res.Header)
			}
		}
		path := f.link(f.keys[viewer.Admin], "exportThread", arguments, nil)
		refused("a POST", http.MethodPost, path, http.StatusMethodNotAllowed)
		refused("a DELETE", http.MethodDelete, path, http.StatusMethodNotAllowed)
		refused("nothing", http.MethodGet, "/exports/", http.StatusNotFound)
		refused("nonsense", http.MethodGet, "/exports/nonsense", http.StatusNotFound)
		refused("a longer path", http.MethodGet, path+"/x", http.StatusNotFound)
		refused("a head of nonsense", http.MethodHead, "/exports/nonsense", http.StatusNotFound)
		refused("a long token", http.MethodGet, "/exports/"+strings.Repeat("A", 7000), http.StatusNotFound)
		for _, at := range []int{0, 20, len(path) - len("/exports/") - 1} {
			token := []byte(strings.TrimPrefix(path, "/exports/"))
			token[at] = map[bool]byte{true: 'B', false: 'A'}[token[at] == 'A']
			refused(fmt.Sprint("changed at ", at), http.MethodGet, "/exports/"+string(token), http.StatusNotFound)
		}
		token := f.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		refused("a thread token", http.MethodGet, "/exports/"+token, http.StatusNotFound)

		made := f.must(`mutation { createApiKey(input: {name: "k", role: OPERATOR}) { key apiKey { id } } }`, nil)
		revoked := f.link(made.text("createApiKey", "key"), "exportThread", arguments, nil)
		if res, _ := f.fetch(http.MethodGet, revoked); res.StatusCode != http.StatusOK {
			t.Errorf("before the key is revoked: %d", res.StatusCode)
		}
		f.must(`mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { id } } }`, map[string]any{"k": made.text("createApiKey", "apiKey", "id")})
		refused("of a revoked key", http.MethodGet, revoked, http.StatusGone)
		refused("a head of a revoked key", http.MethodHead, revoked, http.StatusGone)
	})
}

func TestALinkIsGoodForItsTimeItsKeyAndItsWorkspace(t *testing.T) {
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	eachFiles(t, func(t *testing.T, f files) {
		threadID := f.thread(f.agent("A"))
		workspace, _, err := f.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		path := f.link(f.keys[viewer.Admin], "exportThread", `threadId: "`+threadID+`"`, nil)
		for fact, tt := range map[string]struct {
			value  any
			status int
		}{
			"e": {ms.Now().Add(-time.Second), http.StatusGone},
			"k": {"key_unknown", http.StatusGone},
			"w": {workspace, http.StatusGone}, // where there is no such key
			"t": {"thr_unknown", http.StatusNotFound},
			"x": {"what a later version adds", http.StatusOK},
		} {
			if res, text := f.fetch(http.MethodGet, altered(t, keys, path, fact, tt.value)); res.StatusCode != tt.status {
				t.Errorf("%s is %v: %d %s, want %d", fact, tt.value, res.StatusCode, text, tt.status)
			}
		}
	}, func(o *graph.Options) { o.Keys = keys })
}

// altered is a link with one of its facts changed, which only who has the server's keys can make.
func altered(t *testing.T, keys *seal.Keys, path, fact string, value any) string {
	t.Helper()
	const purpose = "export link 1"
	box, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(path, "/exports/"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := keys.Open(box, "", purpose)
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]any
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	facts[fact] = value
	if text, err = json.Marshal(facts); err != nil {
		t.Fatal(err)
	}
	return "/exports/" + base64.RawURLEncoding.EncodeToString(keys.Seal(text, "", purpose))
}
