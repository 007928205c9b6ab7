package console

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPageIsServedWhereTheConsoleFindsItsWay(t *testing.T) {
	for _, path := range []string{"/", "/inbox", "/inbox/thr_1", "/agents/agt_1/versions", "/integrations", "/overview", "/access"} {
		r := get(t, path)
		if r.StatusCode != http.StatusOK || !strings.Contains(body(t, r), `<div id="root">`) {
			t.Errorf("%s: status %d", path, r.StatusCode)
		}
	}
	for _, path := range []string{"/nothing", "/graphiql", "/assets/none.js", "/assets/../index.html", "/index.html", "/chat/agt_1"} {
		if r := get(t, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, r.StatusCode)
		}
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/inbox", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", w.Code)
	}
}

// No script or style of the page stands in it, and each answer has a nonce of its own.
func TestPageIsGuarded(t *testing.T) {
	nonce := regexp.MustCompile(`'nonce-([^']+)'`)
	var seen []string
	for range 2 {
		r := get(t, "/inbox")
		policy, page := r.Header.Get("Content-Security-Policy"), body(t, r)
		found := nonce.FindStringSubmatch(policy)
		if found == nil || !strings.Contains(page, `content="`+found[1]+`"`) || slices.Contains(seen, found[1]) {
			t.Fatalf("policy %q, nonces before %q", policy, seen)
		}
		seen = append(seen, found[1])
		for _, want := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("the policy lacks %s", want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("policy %q", policy)
		}
		if regexp.MustCompile(`<script(>|[^>]*[^/]>[^<])|<style|\son\w+=|https?://`).MatchString(page) {
			t.Errorf("the page holds scripts, styles or addresses of others:\n%s", page)
		}
		if r.Header.Get("X-Frame-Options") != "DENY" || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", r.Header)
		}
	}
}

var linked = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)

func TestAssetsAreKeptForGood(t *testing.T) {
	paths := linked.FindAllStringSubmatch(body(t, get(t, "/")), -1)
	if len(paths) < 3 {
		t.Fatalf("the page links %v", paths)
	}
	for _, found := range paths {
		path := found[1]
		plain, small := get(t, path), get(t, path, "Accept-Encoding", "br, gzip")
		if plain.StatusCode != http.StatusOK || !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, %v", path, plain.StatusCode, plain.Header)
		}
		want := body(t, plain)
		if small.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(small.Body)
			if err != nil {
				t.Fatal(err)
			}
			unpacked, err := io.ReadAll(z)
			if err != nil || string(unpacked) != want {
				t.Errorf("%s: packed and plain differ, %v", path, err)
			}
		}
	}
}

// A first visit loads at most 250 KB of script, as it travels.
func TestFirstLoadIsSmall(t *testing.T) {
	const most = 250 << 10
	total := 0
	for _, found := range linked.FindAllStringSubmatch(body(t, get(t, "/")), -1) {
		if strings.HasSuffix(found[1], ".js") {
			total += len(body(t, get(t, found[1], "Accept-Encoding", "gzip")))
		}
	}
	t.Logf("%d bytes of script", total)
	if total == 0 || total > most {
		t.Errorf("the first load has %d bytes of script, want at most %d", total, most)
	}
}
