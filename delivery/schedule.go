package delivery

import (
	"fmt"
	"strings"
	"time"
)

// Schedule says when a delivery is tried: entry i is the wait before try i+1, counted from the failure before it. Its
// length is the number of tries.
type Schedule []time.Duration

// DefaultSchedule has 12 tries over three days.
var DefaultSchedule = Schedule{
	0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 18 * time.Hour, 24 * time.Hour,
}

// Bounds of a schedule that is given from outside.
const (
	maxWaits = 50
	maxWait  = 7 * 24 * time.Hour
)

// ParseSchedule reads the waits before each repetition, as in "5s, 30s, 2m": the first try comes at once. Each is at most a
// week, and there are at most 50. The empty text is nil, which stands for DefaultSchedule.
func ParseSchedule(text string) (Schedule, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	waits := strings.Split(text, ",")
	if len(waits) > maxWaits {
		return nil, fmt.Errorf("at most %d waits, not %d", maxWaits, len(waits))
	}
	s := Schedule{0}
	for _, wait := range waits {
		d, err := time.ParseDuration(strings.TrimSpace(wait))
		if err != nil || d < 0 || d > maxWait {
			return nil, fmt.Errorf("%q is no wait of at most a week, such as 30s, 5m or 2h", strings.TrimSpace(wait))
		}
		s = append(s, d)
	}
	return s, nil
}

// jitter is how much a wait may be shorter or longer, so that what failed together does not come again together.
const jitter = 0.15

// Next returns how long to wait after the given number of failed tries, and false when they are spent. It depends on
// nothing but its arguments; r in [0,1) picks the place within the jitter of ±15 %.
func (s Schedule) Next(failed int, r float64) (time.Duration, bool) {
	if failed < 0 || failed >= len(s) {
		return 0, false
	}
	return time.Duration(float64(s[failed]) * (1 - jitter + 2*jitter*r)), true
}
