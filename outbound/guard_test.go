package outbound

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// special are addresses no workspace may reach, each from another range.
var special = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
	"127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254",
	"169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
	"192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
	"198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
	"64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:db8::1",
	"2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
	"fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
}

var public = []string{
	"1.1.1.1", "8.8.8.8", "9.9.9.9", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.128.0.1",
	"198.20.0.1", "223.255.255.254", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450::1",
	"::ffff:8.8.8.8",
}

func refusal(g *Guard, ip string, port uint16) string {
	err := g.Check(netip.AddrPortFrom(netip.MustParseAddr(ip), port))
	if e, ok := errors.AsType[*RefusedError](err); ok {
		return e.Reason
	}
	return ""
}

func TestGuardRefusesSpecialAddresses(t *testing.T) {
	t.Parallel()
	for _, g := range []*Guard{nil, NewGuard(GuardOptions{AllowHTTP: true})} {
		for _, ip := range special {
			if refusal(g, ip, 443) == "" {
				t.Errorf("%s passed", ip)
			}
			addr := net.JoinHostPort(ip, "443")
			if g.Control(t.Context(), "tcp6", addr, nil) == nil {
				t.Errorf("%s passed Control", addr)
			}
		}
		for _, ip := range public {
			if r := refusal(g, ip, 443); r != "" {
				t.Errorf("%s refused: %s", ip, r)
			}
		}
	}
}

func TestGuardControlTakesTCPOnly(t *testing.T) {
	t.Parallel()
	g := NewGuard(GuardOptions{})
	for _, c := range [][2]string{{"udp4", "1.1.1.1:443"}, {"unix", "/run/x.sock"}, {"tcp4", "example.com:443"}} {
		if g.Control(t.Context(), c[0], c[1], nil) == nil {
			t.Errorf("%s %s passed", c[0], c[1])
		}
	}
	if err := g.Control(t.Context(), "tcp4", "1.1.1.1:443", nil); err != nil {
		t.Error(err)
	}
}

func TestGuardPorts(t *testing.T) {
	t.Parallel()
	g := NewGuard(GuardOptions{Ports: []uint16{81, 6379}, Allow: prefixes("10.0.0.0/8")})
	for port, want := range map[uint16]bool{
		0: false, 22: false, 25: false, 80: true, 81: true, 443: true, 993: false, 1024: true, 3000: true,
		5432: false, 6379: true, 6667: false, 8080: true, 8443: true, 11211: false, 65535: true,
	} {
		if r := refusal(g, "8.8.8.8", port); (r == "") != want {
			t.Errorf("public port %d: %q", port, r)
		}
		if r := refusal(g, "10.1.1.1", port); (r == "") != (port != 0) {
			t.Errorf("allowed port %d: %q", port, r)
		}
	}
}

func TestGuardAllow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		opts  GuardOptions
		pass  []string
		block []string
	}{
		{"range", GuardOptions{Allow: prefixes("10.1.0.0/16")},
			[]string{"10.1.2.3", "::ffff:10.1.2.3"}, []string{"10.2.0.1", "127.0.0.1", "::1"}},
		{"range written as IPv6", GuardOptions{Allow: prefixes("::ffff:10.1.0.0/112")},
			[]string{"10.1.2.3"}, []string{"10.2.0.1"}},
		{"loopback", GuardOptions{AllowLoopback: true},
			[]string{"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"}, []string{"0.0.0.0", "::", "10.0.0.1"}},
		{"NAT64 is judged by the address inside", GuardOptions{Allow: prefixes("64:ff9b::/96")},
			[]string{"64:ff9b::8.8.8.8"}, []string{"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254"}},
		{"wide ranges do not open metadata",
			GuardOptions{Allow: prefixes("0.0.0.0/0", "::/0"), AllowLoopback: true},
			[]string{"10.0.0.1", "192.168.1.1", "fd12::1"},
			[]string{"0.0.0.0", "::", "169.254.169.254", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200", "64:ff9b::169.254.169.254"}},
		{"metadata named", GuardOptions{Allow: prefixes("169.254.169.254/32")},
			[]string{"169.254.169.254"}, []string{"169.254.169.253"}},
	}
	for _, tt := range tests {
		g := NewGuard(tt.opts)
		for _, ip := range tt.pass {
			if r := refusal(g, ip, 8443); r != "" {
				t.Errorf("%s: %s refused: %s", tt.name, ip, r)
			}
		}
		for _, ip := range tt.block {
			if refusal(g, ip, 8443) == "" {
				t.Errorf("%s: %s passed", tt.name, ip)
			}
		}
	}
}

func TestGuardDenyWins(t *testing.T) {
	t.Parallel()
	everything := prefixes("0.0.0.0/0", "::/0")
	tests := []struct{ deny, addr, want string }{
		{"127.0.0.1:8080", "127.0.0.1:8080", "no"},
		{"127.0.0.1:8080", "[::1]:8080", "no"},
		{"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080", "no"},
		{"127.0.0.1:8080", "[64:ff9b::7f00:1]:8080", "no"},
		{"127.0.0.1:8080", "127.0.0.1:8081", "yes"},
		{"127.0.0.1:8080", "10.0.0.5:8080", "yes"},
		{"0.0.0.0:8080", "127.3.2.1:8080", "no"},
		{"0.0.0.0:8080", "10.0.0.5:8080", "no"}, // this machine's own
		{"[::]:8080", "[2001:db8::5]:8080", "no"},
		{"[::]:8080", "10.0.0.6:8080", "yes"},
		{"10.0.0.9:5432", "10.0.0.9:5432", "no"},
		{"[::ffff:10.0.0.9]:5432", "10.0.0.9:5432", "no"},
		{"10.0.0.9:5432", "10.0.0.9:5433", "yes"},
		{"93.184.216.34:8443", "93.184.216.34:8443", "no"},
	}
	for _, tt := range tests {
		g := NewGuard(GuardOptions{Allow: everything, AllowLoopback: true,
			Deny: []netip.AddrPort{netip.MustParseAddrPort(tt.deny)}})
		g.localAddrs = func() ([]net.Addr, error) {
			return []net.Addr{
				&net.IPNet{IP: net.ParseIP("10.0.0.5"), Mask: net.CIDRMask(24, 32)},
				&net.IPNet{IP: net.ParseIP("2001:db8::5"), Mask: net.CIDRMask(64, 128)},
			}, nil
		}
		err := g.Check(netip.MustParseAddrPort(tt.addr))
		if (err == nil) != (tt.want == "yes") {
			t.Errorf("deny %s, call %s: %v", tt.deny, tt.addr, err)
		}
	}
	g := NewGuard(GuardOptions{Allow: everything, Deny: []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:8080")}})
	g.localAddrs = func() ([]net.Addr, error) { return nil, errors.New("no interfaces") }
	if g.Check(netip.MustParseAddrPort("10.0.0.6:8080")) == nil {
		t.Error("passed although this machine's addresses are unknown")
	}
}

func TestParseAllow(t *testing.T) {
	t.Parallel()
	got, err := ParseAllow(" 10.1.2.3/8, 192.168.7.9,fd00::/8 ::ffff:1.2.3.4 ")
	if err != nil || len(got) != 4 || got[0].String() != "10.0.0.0/8" || got[1].String() != "192.168.7.9/32" ||
		got[3].String() != "1.2.3.4/32" {
		t.Errorf("ParseAllow = %v, %v", got, err)
	}
	if got, err := ParseAllow(""); err != nil || got != nil {
		t.Errorf("empty list = %v, %v", got, err)
	}
	for _, bad := range []string{"10.0.0.0/33", "intranet", "10.0.0.0/8,nope", "fe80::1%eth0"} {
		if _, err := ParseAllow(bad); err == nil || !strings.Contains(err.Error(), "range") {
			t.Errorf("ParseAllow(%q): %v", bad, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	var none *Guard
	if got := none.Describe(); got != "https to public addresses only" {
		t.Error(got)
	}
	g := NewGuard(GuardOptions{AllowHTTP: true, AllowLoopback: true, Allow: prefixes("10.0.0.0/8"),
		Deny: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8080"), netip.MustParseAddrPort("[::]:5432")}})
	want := "https and http to public addresses, loopback, 10.0.0.0/8; never 127.0.0.1:8080, port 5432 of this machine"
	if got := g.Describe(); got != want {
		t.Errorf("Describe() = %q, want %q", got, want)
	}
}

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}
