package delivery

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestARateHoldsInEverySecond takes as much as there is, at any moments, and counts.
func TestARateHoldsInEverySecond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rate(rapid.IntRange(1, MaxRate).Draw(t, "rate"))
		at, free := int64(1_800_000_000_000_000), int64(0)
		var taken []int64
		for range 200 {
			n := r.room(free, at)
			if n > 0 {
				n = rapid.IntRange(0, n).Draw(t, "taken") // others may have less to send
			}
			var wait time.Duration
			free, wait = r.take(free, at, n)
			for range n {
				taken = append(taken, at)
			}
			at += max(wait.Microseconds(), rapid.Int64Range(0, 50_000).Draw(t, "pause"))
			if wait > 0 && r.room(free, at) == 0 {
				t.Fatalf("after a wait of %s nothing is free", wait)
			}
		}
		first := 0
		for i, moment := range taken {
			for taken[first] <= moment-1_000_000 {
				first++
			}
			if n := i - first + 1; n > int(r)+int(r.burst()) {
				t.Fatalf("%d in a second, at a rate of %d", n, r)
			}
		}
	})
}
