package retention

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"parley/ent/ms"
)

// Bounds of how long something is kept.
const (
	DefaultKeep      = 30 * day
	DefaultKeepAudit = 365 * day
	MinKeep          = day
	MaxKeep          = 36_500 * day
	// Forever keeps all.
	Forever = time.Duration(math.MaxInt64)

	day = 24 * time.Hour
)

// ParseKeep reads how long something is kept, as in "30d", "1d12h" or "forever". The empty text is DefaultKeep. The error is a
// sentence about the text.
func ParseKeep(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return DefaultKeep, nil
	case "forever":
		return Forever, nil
	}
	days, rest, found := strings.Cut(text, "d")
	if !found {
		days, rest = "0", text
	}
	n, err := strconv.ParseUint(days, 10, 16)
	keep := time.Duration(n) * day
	if err == nil && rest != "" {
		var more time.Duration
		more, err = time.ParseDuration(rest)
		keep += min(max(more, -MaxKeep), MaxKeep)
	}
	if err != nil || keep < MinKeep || keep > MaxKeep {
		return 0, fmt.Errorf("%q is no time of at least a day and at most 100 years, such as 30d, 1d12h or 48h, and not forever", text)
	}
	return keep, nil
}

// cutoff returns since when something is kept, and false if all is.
func cutoff(now ms.Time, keep time.Duration) (since int64, ok bool) {
	return int64(now.Add(-keep)), keep != Forever
}
