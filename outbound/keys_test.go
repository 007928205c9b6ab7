package outbound_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/outbound"
)

// The key pair that the first sender of v1a signatures publishes in its documents.
const (
	vectorPrivate = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
	vectorPublic  = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
)

func mustParseKey(t testing.TB, text string) outbound.PrivateKey {
	t.Helper()
	k, err := outbound.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The v1a signature is the one in the specification's example of a header with both versions; it is that of the message
// which the libraries of Standard Webhooks test themselves by, under the published key pair.
func TestSignPublishedAsymmetricVector(t *testing.T) {
	t.Parallel()
	const id, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`
	at := time.Unix(1614265330, 0)
	private := mustParseKey(t, vectorPrivate)
	h := outbound.Sign(id, at, []byte(body), mustParse(t, vectorSecret), private)
	want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= " +
		"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
	if got := h.Get("webhook-signature"); got != want {
		t.Errorf("signatures\n%s\nwant\n%s", got, want)
	}
	if got := private.Public().String(); got != vectorPublic {
		t.Errorf("public key %s, want %s", got, vectorPublic)
	}
	public, err := outbound.ParsePublicKey(vectorPublic)
	if err != nil || public != private.Public() {
		t.Fatalf("%v, %v", public, err)
	}
	for _, key := range []outbound.Verifier{public, mustParse(t, vectorSecret)} {
		if err := outbound.Verify(h, []byte(body), at, 0, key); err != nil {
			t.Errorf("%T: %v", key, err)
		}
	}
}

// The first vectors of RFC 8032, section 7.1, hold the keys apart from the webhook's form.
func TestKeysAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	for seed, public := range map[string]string{
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	} {
		raw, _ := hex.DecodeString(seed + public)
		k := mustParseKey(t, "whsk_"+base64.StdEncoding.EncodeToString(raw))
		if got := k.Public().String(); got != "whpk_"+base64.StdEncoding.EncodeToString(raw[32:]) {
			t.Errorf("public key %s of %s", got, seed)
		}
	}
}

func TestVerifyAsymmetric(t *testing.T) {
	t.Parallel()
	now, body := time.Unix(1_700_000_000, 0), []byte(`{"a":1}`)
	key, other, secret := outbound.NewPrivateKey(), outbound.NewPrivateKey(), outbound.NewSecret()
	good := outbound.Sign("evt_1", now, body, key)
	both := outbound.Sign("evt_1", now, body, secret, other, key)
	with := func(signature string) http.Header {
		h := good.Clone()
		h.Set("webhook-signature", signature)
		return h
	}
	signature := good.Get("webhook-signature")
	raw, _ := base64.StdEncoding.DecodeString(signature[4:])
	tests := []struct {
		name   string
		header http.Header
		body   string
		key    outbound.Verifier
		want   error
	}{
		{name: "good", header: good},
		{name: "among others", header: both},
		{name: "of the key before", header: both, key: other.Public()},
		{name: "the secret beside it", header: both, key: secret},
		{name: "other key", header: good, key: other.Public(), want: outbound.ErrSignature},
		{name: "a secret knows no v1a", header: good, key: secret, want: outbound.ErrSignature},
		{name: "a public key knows no v1", header: outbound.Sign("evt_1", now, body, secret), want: outbound.ErrSignature},
		{name: "v1a named v1", header: with("v1," + signature[4:]), want: outbound.ErrSignature},
		{name: "no key", header: good, key: outbound.PublicKey{}, want: outbound.ErrSignature},
		{name: "body changed", header: good, body: `{"a":2}`, want: outbound.ErrSignature},
		{name: "cut", header: with("v1a," + base64.StdEncoding.EncodeToString(raw[:63])), want: outbound.ErrSignature},
		{name: "not base64", header: with("v1a,*"), want: outbound.ErrSignature},
		{name: "empty", header: with("v1a,"), want: outbound.ErrSignature},
		{name: "behind a few others", header: with(strings.Repeat("v1a,AAAA ", 31) + signature)},
		{name: "behind too many others", header: with(strings.Repeat("v1a,AAAA ", 32) + signature), want: outbound.ErrSignature},
	}
	for _, tt := range tests {
		if tt.key == nil {
			tt.key = key.Public()
		}
		if tt.body == "" {
			tt.body = string(body)
		}
		if err := outbound.Verify(tt.header, []byte(tt.body), now, 0, tt.key); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if err := outbound.Verify(good, body, now.Add(6*time.Minute), 0, key.Public()); !errors.Is(err, outbound.ErrTimestamp) {
		t.Errorf("six minutes later: %v", err)
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	of := func(prefix string, n int) string { return prefix + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	foreign := "whsk_" + base64.StdEncoding.EncodeToString(append(make([]byte, 32), make([]byte, 32)...))
	for text, want := range map[string]string{
		vectorPrivate:                        "",
		"":                                   "must begin with whsk_",
		vectorPrivate[5:]:                    "must begin with whsk_",
		vectorSecret:                         "must begin with whsk_",
		vectorPublic:                         "must begin with whsk_",
		of("whsk_", 32):                      "64 bytes",
		vectorPrivate + "\n":                 "base64",
		vectorPrivate[:len(vectorPrivate)-2]: "base64",
		foreign:                              "does not belong",
	} {
		k, err := outbound.ParsePrivateKey(text)
		switch {
		case want == "" && (err != nil || k.Reveal() != text || k.IsZero()):
			t.Errorf("%q: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !k.IsZero() || len(text) > 9 && strings.Contains(err.Error(), text[5:])):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		vectorPublic:       "",
		vectorPrivate:      "must begin with whpk_",
		of("whpk_", 31):    "32 bytes",
		"whpk_=":           "base64",
		" " + vectorPublic: "must begin with whpk_",
	} {
		k, err := outbound.ParsePublicKey(text)
		switch {
		case want == "" && (err != nil || k.String() != text):
			t.Errorf("%q: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !k.IsZero()):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	var none outbound.PrivateKey
	if none.Reveal() != "" || none.Public().String() != "" || !none.Public().IsZero() {
		t.Error("the zero key is one")
	}
	if one, other := outbound.NewPrivateKey(), outbound.NewPrivateKey(); one.Reveal() == other.Reveal() {
		t.Error("a key comes twice")
	}
}

func TestPrivateKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	k := mustParseKey(t, vectorPrivate)
	raw, _ := base64.StdEncoding.DecodeString(vectorPrivate[5:])
	var out strings.Builder
	parent := struct {
		hidden outbound.PrivateKey
		Open   outbound.PrivateKey
		List   []outbound.Signer
	}{k, k, []outbound.Signer{k}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", k, &k, parent)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "key", k, "parent", parent, "pointer", &k)
	}
	json.NewEncoder(&out).Encode(parent)
	fmt.Fprintln(&out, k.String())
	for _, leak := range []string{vectorPrivate[5:13], string(raw[:8]), fmt.Sprintf("%x", raw[:4]), fmt.Sprintf("%X", raw[:4]), fmt.Sprint(raw[:3])[1:8]} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q leaks in\n%s", leak, out.String())
		}
	}
	if !strings.Contains(out.String(), "whsk_[redacted]") {
		t.Error("no placeholder")
	}
}

// Signatures of ed25519 are longer than a digest; the key of crypto/ed25519 is what holds them to the same content.
func TestSignAgainstCryptoEd25519(t *testing.T) {
	t.Parallel()
	_, key, _ := ed25519.GenerateKey(nil)
	ours := mustParseKey(t, "whsk_"+base64.StdEncoding.EncodeToString(key))
	for _, body := range []string{"", "{}", "a.b.c", "\x00\xff", strings.Repeat("x", 70_000)} {
		now := time.Now()
		want := "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(key, fmt.Appendf(nil, "evt_1.%d.%s", now.Unix(), body)))
		if got := outbound.Sign("evt_1", now, []byte(body), ours).Get("webhook-signature"); got != want {
			t.Errorf("%.10q: %s, want %s", body, got, want)
		}
	}
}

func FuzzVerifyAsymmetric(f *testing.F) {
	public, err := outbound.ParsePublicKey(vectorPublic)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("evt_1", "1700000000", "v1a,AAAA", "{}")
	f.Add("", "-9223372036854775808", " , v1a,", "")
	f.Fuzz(func(t *testing.T, id, stamp, signature, body string) {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", stamp)
		h.Set("webhook-signature", signature)
		if outbound.Verify(h, []byte(body), time.Unix(1_700_000_000, 0), 0, public) == nil {
			t.Error("a forged signature passed")
		}
	})
}

func BenchmarkSignAsymmetric(b *testing.B) {
	key, body := outbound.NewPrivateKey(), make([]byte, 900)
	for b.Loop() {
		outbound.Sign("evt_1", time.Unix(1_700_000_000, 0), body, key)
	}
}
