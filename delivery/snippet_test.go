package delivery_test

import (
	"crypto/ed25519"
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

// verifyAsymmetric says whether body was signed for publicKey ("whpk_…") less than five minutes ago.
func verifyAsymmetric(h http.Header, body []byte, publicKey string) bool {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(publicKey, "whpk_"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	content := fmt.Appendf(nil, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	return slices.ContainsFunc(strings.Fields(h.Get("webhook-signature")), func(got string) bool {
		encoded, ok := strings.CutPrefix(got, "v1a,")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		return ok && err == nil && ed25519.Verify(key, content, signature)
	})
}

func TestTheSnippetsInTheDocumentsVerify(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("snippet_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"verify", "verifyAsymmetric"} {
		_, code, _ := strings.Cut(string(own), "// "+name+" says")
		code, _, _ = strings.Cut(code, "\n}\n")
		if !strings.Contains(string(page), code) {
			t.Errorf("docs/webhooks.md has another %s than this file", name)
		}
	}
	old, fresh, now := outbound.NewSecret(), outbound.NewSecret(), time.Now()
	oldKey, key := outbound.NewPrivateKey(), outbound.NewPrivateKey()
	h := outbound.Sign("evt_1", now, []byte("body"), fresh, old, key, oldKey)
	late := outbound.Sign("evt_1", now.Add(-6*time.Minute), []byte("body"), fresh, key)
	for name, c := range map[string]struct {
		header http.Header
		body   string
		secret outbound.Secret
		key    outbound.PrivateKey
		want   bool
	}{
		"new":       {h, "body", fresh, key, true},
		"old":       {h, "body", old, oldKey, true},
		"other":     {h, "body", outbound.NewSecret(), outbound.NewPrivateKey(), false},
		"body":      {h, "bodY", fresh, key, false},
		"too old":   {late, "body", fresh, key, false},
		"no header": {http.Header{}, "body", fresh, key, false},
	} {
		if got := verify(c.header, []byte(c.body), c.secret.Reveal()); got != c.want {
			t.Errorf("%s: %t by the secret, want %t", name, got, c.want)
		}
		if got := verifyAsymmetric(c.header, []byte(c.body), c.key.Public().String()); got != c.want {
			t.Errorf("%s: %t by the public key, want %t", name, got, c.want)
		}
	}
}
