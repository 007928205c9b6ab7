package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestReceiverTakesWhatWasSigned(t *testing.T) {
	t.Parallel()
	// The vector of the Standard Webhooks specification.
	const (
		secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		id        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
		body      = `{"test": 2432232314}`
		signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	)
	then := func() time.Time { return time.Unix(1614265330, 0) }
	for name, c := range map[string]struct {
		secret, body, signature string
		now                     func() time.Time
		status                  int
		says                    string
	}{
		"signed":         {secret, body, "v1,AAAA " + signature, then, http.StatusNoContent, "the signature fits"},
		"another body":   {secret, "{}", signature, then, http.StatusUnauthorized, "refused"},
		"old":            {secret, body, signature, time.Now, http.StatusUnauthorized, "refused"},
		"another secret": {"whsec_AAAA", body, signature, then, http.StatusUnauthorized, "refused"},
		"no secret":      {"", body, signature, then, http.StatusNoContent, "not verified"},
	} {
		var out bytes.Buffer
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(c.body))
		r.Header.Set("Webhook-Id", id)
		r.Header.Set("Webhook-Timestamp", "1614265330")
		r.Header.Set("Webhook-Signature", c.signature)
		receiver(c.secret, c.now, &out).ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %d, %q", name, w.Code, out.String())
		}
	}
}
