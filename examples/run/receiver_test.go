package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The example of the specification's own libraries.
func TestCheckSignature(t *testing.T) {
	t.Parallel()
	const (
		secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		good   = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
		body   = `{"test": 2432232314}`
	)
	arrived := time.Unix(1614265330, 0)
	header := func(id, timestamp, signature string) http.Header {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", timestamp)
		h.Set("webhook-signature", signature)
		return h
	}
	const id, timestamp = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
	for _, test := range []struct {
		name    string
		secrets []string
		header  http.Header
		body    string
		now     time.Time
		fits    bool
	}{
		{"genuine", []string{secret}, header(id, timestamp, good), body, arrived, true},
		{"one of several", []string{secret}, header(id, timestamp, "v1,AAAA v2,xyz "+good), body, arrived, true},
		{"one of two secrets", []string{"whsec_AAAA", secret}, header(id, timestamp, good), body, arrived, true},
		{"other secret", []string{"whsec_AAAA"}, header(id, timestamp, good), body, arrived, false},
		{"no secret", nil, header(id, timestamp, good), body, arrived, false},
		{"empty secret", []string{"whsec_"}, header(id, timestamp, good), body, arrived, false},
		{"other body", []string{secret}, header(id, timestamp, good), body + " ", arrived, false},
		{"other id", []string{secret}, header("msg_x", timestamp, good), body, arrived, false},
		{"no id", []string{secret}, header("", timestamp, good), body, arrived, false},
		{"other version", []string{secret}, header(id, timestamp, strings.Replace(good, "v1", "v2", 1)), body, arrived, false},
		{"too old", []string{secret}, header(id, timestamp, good), body, arrived.Add(6 * time.Minute), false},
		{"from the future", []string{secret}, header(id, timestamp, good), body, arrived.Add(-6 * time.Minute), false},
		{"no time", []string{secret}, header(id, "now", good), body, arrived, false},
	} {
		if err := checkSignature(test.secrets, test.header, []byte(test.body), test.now); (err == nil) != test.fits {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	logs, err := OpenJournal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { logs.Close(false) })
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { null.Close() })
	receiver, err := StartReceiver(t.Context(), "127.0.0.1:0", logs, NewScreen(null, &Trade{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(receiver.Stop)
	if err := receiver.Trust("crm", "whsec_"+base64.StdEncoding.EncodeToString([]byte("a secret"))); err != nil {
		t.Fatal(err)
	}
	send := func(path, id, text, signer string) int {
		t.Helper()
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(text))
		timestamp := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(signer))
		fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, text)
		request.Header.Set("webhook-id", id)
		request.Header.Set("webhook-timestamp", timestamp)
		request.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		recorder := httptest.NewRecorder()
		receiver.ServeHTTP(recorder, request)
		return recorder.Code
	}

	_, wake := receiver.Hooks("thr_1")
	const first = `{"id":"evt_1","type":"contact.received","thread_id":"thr_1","sequence":7}`
	for range 2 { // the second is a repetition: taken, and counted once
		if status := send("/crm", "evt_1", first, "a secret"); status != http.StatusNoContent {
			t.Errorf("a genuine webhook got %d", status)
		}
	}
	select {
	case <-wake:
	default:
		t.Error("nobody was woken")
	}
	if status := send("/crm", "evt_2", first, "a secret"); status != http.StatusUnauthorized {
		t.Errorf("a webhook with another event's body got %d", status)
	}
	if status := send("/crm", "evt_1", first, "a lie"); status != http.StatusUnauthorized {
		t.Errorf("a forged webhook got %d", status)
	}
	if status := send("/elsewhere", "evt_1", first, "a secret"); status != http.StatusUnauthorized {
		t.Errorf("a webhook for nobody got %d", status)
	}
	hooks, _ := receiver.Hooks("thr_1")
	if len(hooks) != 1 || hooks[0].Sequence() != 7 || hooks[0].Type() != "contact.received" || len(receiver.Faults()) != 3 {
		t.Errorf("hooks %v, faults %q", hooks, receiver.Faults())
	}
	lines, err := os.ReadFile(filepath.Join(logs.Dir, "webhooks.jsonl"))
	if err != nil || strings.Count(string(lines), "\n") != 5 || strings.Count(string(lines), `"repeated":true`) != 2 {
		t.Errorf("log: %v\n%s", err, lines)
	}
}
