package outbound_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	reference "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/outbound"
)

const vectorSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func mustParse(t testing.TB, text string) outbound.Secret {
	t.Helper()
	s, err := outbound.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The vector that the libraries of Standard Webhooks test themselves by.
func TestSignPublishedVector(t *testing.T) {
	t.Parallel()
	h := outbound.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0),
		[]byte(`{"test": 2432232314}`), mustParse(t, vectorSecret))
	for name, want := range map[string]string{
		"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
		"webhook-timestamp": "1614265330",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestSignAgainstReference(t *testing.T) {
	t.Parallel()
	old, live := outbound.NewSecret(), outbound.NewSecret()
	for _, body := range []string{"", "{}", "a.b.c", "\x00\xff", strings.Repeat("x", 70_000)} {
		now := time.Now()
		h := outbound.Sign("evt_1", now, []byte(body), live, old)
		for _, s := range []outbound.Secret{old, live} {
			wh, err := reference.NewWebhook(s.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			if err := wh.Verify([]byte(body), h); err != nil {
				t.Errorf("%.10q: %v", body, err)
			}
			theirs, _ := wh.Sign("evt_1", now, []byte(body))
			h := http.Header{}
			h.Set("webhook-id", "evt_1")
			h.Set("webhook-timestamp", fmt.Sprint(now.Unix()))
			h.Set("webhook-signature", theirs)
			if err := outbound.Verify(h, []byte(body), now, 0, s); err != nil {
				t.Errorf("%.10q: their signature: %v", body, err)
			}
		}
	}
}

func TestSignNeedsSecrets(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]outbound.Signer{
		nil, {outbound.Secret{}}, {outbound.NewSecret(), outbound.Secret{}}, {outbound.PrivateKey{}}, {outbound.NewSecret(), outbound.PrivateKey{}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("signed with %d secrets", len(secrets))
				}
			}()
			outbound.Sign("evt_1", time.Now(), nil, secrets...)
		}()
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	secret, other := outbound.NewSecret(), outbound.NewSecret()
	body := []byte(`{"a":1}`)
	tests := []struct {
		name   string
		change func(h http.Header)
		body   string
		secret outbound.Secret
		want   error
	}{
		{name: "good"},
		{name: "foreign signatures around it", change: func(h http.Header) {
			h.Set("webhook-signature", "v1a,AAAA garbage v1, "+h.Get("webhook-signature")+" v2,BBBB")
		}},
		{name: "five minutes old", change: stamp(now.Add(-5 * time.Minute)), want: outbound.ErrSignature},
		{name: "older", change: stamp(now.Add(-301 * time.Second)), want: outbound.ErrTimestamp},
		{name: "from the future", change: stamp(now.Add(301 * time.Second)), want: outbound.ErrTimestamp},
		{name: "timestamp changed", change: stamp(now.Add(time.Second)), want: outbound.ErrSignature},
		{name: "timestamp not a number", change: func(h http.Header) { h.Set("webhook-timestamp", "soon") }, want: outbound.ErrHeaders},
		{name: "no id", change: func(h http.Header) { h.Del("webhook-id") }, want: outbound.ErrHeaders},
		{name: "no signature", change: func(h http.Header) { h.Del("webhook-signature") }, want: outbound.ErrHeaders},
		{name: "id changed", change: func(h http.Header) { h.Set("webhook-id", "evt_2") }, want: outbound.ErrSignature},
		{name: "body changed", body: `{"a":2}`, want: outbound.ErrSignature},
		{name: "other version", change: func(h http.Header) {
			h.Set("webhook-signature", "v2"+strings.TrimPrefix(h.Get("webhook-signature"), "v1"))
		}, want: outbound.ErrSignature},
		{name: "other secret", secret: other, want: outbound.ErrSignature},
	}
	for _, tt := range tests {
		h := outbound.Sign("evt_1", now, body, secret)
		if tt.change != nil {
			tt.change(h)
		}
		got, with := body, secret
		if tt.body != "" {
			got = []byte(tt.body)
		}
		if !tt.secret.IsZero() {
			with = tt.secret
		}
		if err := outbound.Verify(h, got, now, 0, outbound.Secret{}, with); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	h := outbound.Sign("evt_1", now, body, secret)
	if err := outbound.Verify(h, body, now.Add(time.Hour), 2*time.Hour, other, secret); err != nil {
		t.Errorf("wide tolerance, second secret: %v", err)
	}
	if err := outbound.Verify(h, body, now, 0, outbound.Secret{}); !errors.Is(err, outbound.ErrSignature) {
		t.Errorf("zero secret: %v", err)
	}
}

func stamp(ts time.Time) func(http.Header) {
	return func(h http.Header) { h.Set("webhook-timestamp", fmt.Sprint(ts.Unix())) }
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	of := func(n int) string { return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for text, want := range map[string]string{
		vectorSecret: "", of(24): "", of(32): "", of(64): "",
		"":                                  "must begin with",
		"whsec_":                            "24 to 64",
		of(23):                              "24 to 64",
		of(65):                              "24 to 64",
		of(32)[6:]:                          "must begin with",
		of(32) + "\n":                       "base64",
		of(32)[:40]:                         "base64",
		" " + of(32):                        "must begin with",
		"whsec_MfKQ9r":                      "base64",
		"whsec_" + strings.Repeat("_-", 16): "base64",
	} {
		s, err := outbound.ParseSecret(text)
		switch {
		case want == "" && (err != nil || s.Reveal() != text):
			t.Errorf("%q: %q, %v", text, s.Reveal(), err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !s.IsZero()):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	fresh := outbound.NewSecret()
	if got := mustParse(t, fresh.Reveal()); got.Reveal() != fresh.Reveal() || len(fresh.Reveal()) != 6+44 {
		t.Errorf("NewSecret does not survive ParseSecret")
	}
	if (outbound.Secret{}).Reveal() != "" || outbound.NewSecret().Reveal() == fresh.Reveal() {
		t.Error("zero or repeated secret")
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := mustParse(t, vectorSecret)
	key, _ := base64.StdEncoding.DecodeString(vectorSecret[6:])
	var out strings.Builder
	parent := struct {
		hidden outbound.Secret
		Open   outbound.Secret
		List   []outbound.Secret
	}{s, s, []outbound.Secret{s}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", s, &s, parent)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "secret", s, "parent", parent, "pointer", &s)
	}
	json.NewEncoder(&out).Encode(parent)
	for _, leak := range []string{vectorSecret[6:14], string(key[:8]), fmt.Sprintf("%x", key[:4]), fmt.Sprintf("%X", key[:4]), fmt.Sprint(key[:3])[1:8]} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q leaks in\n%s", leak, out.String())
		}
	}
	if !strings.Contains(out.String(), "whsec_[redacted]") {
		t.Error("no placeholder")
	}
}

func FuzzVerify(f *testing.F) {
	secret := mustParse(f, vectorSecret)
	f.Add("evt_1", "1700000000", "v1,AAAA", "{}")
	f.Add("", "-9223372036854775808", " , v1,", "")
	f.Fuzz(func(t *testing.T, id, stamp, signature, body string) {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", stamp)
		h.Set("webhook-signature", signature)
		if outbound.Verify(h, []byte(body), time.Unix(1_700_000_000, 0), 0, secret) == nil {
			t.Error("a forged signature passed")
		}
	})
}

func BenchmarkSign(b *testing.B) {
	secret, body := outbound.NewSecret(), make([]byte, 900)
	for b.Loop() {
		outbound.Sign("evt_1", time.Unix(1_700_000_000, 0), body, secret)
	}
}
