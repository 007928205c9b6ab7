package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks 1.0.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// DefaultTolerance is how far a timestamp may be from the receiver's clock.
const DefaultTolerance = 5 * time.Minute

// maxSignatures is how many signatures of a request are tried at most, so that a long
// header costs its receiver little.
const maxSignatures = 32

// What Verify finds wrong.
var (
	ErrHeaders   = errors.New("webhook headers missing or malformed")
	ErrTimestamp = errors.New("webhook timestamp outside of the tolerance")
	ErrSignature = errors.New("webhook signature does not match")
)

// Signer makes signatures: a [Secret] makes symmetric ones (v1), a [PrivateKey]
// asymmetric ones (v1a).
type Signer interface {
	// IsZero reports whether it is none.
	IsZero() bool
	// sign returns the signature of content with its version.
	sign(content []byte) string
}

// Verifier knows signatures: a [Secret] those made by itself, a [PublicKey] those
// of its private key.
type Verifier interface {
	// IsZero reports whether it is none, which matches nothing.
	IsZero() bool
	// made reports whether one of the signatures, which have their versions, is
	// one of content. It compares in constant time.
	made(signatures []string, content []byte) bool
}

// Sign returns the three headers of a webhook: id stays the same over retries,
// ts is the moment of this attempt, body the exact bytes sent. There is one
// signature for each signer, in their order, so during a rotation a receiver may
// know any. Sign panics without a signer or with a zero one: it would prove nothing.
func Sign(id string, ts time.Time, body []byte, signers ...Signer) http.Header {
	if len(signers) == 0 {
		panic("outbound: Sign needs a secret or a private key")
	}
	stamp := strconv.FormatInt(ts.Unix(), 10)
	content := signed(id, stamp, body)
	signatures := make([]string, len(signers))
	for i, s := range signers {
		if s.IsZero() {
			panic("outbound: Sign was given a zero secret or private key")
		}
		signatures[i] = s.sign(content)
	}
	h := make(http.Header, 3)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
	return h
}

// Verify is the receiver's side of Sign: nil if the headers carry a signature of
// body by one of the keys, made within tolerance of now (zero or less means
// [DefaultTolerance]). A [Secret] accepts v1 signatures only, a [PublicKey] v1a
// only. Otherwise Verify returns ErrHeaders, ErrTimestamp or ErrSignature; without
// a key that is not zero nothing matches. Signatures behind the 32nd are not looked at.
func Verify(h http.Header, body []byte, now time.Time, tolerance time.Duration, keys ...Verifier) error {
	id, stamp, signatures := h.Get(HeaderID), h.Get(HeaderTimestamp), h.Get(HeaderSignature)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || signatures == "" {
		return ErrHeaders
	}
	if tolerance <= 0 {
		tolerance = DefaultTolerance
	}
	ts := time.Unix(seconds, 0)
	if ts.Before(now.Add(-tolerance)) || ts.After(now.Add(tolerance)) {
		return ErrTimestamp
	}
	content, given := signed(id, stamp, body), strings.Fields(signatures)
	given = given[:min(len(given), maxSignatures)]
	for _, k := range keys {
		if !k.IsZero() && k.made(given, content) {
			return nil
		}
	}
	return ErrSignature
}

// signed is what signatures of every version are made of.
func signed(id, stamp string, body []byte) []byte {
	content := make([]byte, 0, len(id)+len(stamp)+len(body)+2)
	content = append(content, id+"."+stamp+"."...)
	return append(content, body...)
}

func (s Secret) sign(content []byte) string {
	mac := hmac.New(sha256.New, []byte(*s.key))
	mac.Write(content)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (s Secret) made(signatures []string, content []byte) bool {
	want := []byte(s.sign(content))
	return slices.ContainsFunc(signatures, func(given string) bool { return hmac.Equal([]byte(given), want) })
}
