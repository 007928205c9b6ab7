package outbound_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"parley/outbound"
)

// nameServer answers every A question by a function of how many there were
// before, AAAA questions by that of the beginning, and every other question with
// nothing. No answer means no such name.
type nameServer struct {
	conn   net.PacketConn
	answer func(n int) []string

	mu    sync.Mutex // protects asked
	asked int
}

func newNameServer(t *testing.T, answer func(n int) []string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{conn: conn, answer: answer}
	done := make(chan struct{})
	go func() { defer close(done); s.run() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return s
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

func (s *nameServer) run() {
	buf := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		switch q := m.Questions[0]; q.Type {
		case dnsmessage.TypeA:
			m.Answers = s.answers(q.Name)
		case dnsmessage.TypeAAAA:
			m.Answers = resources(q.Name, s.answer(0), netip.Addr.Is6)
		}
		if s.answer(0) == nil {
			m.RCode = dnsmessage.RCodeNameError
		}
		if out, err := m.Pack(); err == nil {
			s.conn.WriteTo(out, from)
		}
	}
}

func (s *nameServer) answers(name dnsmessage.Name) []dnsmessage.Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return resources(name, s.answer(s.asked-1), netip.Addr.Is4)
}

// resources are the addresses of one family.
func resources(name dnsmessage.Name, ips []string, family func(netip.Addr) bool) (out []dnsmessage.Resource) {
	for _, text := range ips {
		ip := netip.MustParseAddr(text)
		if !family(ip) {
			continue
		}
		header := dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeAAAA, Class: dnsmessage.ClassINET}
		body := dnsmessage.ResourceBody(&dnsmessage.AAAAResource{AAAA: ip.As16()})
		if ip.Is4() {
			header.Type, body = dnsmessage.TypeA, &dnsmessage.AResource{A: ip.As4()}
		}
		out = append(out, dnsmessage.Resource{Header: header, Body: body})
	}
	return out
}

func portOf(srv *httptest.Server) string {
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	return port
}

// twoHosts listens on one port of 127.0.0.2, which stands for a permitted
// address, and of 127.0.0.1, which is refused. It returns the port.
func twoHosts(t *testing.T) (port string, guard *outbound.Guard) {
	t.Helper()
	good, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("needs a second loopback address: ", err)
	}
	_, port, _ = net.SplitHostPort(good.Addr().String())
	bad, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Skip("port is taken: ", err)
	}
	start := func(ln net.Listener, h http.HandlerFunc) {
		srv := httptest.NewUnstartedServer(h)
		srv.Listener.Close()
		srv.Listener = ln
		srv.Start()
		t.Cleanup(srv.Close)
	}
	start(good, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "good") })
	start(bad, func(http.ResponseWriter, *http.Request) { t.Error("the refused host was called") })
	return port, outbound.NewGuard(outbound.GuardOptions{
		AllowHTTP: true, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
	})
}

func TestDoSurvivesRebinding(t *testing.T) {
	t.Parallel()
	port, guard := twoHosts(t)
	names := newNameServer(t, func(n int) []string {
		return []string{[]string{"127.0.0.2", "127.0.0.1"}[n%2]}
	})
	client := newClient(t, outbound.Options{Guard: guard, Resolver: names.resolver()})
	req := outbound.Request{URL: "http://rebind.example:" + port}
	if err := outbound.CheckURL(req.URL, guard); err != nil {
		t.Fatal(err)
	}
	if res := mustDo(t, client, req); string(res.Body) != "good" || res.RemoteAddr != "127.0.0.2:"+port {
		t.Errorf("first call: %+v", res)
	}
	client.CloseIdle()
	e := wantFailure(t, client, req, outbound.KindRefused, false)
	if e.RemoteAddr != "127.0.0.1:"+port || e.Phases.DNS <= 0 {
		t.Errorf("second call: %+v", e)
	}
}

func TestDoSkipsRefusedAmongSeveralAddresses(t *testing.T) {
	t.Parallel()
	port, guard := twoHosts(t)
	names := newNameServer(t, func(int) []string { return []string{"127.0.0.1", "10.0.0.1", "127.0.0.2"} })
	client := newClient(t, outbound.Options{Guard: guard, Resolver: names.resolver()})
	res := mustDo(t, client, outbound.Request{URL: "http://many.example:" + port})
	if string(res.Body) != "good" || res.RemoteAddr != "127.0.0.2:"+port {
		t.Errorf("got %+v", res)
	}
}

func TestDoNameNotFound(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, func(int) []string { return nil })
	client := newClient(t, outbound.Options{Resolver: names.resolver()})
	e := wantFailure(t, client, outbound.Request{URL: "http://missing.example/"}, outbound.KindDNS, false)
	if e.RemoteAddr != "" || e.Phases.DNS <= 0 {
		t.Errorf("got %+v", e)
	}
}
