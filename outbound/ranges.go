package outbound

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"code.dny.dev/ssrf"
)

// azureWireServer is Azure's metadata and control address. It lies in public
// space, so no list of special ranges has it.
var azureWireServer = netip.MustParsePrefix("168.63.129.16/32")

// metadata holds the addresses at which clouds serve credentials to whoever
// asks. Some lie in ranges an operator opens for other reasons.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),     // AWS, GCP, Azure, ECS tasks and most others
	netip.MustParsePrefix("fe80::/10"),          // IPv6 link-local
	netip.MustParsePrefix("fd00:ec2::254/128"),  // AWS
	netip.MustParsePrefix("fd20:ce::254/128"),   // Google Cloud
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba Cloud
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle Cloud
	netip.MustParsePrefix("fd00:42::42/128"),    // Scaleway
	azureWireServer,
}

func metadataRange(ip netip.Addr) (netip.Prefix, bool) {
	i := slices.IndexFunc(metadata, func(p netip.Prefix) bool { return p.Contains(ip) })
	if i < 0 {
		return netip.Prefix{}, false
	}
	return metadata[i], true
}

// otherProtocols are the ports from 1024 up which are refused on public
// addresses. The first two lines are those that browsers refuse too (WHATWG
// Fetch, "port blocking"); the third adds line-oriented services that would take
// an HTTP request for commands, and databases. Webhooks on 8080, 8443, 3000 or
// 9000 are ordinary, so a list of what is open would only annoy.
var otherProtocols = []uint16{
	1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
	6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
	1433, 1521, 2525, 3306, 3389, 5432, 5900, 6379, 11211, 27017,
}

func (g *Guard) publicPort(port uint16) bool {
	switch {
	case port == 80, port == 443, slices.Contains(g.opts.Ports, port):
		return true
	case port < 1024:
		return false
	}
	return !slices.Contains(otherProtocols, port)
}

// bare drops what disguises an address: the IPv6 form of IPv4 and the zone.
func bare(ip netip.Addr) netip.Addr { return ip.Unmap().WithZone("") }

func unmapPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// nat64Inner returns the IPv4 address that a NAT64 gateway would call for ip.
func nat64Inner(ip netip.Addr) (netip.Addr, bool) {
	if !ssrf.IPv6NAT64Prefix.Contains(ip) {
		return netip.Addr{}, false
	}
	b := ip.As16()
	return netip.AddrFrom4([4]byte(b[12:])), true
}

func describeAddr(ip netip.Addr) string {
	switch {
	case ip.IsLoopback():
		return "loopback addresses cannot be called"
	case ip.IsPrivate():
		return "private addresses cannot be called"
	}
	return "not a public address"
}

// ParseAllow reads a list of ranges separated by commas or spaces, such as
// "10.1.0.0/16, 192.168.7.9": the form in which an operator writes
// GuardOptions.Allow. A single address is a range of one. The empty list is valid.
func ParseAllow(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
			ip = ip.Unmap()
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a range such as 10.0.0.0/8", s)
		}
		out = append(out, unmapPrefix(p))
	}
	return out, nil
}

// Describe returns one line for the start-up log that says which rule is on.
func (g *Guard) Describe() string {
	if g == nil {
		g = strict
	}
	var b strings.Builder
	b.WriteString("https")
	if g.opts.AllowHTTP {
		b.WriteString(" and http")
	}
	b.WriteString(" to public addresses")
	if g.opts.AllowLoopback {
		b.WriteString(", loopback")
	}
	for _, p := range g.opts.Allow {
		fmt.Fprintf(&b, ", %s", p)
	}
	if !g.opts.AllowLoopback && len(g.opts.Allow) == 0 {
		b.WriteString(" only")
	}
	for i, d := range g.opts.Deny {
		sep := ", "
		if i == 0 {
			sep = "; never "
		}
		where := d.String()
		if d.Addr().IsUnspecified() {
			where = fmt.Sprintf("port %d of this machine", d.Port())
		}
		b.WriteString(sep + where)
	}
	return b.String()
}
