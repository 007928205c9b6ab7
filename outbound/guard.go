package outbound

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// GuardOptions is the policy of a [Guard]. The zero value is the strictest:
// https to public addresses, nothing else.
type GuardOptions struct {
	// Allow lists ranges that may be reached besides public addresses, on any
	// port. It belongs to whoever runs the server, never to a workspace.
	Allow []netip.Prefix

	// AllowLoopback opens 127.0.0.0/8 and ::1 on any port.
	AllowLoopback bool

	// Deny lists addresses that stay closed whatever else is allowed: Parley's
	// own listener and its database. An unspecified address (0.0.0.0:8080,
	// [::]:8080) closes the port on every address of this machine, a loopback
	// address closes it on every loopback address, any other is taken as it is.
	Deny []netip.AddrPort

	// AllowHTTP permits http:// besides https://.
	AllowHTTP bool

	// Ports adds ports to those permitted on public addresses: 80, 443 and
	// everything from 1024 up except the ports of well-known other protocols.
	Ports []uint16
}

// Guard decides which addresses may be reached. It is immutable and safe for
// concurrent use. A nil *Guard is the strictest policy.
type Guard struct {
	opts   GuardOptions
	public *ssrf.Guardian

	localAddrs func() ([]net.Addr, error)
}

// strict is what a nil *Guard stands for.
var strict = NewGuard(GuardOptions{})

// NewGuard builds a Guard. IPv4 ranges written in their IPv6 form count as IPv4.
func NewGuard(o GuardOptions) *Guard {
	o.Allow = slices.Clone(o.Allow)
	for i, p := range o.Allow {
		o.Allow[i] = unmapPrefix(p)
	}
	o.Deny = slices.Clone(o.Deny)
	for i, d := range o.Deny {
		o.Deny[i] = netip.AddrPortFrom(bare(d.Addr()), d.Port())
	}
	o.Ports = slices.Clone(o.Ports)
	return &Guard{
		opts: o,
		// Ports depend on why an address is allowed, so they are judged here.
		public:     ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(azureWireServer)),
		localAddrs: net.InterfaceAddrs,
	}
}

// RefusedError says that the guard refused an address. It is meant for logs:
// Addr may tell more about the network than a workspace should learn.
type RefusedError struct {
	Addr   netip.AddrPort // as resolved, IPv4-mapped forms unmapped
	Reason string         // what is wrong with it, without the address
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("address %s refused: %s", e.Addr, e.Reason)
}

// Check reports nil if addr may be reached and a *[RefusedError] otherwise.
// The rules, first match wins:
//
//  1. The unspecified address, an invalid one and port 0 are refused.
//  2. Deny is refused.
//  3. Addresses behind the NAT64 prefix are judged by the IPv4 address inside;
//     the prefix itself must be allowed.
//  4. Addresses where clouds hand out credentials are refused unless an allowed
//     range names them: 0.0.0.0/0 or fd00::/8 does not.
//  5. Allow, and loopback if allowed, pass on any port.
//  6. Public addresses pass on their ports.
func (g *Guard) Check(addr netip.AddrPort) error {
	if g == nil {
		g = strict
	}
	ip, port := bare(addr.Addr()), addr.Port()
	if reason := g.refuse(ip, port); reason != "" {
		return &RefusedError{Addr: netip.AddrPortFrom(ip, port), Reason: reason}
	}
	return nil
}

func (g *Guard) refuse(ip netip.Addr, port uint16) string {
	switch {
	case !ip.IsValid() || ip.IsUnspecified():
		return "not an address one can call"
	case port == 0:
		return "port 0 cannot be called"
	case g.denied(ip, port):
		return "this server and its database cannot be called"
	}
	allowed := g.allowed(ip)
	if inner, ok := nat64Inner(ip); ok && allowed {
		return g.refuse(inner, port)
	}
	if m, ok := metadataRange(ip); ok && !g.named(ip, m) {
		return "cloud metadata and link-local addresses cannot be called"
	}
	if allowed || g.opts.AllowLoopback && ip.IsLoopback() {
		return ""
	}
	if g.public.SafeAddr(ip) != nil {
		return describeAddr(ip)
	}
	if !g.publicPort(port) {
		return "this port is not open for calls"
	}
	return ""
}

// Control judges a resolved address just before the socket connects; it has the
// shape of net.Dialer.ControlContext. Anything but TCP is refused.
func (g *Guard) Control(_ context.Context, network, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return &RefusedError{Reason: fmt.Sprintf("%q is not an address and port", address)}
	}
	if network != "tcp4" && network != "tcp6" {
		return &RefusedError{Addr: addr, Reason: "only TCP can be called"}
	}
	return g.Check(addr)
}

func (g *Guard) allowed(ip netip.Addr) bool {
	return slices.ContainsFunc(g.opts.Allow, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// named reports whether an allowed range holds ip and lies wholly inside m.
func (g *Guard) named(ip netip.Addr, m netip.Prefix) bool {
	return slices.ContainsFunc(g.opts.Allow, func(p netip.Prefix) bool {
		return p.Contains(ip) && p.Bits() >= m.Bits()
	})
}

func (g *Guard) denied(ip netip.Addr, port uint16) bool {
	for _, d := range g.opts.Deny {
		if d.Port() != port {
			continue
		}
		switch a := d.Addr(); {
		case a == ip, a.IsLoopback() && ip.IsLoopback():
			return true
		case a.IsUnspecified() && g.local(ip):
			return true
		}
	}
	return false
}

// local reports whether ip is an address of this machine. It asks the system
// each time, since addresses come and go; only calls to a denied port pay for it.
func (g *Guard) local(ip netip.Addr) bool {
	if ip.IsLoopback() {
		return true
	}
	addrs, err := g.localAddrs()
	if err != nil {
		return true // when in doubt, closed
	}
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && bare(p.Addr()) == ip
	})
}
