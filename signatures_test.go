package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"parley/outbound"
)

// TestSignaturesOfOtherLibraries signs for the npm packages standardwebhooks and svix and for Node's ed25519, and
// verifies what they sign. The Go library of Standard Webhooks is asked in outbound and in delivery.
func TestSignaturesOfOtherLibraries(t *testing.T) {
	t.Parallel()
	type request struct {
		By      string            `json:"by,omitempty"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	secret, old, key := outbound.NewSecret(), outbound.NewSecret(), outbound.NewPrivateKey()
	var requests []request
	var genuine []string // who has to take it
	add := func(at time.Time, body, takenBy string, change func(*request), signers ...outbound.Signer) {
		r := request{Headers: map[string]string{}, Body: body}
		for name, values := range outbound.Sign("evt_1", at, []byte(body), signers...) {
			r.Headers[strings.ToLower(name)] = values[0]
		}
		if change != nil {
			change(&r)
		}
		requests, genuine = append(requests, r), append(genuine, takenBy)
	}
	now := time.Now()
	const both = "standardwebhooks svix v1a"
	for _, body := range []string{`{}`, `{"text":"Grüße 👋 <b>\u0000"}`, `{"text":"` + strings.Repeat("x", 70_000) + `"}`} {
		add(now, body, both, nil, secret, key)
		add(now, body, both, nil, old, secret, outbound.NewPrivateKey(), key) // while both are rotated
		add(now, body, "standardwebhooks svix", nil, secret)
		add(now, body, "v1a", nil, key)
		add(now, body, "", nil, old, outbound.NewPrivateKey())
	}
	add(now, `{"a":1}`, "", func(r *request) { r.Body = `{"a":2}` }, secret, key)
	add(now, `{"a":1}`, "", func(r *request) { r.Headers["webhook-id"] = "evt_2" }, secret, key)
	add(now.Add(-6*time.Minute), `{"a":1}`, "", nil, secret, key)

	question, err := json.Marshal(map[string]any{"secret": secret.Reveal(), "publicKey": key.Public().String(), "requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Requests  []map[string]bool
		Signed    []request
		PublicKey string
	}
	if err := json.Unmarshal([]byte(node(t, bytes.NewReader(question), "signatures.mjs")), &answer); err != nil {
		t.Fatal(err)
	}
	for i, taken := range answer.Requests {
		for _, by := range strings.Fields(both) {
			if want := strings.Contains(" "+genuine[i]+" ", " "+by+" "); taken[by] != want {
				t.Errorf("request %d (%.40s) is taken by %s: %t, want %t", i, requests[i].Body, by, taken[by], want)
			}
		}
	}
	public, err := outbound.ParsePublicKey(answer.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Requests) != len(requests) || len(answer.Signed) != 3*len(requests) {
		t.Fatalf("%d answers and %d signed requests for %d", len(answer.Requests), len(answer.Signed), len(requests))
	}
	for _, r := range answer.Signed {
		h := http.Header{}
		for name, value := range r.Headers {
			h.Set(name, value)
		}
		right, wrong := outbound.Verifier(secret), outbound.Verifier(public)
		if r.By == "v1a" {
			right, wrong = wrong, right
		}
		if err := outbound.Verify(h, []byte(r.Body), time.Now(), 0, right); err != nil {
			t.Errorf("what %s signs (%.40s): %v", r.By, r.Body, err)
		}
		if outbound.Verify(h, []byte(r.Body), time.Now(), 0, wrong, old) == nil || outbound.Verify(h, []byte(r.Body+" "), time.Now(), 0, right) == nil {
			t.Errorf("what %s signs fits other keys or another body", r.By)
		}
	}
}

func TestTheNodeSnippetInTheDocumentsVerifies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/clients/signatures.mjs")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(script), "// verifyAsymmetric says")
	code, _, ok := strings.Cut(code, "\n}\n")
	if !ok || !strings.Contains(string(page), code) {
		t.Error("docs/webhooks.md has another verifyAsymmetric than testdata/clients/signatures.mjs, which is tested")
	}
}
