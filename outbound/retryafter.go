package outbound

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads the Retry-After header, in seconds or as an HTTP date, as the
// time to wait from now on: zero if the date has passed. It reports false if the
// header is missing or malformed. There is no upper bound; callers set theirs.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
