package main

import (
	"net/http"
	"testing"
	"time"
)

func TestSigned(t *testing.T) {
	t.Parallel()
	// The vector of the Standard Webhooks specification.
	const (
		secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		body      = `{"test": 2432232314}`
		signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	)
	then := time.Unix(1614265330, 0)
	for name, c := range map[string]struct {
		secret, body, signature string
		now                     time.Time
		want                    bool
	}{
		"signed":         {secret, body, "v1,AAAA " + signature, then, true},
		"another body":   {secret, "{}", signature, then, false},
		"old":            {secret, body, signature, time.Now(), false},
		"another secret": {"whsec_AAAA", body, signature, then, false},
		"no secret":      {"", body, signature, then, false},
		"no signature":   {secret, body, "", then, false},
	} {
		h := http.Header{}
		h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
		h.Set("webhook-timestamp", "1614265330")
		h.Set("webhook-signature", c.signature)
		if got := signed(h, []byte(c.body), c.secret, c.now); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
