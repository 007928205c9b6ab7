package outbound

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const (
	secretPrefix = "whsec_"
	minSecret    = 24 // bytes, by Standard Webhooks
	maxSecret    = 64
)

// Secret is a key for webhook signatures. It prints as "whsec_[redacted]" under
// every verb and in every log; only Reveal shows it. The zero value is no secret.
type Secret struct {
	key *string // behind a pointer: fmt prints unexported fields of a parent without asking
}

var (
	_ Signer   = Secret{}
	_ Verifier = Secret{}
)

// NewSecret makes a random secret of 32 bytes.
func NewSecret() Secret {
	key := make([]byte, 32)
	rand.Read(key) // never fails: the program ends first
	s := string(key)
	return Secret{&s}
}

// ParseSecret reads "whsec_" followed by 24 to 64 bytes in standard base64 with
// padding. The error names the broken rule and never repeats the text.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, errors.New("secret must begin with " + secretPrefix)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return Secret{}, errors.New("secret is not standard base64 after " + secretPrefix)
	}
	if len(key) < minSecret || len(key) > maxSecret {
		return Secret{}, fmt.Errorf("secret must hold %d to %d bytes, it holds %d", minSecret, maxSecret, len(key))
	}
	s := string(key)
	return Secret{&s}, nil
}

// Reveal returns the secret in the form ParseSecret reads, or "" for the zero
// value. It is for showing a new secret once and for storing it encrypted.
func (s Secret) Reveal() string {
	if s.key == nil {
		return ""
	}
	return secretPrefix + base64.StdEncoding.EncodeToString([]byte(*s.key))
}

// IsZero reports whether s is no secret.
func (s Secret) IsZero() bool { return s.key == nil }

const redacted = secretPrefix + "[redacted]"

// String returns a placeholder.
func (s Secret) String() string { return redacted }

// Format writes the placeholder whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// MarshalText returns the placeholder, so that JSON cannot leak it either.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns the placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
