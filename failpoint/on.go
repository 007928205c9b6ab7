//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// armed is the point that ends the process, left how often it is passed before, and lease how long leases are, if not
// as usual.
var (
	armed string
	left  atomic.Int64
	lease time.Duration
)

func init() {
	if text := os.Getenv("PARLEY_LEASE"); text != "" {
		var err error
		if lease, err = time.ParseDuration(text); err != nil || lease < time.Second {
			fmt.Fprintf(os.Stderr, "PARLEY_LEASE=%q: want a duration of at least 1s\n", text)
			os.Exit(2)
		}
	}
	setting := os.Getenv("PARLEY_FAILPOINT")
	if setting == "" {
		return
	}
	name, count, _ := strings.Cut(setting, "@")
	n, err := strconv.ParseInt(count, 10, 64)
	if count == "" {
		n, err = 1, nil
	}
	if err != nil || n < 1 || !slices.Contains(Points, name) {
		fmt.Fprintf(os.Stderr, "PARLEY_FAILPOINT=%q: want name@count with a name of %v\n", setting, Points)
		os.Exit(2)
	}
	armed = name
	left.Store(n)
}

// Hit ends the process at once, without any clean-up, if this is the point that was asked for.
func Hit(point string) {
	if point != armed || left.Add(-1) != 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {} // the signal comes
}

// LeaseFor returns how long a lease is: as the environment says, or else as given.
func LeaseFor(d time.Duration) time.Duration {
	if lease > 0 {
		return lease
	}
	return d
}
