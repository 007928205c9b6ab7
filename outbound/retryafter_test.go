package outbound_test

import (
	"net/http"
	"testing"
	"time"

	"parley/outbound"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, "18446744073709551615": 9223372036 * time.Second,
		"Fri, 02 Jan 2026 03:05:05 GMT":  time.Minute,
		"Friday, 02-Jan-26 03:05:05 GMT": time.Minute,
		"Fri Jan  2 03:05:05 2026":       time.Minute,
		"Thu, 01 Jan 2026 00:00:00 GMT":  0,
		"":                               -1, "-1": -1, "+1": -1, "1.5": -1, "soon": -1, "Fri, 02 Jan 2026": -1, "99999999999999999999": -1,
	} {
		got, ok := outbound.RetryAfter(http.Header{"Retry-After": {value}}, now)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v, %t", value, got, ok)
		}
	}
	if _, ok := outbound.RetryAfter(nil, now); ok {
		t.Error("found in no header")
	}
}
