package access_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"parley/access"
)

func TestARateAllowsABurstAndThenOneAtATime(t *testing.T) {
	t.Parallel()
	r, now := access.NewRate(3, time.Second), time.Now()
	allowed := func(after time.Duration) bool { return r.Take("a", now.Add(after)) == nil }
	for i, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {0, true}, {0, true}, {0, false}, {999 * time.Millisecond, false}, {time.Second, true}, {time.Second, false}, {time.Minute, true}} {
		if got := allowed(step.after); got != step.want {
			t.Errorf("step %d: %t", i, got)
		}
	}
	var limited *access.LimitedError
	for r.Take("b", now) == nil {
	}
	if err := r.Take("b", now.Add(100*time.Millisecond)); !errors.As(err, &limited) || limited.After != 900*time.Millisecond || limited.Seconds() != 1 {
		t.Errorf("refused with %v", err)
	}
	if r.Take("c", now) != nil {
		t.Error("one caller takes the allowance of another")
	}
}

func TestARateHoldsAFloodOfCallers(t *testing.T) {
	t.Parallel()
	r, now := access.NewRate(2, time.Hour), time.Now()
	refused := 0
	for i := range 25_000 {
		if r.Take(fmt.Sprint(i), now) != nil {
			refused++
		}
	}
	if refused < 4_000 {
		t.Errorf("%d of 25,000 were refused", refused)
	}
	if err := r.Take("later", now.Add(2*time.Hour)); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func TestAddressesOfOneHostAreOneCaller(t *testing.T) {
	t.Parallel()
	of := func(a string) string { return access.CallerOf(netip.MustParseAddr(a)) }
	if of("2001:db8::1") != of("2001:db8::ffff:2") || of("2001:db8::1") == of("2001:db8:0:1::1") || of("::ffff:1.2.3.4") != of("1.2.3.4") || of("1.2.3.4") == of("1.2.3.5") {
		t.Error("addresses are told apart wrongly")
	}
}
