package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
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

// What Verify finds wrong.
var (
	ErrHeaders   = errors.New("webhook headers missing or malformed")
	ErrTimestamp = errors.New("webhook timestamp outside of the tolerance")
	ErrSignature = errors.New("webhook signature does not match")
)

// Sign returns the three headers of a webhook: id stays the same over retries,
// ts is the moment of this attempt, body the exact bytes sent. There is one
// signature for each secret, so during a rotation a receiver may know either.
// Sign panics without a secret or with a zero one: it would prove nothing.
func Sign(id string, ts time.Time, body []byte, secrets ...Secret) http.Header {
	if len(secrets) == 0 {
		panic("outbound: Sign needs a secret")
	}
	stamp := strconv.FormatInt(ts.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		if s.IsZero() {
			panic("outbound: Sign was given a zero Secret")
		}
		signatures[i] = s.signature(id, stamp, body)
	}
	h := make(http.Header, 3)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
	return h
}

// Verify is the receiver's side of Sign: nil if the headers carry a v1 signature
// of body by one of the secrets, made within tolerance of now (zero or less means
// [DefaultTolerance]). Otherwise it returns ErrHeaders, ErrTimestamp or
// ErrSignature; zero secrets match nothing. Signatures are compared in constant
// time.
func Verify(h http.Header, body []byte, now time.Time, tolerance time.Duration, secrets ...Secret) error {
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
	for _, s := range secrets {
		if s.IsZero() {
			continue
		}
		want := []byte(s.signature(id, stamp, body))
		for got := range strings.FieldsSeq(signatures) {
			if hmac.Equal([]byte(got), want) {
				return nil
			}
		}
	}
	return ErrSignature
}

func (s Secret) signature(id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(*s.key))
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
