package delivery_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/outbound"
)

// verify says whether body was signed with secret ("whsec_…") less than five minutes ago.
func verify(h http.Header, body []byte, secret string) bool {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.ContainsFunc(strings.Fields(h.Get("webhook-signature")), func(got string) bool {
		return hmac.Equal([]byte(got), []byte(want))
	})
}

func TestTheSnippetInTheDocumentsVerifies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("snippet_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(own), "// verify says")
	code, _, _ = strings.Cut(code, "\n}\n")
	if !strings.Contains(string(page), code) {
		t.Error("docs/webhooks.md has another verify than this file")
	}
	old, fresh, now := outbound.NewSecret(), outbound.NewSecret(), time.Now()
	h := outbound.Sign("evt_1", now, []byte("body"), fresh, old)
	for name, c := range map[string]struct {
		header http.Header
		body   string
		secret outbound.Secret
		want   bool
	}{
		"new secret":   {h, "body", fresh, true},
		"old secret":   {h, "body", old, true},
		"other secret": {h, "body", outbound.NewSecret(), false},
		"other body":   {h, "bodY", fresh, false},
		"too old":      {outbound.Sign("evt_1", now.Add(-6*time.Minute), []byte("body"), fresh), "body", fresh, false},
		"no header":    {http.Header{}, "body", fresh, false},
	} {
		if got := verify(c.header, []byte(c.body), c.secret.Reveal()); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
