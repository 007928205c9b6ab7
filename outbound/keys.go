package outbound

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

const (
	privatePrefix = "whsk_"
	publicPrefix  = "whpk_"
)

// PrivateKey is an ed25519 key for the asymmetric signatures (v1a) of Standard
// Webhooks. It prints as "whsk_[redacted]" under every verb and in every log; only
// Reveal shows it. The zero value is no key.
type PrivateKey struct {
	key *string // seed and public key, behind a pointer: fmt prints unexported fields of a parent without asking
}

var _ Signer = PrivateKey{}

// NewPrivateKey makes a random key.
func NewPrivateKey() PrivateKey {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err) // cannot be: a system without randomness ends the program first
	}
	s := string(key)
	return PrivateKey{&s}
}

// ParsePrivateKey reads "whsk_" followed by 64 bytes in standard base64 with
// padding: the seed and the public key that belongs to it. The error names the
// broken rule and never repeats the text.
func ParsePrivateKey(text string) (PrivateKey, error) {
	raw, err := decodeKey(text, privatePrefix, ed25519.PrivateKeySize)
	if err != nil {
		return PrivateKey{}, err
	}
	key := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
	if !bytes.Equal(key, raw) { // signing with a foreign public half gives the private one away
		return PrivateKey{}, errors.New("key after " + privatePrefix + " has a public half that does not belong to it")
	}
	s := string(key)
	return PrivateKey{&s}, nil
}

// Public returns the key that verifies what k signs; for the zero value the zero one.
func (k PrivateKey) Public() PublicKey {
	if k.key == nil {
		return PublicKey{}
	}
	return PublicKey{(*k.key)[ed25519.SeedSize:]}
}

// Reveal returns the key in the form ParsePrivateKey reads, or "" for the zero
// value. It is for storing it encrypted: nobody but the signer needs it.
func (k PrivateKey) Reveal() string {
	if k.key == nil {
		return ""
	}
	return privatePrefix + base64.StdEncoding.EncodeToString([]byte(*k.key))
}

// IsZero reports whether k is no key.
func (k PrivateKey) IsZero() bool { return k.key == nil }

func (k PrivateKey) sign(content []byte) string {
	return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.PrivateKey(*k.key), content))
}

const redactedKey = privatePrefix + "[redacted]"

// String returns a placeholder.
func (k PrivateKey) String() string { return redactedKey }

// Format writes the placeholder whatever the verb.
func (k PrivateKey) Format(f fmt.State, _ rune) { io.WriteString(f, redactedKey) }

// MarshalText returns the placeholder, so that JSON cannot leak it either.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(redactedKey), nil }

// LogValue returns the placeholder.
func (k PrivateKey) LogValue() slog.Value { return slog.StringValue(redactedKey) }

// PublicKey verifies what one [PrivateKey] signs. It is no secret. The zero value
// is no key and matches nothing.
type PublicKey struct {
	key string // the 32 bytes
}

var _ Verifier = PublicKey{}

// ParsePublicKey reads "whpk_" followed by 32 bytes in standard base64 with
// padding. The error names the broken rule.
func ParsePublicKey(text string) (PublicKey, error) {
	raw, err := decodeKey(text, publicPrefix, ed25519.PublicKeySize)
	return PublicKey{string(raw)}, err
}

// String returns the key in the form ParsePublicKey reads, or "" for the zero value.
func (k PublicKey) String() string {
	if k.IsZero() {
		return ""
	}
	return publicPrefix + base64.StdEncoding.EncodeToString([]byte(k.key))
}

// IsZero reports whether k is no key.
func (k PublicKey) IsZero() bool { return k.key == "" }

func (k PublicKey) made(signatures []string, content []byte) bool {
	return slices.ContainsFunc(signatures, func(given string) bool {
		encoded, ok := strings.CutPrefix(given, "v1a,")
		if !ok {
			return false
		}
		signature, err := base64.StdEncoding.Strict().DecodeString(encoded)
		return err == nil && ed25519.Verify(ed25519.PublicKey(k.key), content, signature)
	})
}

// decodeKey reads a prefix and a number of bytes in standard base64 with padding.
func decodeKey(text, prefix string, size int) ([]byte, error) {
	encoded, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return nil, errors.New("key must begin with " + prefix)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return nil, errors.New("key is not standard base64 after " + prefix)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("key must hold %d bytes after %s, it holds %d", size, prefix, len(raw))
	}
	return raw, nil
}
