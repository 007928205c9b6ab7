package main

import (
	"net/netip"
	"runtime"
	"strings"
	"testing"
)

// What shares this machine's processors is read by a few for each; what does not is read by all connections but a quarter.
func TestReadsAtOnce(t *testing.T) {
	t.Parallel()
	near, far := netip.MustParseAddrPort("127.0.0.1:5432"), netip.MustParseAddrPort("192.0.2.1:5432")
	few := min(15, 2*runtime.GOMAXPROCS(0)+1)
	for _, c := range []struct {
		name        string
		at          []netip.AddrPort
		connections int
		want        int
	}{
		{"a file, or a Unix socket", nil, 20, few},
		{"a loopback address", []netip.AddrPort{near}, 20, few},
		{"another machine", []netip.AddrPort{far}, 20, 15},
		{"a standby elsewhere", []netip.AddrPort{near, far}, 20, 15},
		{"two connections", []netip.AddrPort{far}, 2, 1},
		{"one connection", []netip.AddrPort{near}, 1, 1},
	} {
		if got := readsWorth(c.at, c.connections); got != c.want {
			t.Errorf("%s: %d, not %d", c.name, got, c.want)
		}
	}
}

func TestReadsAtOnceCanBeGiven(t *testing.T) {
	t.Parallel()
	given := func(value string) (Config, error) {
		return configFromEnv(func(name string) string {
			if name == "PARLEY_READS_AT_ONCE" {
				return value
			}
			return ""
		})
	}
	c, err := given("7")
	if n, wrong := new(app).readsAtOnce(t.Context(), c); err != nil || wrong != nil || n != 7 {
		t.Errorf("7 is %d: %v, %v", n, err, wrong)
	}
	for _, bad := range []string{"0", "-1", "many"} {
		if _, err := given(bad); err == nil || !strings.Contains(err.Error(), "PARLEY_READS_AT_ONCE") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
