package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"parley/seal"
)

func mustParse(t *testing.T, text string) *seal.Keys {
	t.Helper()
	k, err := seal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSecretsOpenOnlyWhereTheyWereSealed(t *testing.T) {
	old, fresh := seal.Generate(), seal.Generate()
	box := mustParse(t, old).Seal([]byte("canary"), "wsp_1", "sec_1")
	if bytes.Contains(box, []byte("canary")) {
		t.Fatal("the ciphertext shows the secret")
	}
	tests := map[string]struct {
		keys, workspace, name string
		want                  error
	}{
		"same key":                 {old, "wsp_1", "sec_1", nil},
		"rotated, old one kept":    {fresh + "," + old, "wsp_1", "sec_1", nil},
		"other key":                {fresh, "wsp_1", "sec_1", seal.ErrUnknownKey},
		"moved to another row":     {old, "wsp_1", "sec_2", seal.ErrForged},
		"moved to other workspace": {old, "wsp_2", "sec_1", seal.ErrForged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plain, err := mustParse(t, tt.keys).Open(box, tt.workspace, tt.name)
			if !errors.Is(err, tt.want) || (err == nil && string(plain) != "canary") {
				t.Fatalf("got %q, %v, want %v", plain, err, tt.want)
			}
		})
	}
	for i := range box {
		bent := bytes.Clone(box)
		bent[i] ^= 1
		if _, err := mustParse(t, old).Open(bent, "wsp_1", "sec_1"); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
}

func TestTokensAreBoundToTheirPurpose(t *testing.T) {
	k := mustParse(t, seal.Generate())
	token := k.Token("cursor", []byte("payload"))
	if got, err := k.ReadToken("cursor", token); err != nil || string(got) != "payload" {
		t.Fatalf("got %q, %v", got, err)
	}
	for name, bad := range map[string]string{"empty": "", "short": "AAAA", "bent": "A" + token[1:] + "A", "no base64": "%%"} {
		if _, err := k.ReadToken("cursor", bad); !errors.Is(err, seal.ErrForged) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := k.ReadToken("thread token", token); !errors.Is(err, seal.ErrForged) {
		t.Errorf("a cursor was taken for a thread token: %v", err)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{"": "empty", "short": "key 1", seal.Generate() + ",x": "key 2"} {
		if _, err := seal.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want %q", text, err, want)
		}
	}
	if k := mustParse(t, seal.Generate()); fmt.Sprintf("%v %+v %#v %d", k, k, k, k) != strings.TrimSpace(strings.Repeat("[redacted] ", 4)) {
		t.Error("keys print")
	}
}
