package outbound_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"parley/outbound"
)

// hosts are spellings of addresses that no workspace may reach, as somebody would put them into a URL.
var hosts = []string{
	"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1", "0177.0.0.01", "0x7f000001",
	"0x7f.0.0.1", "0X7F.1", "0x7f.0x0.0x0.0x1", "127.00.00.01", "0", "0.0.0.0", "0x0", "00",
	"\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1",
	"localhost", "LOCALHOST", "localhost.", "a.localhost",
	"169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "169.16689662",
	"169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16",
	"10.0.0.1", "167772161", "0xa000001", "012.0.0.1", "172.16.0.1", "192.168.0.1", "192.168.1", "3232235521", "100.64.0.1",
	"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]",
	"[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::ffff:0:127.0.0.1]",
	"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]",
	"[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001::a9fe:a9fe]",
	"[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[fec0::1]", "[ff02::1]", "[5f00::1]",
}

// proxied sets every variable that names a proxy to a server that counts what comes.
func proxied(t *testing.T) *atomic.Int32 {
	t.Helper()
	var calls atomic.Int32
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	return &calls
}

func TestDoRefusesEverySpelling(t *testing.T) {
	proxyCalls := proxied(t)
	// A resolver that reads numbers as addresses, as some do: whoever asks it has lost.
	names := newNameServer(t, func(int) []string { return []string{"127.0.0.1", "169.254.169.254", "::1"} })
	client := newClient(t, outbound.Options{Guard: outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true}), Resolver: names.resolver()})
	for _, host := range hosts {
		for _, scheme := range []string{"http", "https"} {
			for _, port := range []string{"", ":80", ":8080"} {
				e := wantFailure(t, client, outbound.Request{Method: "POST", Body: []byte("x"), URL: scheme + "://" + host + port + "/latest"}, outbound.KindRefused, false)
				if e.Response != nil {
					t.Errorf("%s answered %+v", host, e.Response)
				}
			}
		}
	}
	for _, raw := range []string{
		"http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/",
		"http:127.0.0.1/", "http:///127.0.0.1/", "http://[::1", "gopher://127.0.0.1:6379/_x", "file:///etc/passwd", "http://127.0.0.1%2f.example.com/",
		"http://%31%32%37.0.0.1/",
	} {
		wantFailure(t, client, outbound.Request{URL: raw}, outbound.KindRefused, false)
	}
	if n := proxyCalls.Load(); n != 0 {
		t.Errorf("%d calls went through the proxy", n)
	}
}

// A name may mean any address: the dialer judges what the resolver says, not what was typed.
func TestDoRefusesEveryAddressBehindAName(t *testing.T) {
	proxyCalls := proxied(t)
	for _, text := range outbound.SpecialAddresses {
		ip := netip.MustParseAddr(text)
		if ip.Zone() != "" {
			continue // no resolver answers with one
		}
		names := newNameServer(t, func(int) []string { return []string{text} })
		client := newClient(t, outbound.Options{Guard: outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true}), Resolver: names.resolver()})
		for _, target := range []string{"http://name.example/", "https://name.example/", "http://name.example:8080/"} {
			e := wantFailure(t, client, outbound.Request{Method: "POST", Body: []byte("x"), URL: target}, outbound.KindRefused, false)
			if _, ok := errors.AsType[*outbound.RefusedError](e); !ok || e.Phases.DNS <= 0 {
				t.Errorf("%s as %s was not refused by the dialer: %v", target, text, e)
			}
			if _, err := client.HTTPClient().Get(target); err == nil {
				t.Errorf("the client for libraries called %s as %s", target, text)
			}
		}
	}
	if n := proxyCalls.Load(); n != 0 {
		t.Errorf("%d calls went through the proxy", n)
	}
}

// What a receiver answers leads nowhere, whatever it names.
func TestDoFollowsNoRedirectToSpecialAddresses(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	inside := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	insideURL, err := url.Parse(inside.URL)
	if err != nil {
		t.Fatal(err)
	}
	targets := []string{inside.URL, "http://169.254.169.254/latest/meta-data/", "//" + insideURL.Host + "/"}
	for _, code := range []int{301, 302, 303, 307, 308, 300, 305} {
		for _, target := range targets {
			answering := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", target)
				w.Header().Set("Refresh", "0; url="+target)
				w.WriteHeader(code)
			})
			client := newClient(t, outbound.Options{})
			if res := mustDo(t, client, outbound.Request{Method: "POST", Body: []byte("x"), URL: answering.URL}); res.Status != code || res.Header.Get("Location") != target {
				t.Errorf("%d to %s: %+v", code, target, res)
			}
			res, err := client.HTTPClient().Get(answering.URL)
			if err != nil || res.StatusCode != code {
				t.Errorf("%d to %s by the client for libraries: %v, %v", code, target, res, err)
				continue
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// The system's resolver reads spellings of numbers that the rules for URLs refuse. Should one get past them, the dialer
// still judges what it means.
func TestDialerRefusesSpellings(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	client := newClient(t, outbound.Options{Guard: outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true})})
	for _, host := range []string{"127.1", "2130706433", "0177.0.0.1", "0x7f000001", "localhost", "0", "127.0.0.1", "[::ffff:127.0.0.1]"} {
		conn, err := client.Dial(t.Context(), net.JoinHostPort(strings.Trim(host, "[]"), port))
		if err == nil {
			t.Errorf("%s was dialled: %s", host, conn.RemoteAddr())
			conn.Close()
			continue
		}
		var refused *outbound.RefusedError
		if dns := (*net.DNSError)(nil); !errors.As(err, &refused) && !errors.As(err, &dns) {
			t.Errorf("%s: %s", host, fmt.Sprint(err))
		}
	}
}
