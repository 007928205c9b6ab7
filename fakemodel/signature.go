package fakemodel

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// standIn is what Google documents for calls that never had a signature.
const standIn = "skip_thought_signature_validator"

// signatureHead begins every signature. In base64 it is "++//": clients that take the URL alphabet for the standard one fail.
var signatureHead = []byte{0xfb, 0xef, 0xff}

const nonceSize = 9

// sign makes a signature for a call of a function; for a text, name is empty. It is different each time, and can be checked by
// any server, so that dialogues outlive a restart.
func (s *Server) sign(name string) []byte {
	nonce := make([]byte, nonceSize)
	if s.o.Repeatable {
		binary.BigEndian.PutUint64(nonce, uint64(s.number()))
	} else {
		_, _ = rand.Read(nonce) // it never fails
	}
	return append(append(bytes.Clone(signatureHead), nonce...), seal(nonce, name)...)
}

func seal(nonce []byte, name string) []byte {
	mac := hmac.New(sha256.New, []byte("parley fake model"))
	mac.Write(nonce)
	mac.Write([]byte(name))
	return mac.Sum(nil)
}

// brought remembers a signature that a script sends.
func (s *Server) brought(signature []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signed[string(signature)] = true
}

// genuine reports whether a signature came from here for the call of that name, or is the stand-in.
func (s *Server) genuine(text, name string) bool {
	if text == standIn {
		return true
	}
	signature, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	if string(signature) == standIn {
		return true
	}
	s.mu.Lock()
	scripted := s.signed[string(signature)]
	s.mu.Unlock()
	if scripted {
		return true
	}
	nonce, ok := bytes.CutPrefix(signature, signatureHead)
	return ok && len(nonce) > nonceSize && hmac.Equal(nonce[nonceSize:], seal(nonce[:nonceSize], name))
}
