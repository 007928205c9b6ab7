//go:build !failpoints

package failpoint

import "time"

// Hit does nothing in this build.
func Hit(string) {}

// LeaseFor returns how long a lease is: as given, in this build.
func LeaseFor(d time.Duration) time.Duration { return d }
