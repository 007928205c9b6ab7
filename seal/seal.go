// Package seal holds the server's secret keys (PARLEY_SECRET_KEY) and what is done with them: encrypting secrets at
// rest, and authenticating cursors and thread tokens. Every use derives a key of its own, so that nothing made for
// one purpose is accepted for another.
//
//	keys, err := seal.Parse(os.Getenv("PARLEY_SECRET_KEY"))
//	box := keys.Seal([]byte("whsec_…"), workspaceID, secretID)
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// KeySize is the size of a secret key in bytes.
const KeySize = 32

// ErrUnknownKey is returned by Open for a secret that was encrypted under a key this server does not have.
var ErrUnknownKey = errors.New("encrypted under a key that PARLEY_SECRET_KEY does not hold")

// ErrForged is returned when a ciphertext or a token was changed, or made for something else.
var ErrForged = errors.New("not authentic")

// Keys are the secret keys of the server: the first makes, all of them read. It is safe for concurrent use and
// prints as [redacted].
type Keys struct{ keys []key }

type key struct {
	id     string // first 8 hex digits of a hash of the key: names it, reveals nothing
	secret []byte
}

// Parse reads one or several keys of 32 bytes in standard base64, separated by commas or spaces.
func Parse(text string) (*Keys, error) {
	k := &Keys{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		secret, err := base64.StdEncoding.DecodeString(part)
		if err != nil || len(secret) != KeySize {
			return nil, fmt.Errorf("key %d of PARLEY_SECRET_KEY is not 32 bytes in base64: make one with `openssl rand -base64 32`", len(k.keys)+1)
		}
		sum := sha256.Sum256(append([]byte("parley key id\x00"), secret...))
		k.keys = append(k.keys, key{hex.EncodeToString(sum[:4]), secret})
	}
	if len(k.keys) == 0 {
		return nil, errors.New("PARLEY_SECRET_KEY is empty: make a key with `openssl rand -base64 32`")
	}
	return k, nil
}

// Generate returns a new random key in the form Parse reads.
func Generate() string {
	b := make([]byte, KeySize)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.StdEncoding.EncodeToString(b)
}

// IDs are the names of the keys, as KeyID tells them; they reveal nothing.
func (k *Keys) IDs() []string {
	ids := make([]string, len(k.keys))
	for i, key := range k.keys {
		ids[i] = key.id
	}
	return ids
}

// idSize is the length of a key's name, with which everything begins that is encrypted under it.
const idSize = 8

// KeyID is the name of the key under which box, or what begins it, was encrypted; empty for what Seal did not make.
func KeyID(box []byte) string {
	if len(box) < idSize {
		return ""
	}
	return string(box[:idSize])
}

// Format hides the keys, whatever the verb.
func (*Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the keys from logs.
func (*Keys) LogValue() slog.Value { return slog.StringValue(hidden) }

// derive makes the key for one purpose from a secret key (HKDF, RFC 5869).
func derive(secret []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, nil, "parley "+purpose, KeySize)
	if err != nil {
		panic("seal: " + err.Error()) // only for impossible lengths
	}
	return k
}

// Seal encrypts plain (AES-256-GCM). The same workspace and name must be given to Open: a ciphertext moved to another
// row does not open.
func (k *Keys) Seal(plain []byte, workspace, name string) []byte {
	first := k.keys[0]
	nonce := make([]byte, 12)
	_, _ = rand.Read(nonce)
	head := append([]byte(first.id), nonce...)
	return first.aead().Seal(head, nonce, plain, binding(first.id, workspace, name))
}

// Open decrypts what Seal made, with whichever key made it.
func (k *Keys) Open(box []byte, workspace, name string) ([]byte, error) {
	if len(box) < idSize+12 {
		return nil, ErrForged
	}
	keyID, nonce, sealed := KeyID(box), box[idSize:idSize+12], box[idSize+12:]
	for _, candidate := range k.keys {
		if candidate.id != keyID {
			continue
		}
		plain, err := candidate.aead().Open(nil, nonce, sealed, binding(keyID, workspace, name))
		if err != nil {
			return nil, ErrForged
		}
		return plain, nil
	}
	return nil, ErrUnknownKey
}

// Stale says whether Seal would now use another key than that of a ciphertext.
func (k *Keys) Stale(box []byte) bool { return len(box) < 8 || string(box[:8]) != k.keys[0].id }

func binding(keyID, workspace, name string) []byte {
	return []byte(keyID + "\x00" + workspace + "\x00" + name)
}

func (k key) aead() cipher.AEAD {
	block, err := aes.NewCipher(derive(k.secret, "secrets at rest"))
	if err != nil {
		panic("seal: " + err.Error()) // only for impossible key sizes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic("seal: " + err.Error())
	}
	return gcm
}

// macSize is how much of an HMAC-SHA-256 a token carries: 128 bits.
const macSize = 16

// Token returns payload with a code that only this server can make, as URL-safe text.
func (k *Keys) Token(purpose string, payload []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(mac(k.keys[0], purpose, payload), payload...))
}

// ReadToken returns the payload of a token made for the same purpose, or ErrForged.
func (k *Keys) ReadToken(purpose, token string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < macSize {
		return nil, ErrForged
	}
	for _, candidate := range k.keys {
		if hmac.Equal(b[:macSize], mac(candidate, purpose, b[macSize:])) {
			return b[macSize:], nil
		}
	}
	return nil, ErrForged
}

func mac(k key, purpose string, payload []byte) []byte {
	h := hmac.New(sha256.New, derive(k.secret, purpose))
	h.Write(payload)
	return h.Sum(nil)[:macSize]
}
