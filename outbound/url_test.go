package outbound_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"parley/outbound"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	guard := outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true})
	for _, ok := range []string{
		"https://example.com", "http://example.com/", "https://example.com:8443/hook?a=b&c=%20",
		"https://EXAMPLE.com./x", "https://my_service.example/x", "https://bücher.example/ä ö",
		"https://8.8.8.8/x", "https://[2606:4700:4700::1111]:8443/", "https://1a.example", "https://10.0.0.1.example.com/",
	} {
		if err := outbound.CheckURL(ok, guard); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for raw, reason := range map[string]string{
		"":                                                 "empty",
		"example.com/hook":                                 "must begin with",
		"/hook":                                            "must begin with",
		"//example.com/hook":                               "must begin with",
		"ftp://example.com/":                               "must begin with",
		"file:///etc/passwd":                               "must begin with",
		"https:example.com":                                "name a host",
		"https:///hook":                                    "name a host",
		"https://:443/":                                    "name a host",
		"https://./":                                       "name a host",
		"https://user@example.com/":                        "user name",
		"https://user:pw@example.com/":                     "user name",
		"https://@example.com/":                            "user name",
		"https://example.com/#top":                         "fragment",
		"https://example.com/#":                            "fragment",
		"https://exa mple.com/":                            "malformed",
		"https://example.com/%zz":                          "malformed",
		"https://evil.com\\@127.0.0.1/":                    "malformed",
		"https://example.com:0/":                           "port",
		"https://example.com:65536/":                       "port",
		"https://example.com:25/":                          "port 25",
		"https://8.8.8.8:25/":                              "port",
		"https://127.0.0.1/":                               "loopback",
		"https://127.0.0.1./":                              "loopback",
		"https://localhost/":                               "loopback",
		"https://LOCALHOST.:8443/":                         "loopback",
		"https://api.localhost/":                           "loopback",
		"https://10.1.2.3/":                                "private",
		"https://169.254.169.254/latest":                   "metadata",
		"https://[::1]/":                                   "loopback",
		"https://[::ffff:127.0.0.1]/":                      "loopback",
		"https://[::ffff:7f00:1]/":                         "loopback",
		"https://[fe80::1%25eth0]/":                        "zone",
		"https://[64:ff9b::7f00:1]/":                       "not a public",
		"https://0.0.0.0/":                                 "not an address",
		"https://127.1/":                                   "write 127.1 as 127.0.0.1",
		"https://2130706433/":                              "127.0.0.1",
		"https://0x7f000001/":                              "127.0.0.1",
		"https://0X7F.0.0.0X1/":                            "127.0.0.1",
		"https://0177.0.0.01/":                             "127.0.0.1",
		"https://0x/":                                      "0.0.0.0",
		"https://0/":                                       "0.0.0.0",
		"https://134744072/":                               "8.8.8.8",
		"https://１２７.0.0.1/":                               "loopback",
		"https://127。0。0。1/":                               "loopback",
		"https://1.2.3.4.5/":                               "neither",
		"https://256.1.1.1/":                               "neither",
		"https://example.09/":                              "neither",
		"https://" + strings.Repeat("a", 254) + "/":        "host",
		"https://example.com/" + strings.Repeat("a", 2048): "2048",
	} {
		err := outbound.CheckURL(raw, guard)
		e, ok := errors.AsType[*outbound.URLError](err)
		if !ok || !strings.Contains(e.Reason, reason) {
			t.Errorf("CheckURL(%.60q) = %v, want %q", raw, err, reason)
		}
	}
}

func TestCheckURLFollowsPolicy(t *testing.T) {
	t.Parallel()
	open := outbound.NewGuard(outbound.GuardOptions{
		AllowHTTP: true, AllowLoopback: true,
		Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Deny:  []netip.AddrPort{addrPort("127.0.0.1:8080")},
	})
	for raw, want := range map[string]bool{
		"http://localhost:3000/hook": true, "http://127.0.0.1:25/": true, "http://10.1.1.1:9/": true,
		"http://orders.internal:25/": true, "http://localhost:8080/": false, "http://[::1]:8080/": false,
		"http://192.168.1.1/": false, "http://127.1:3000/": false,
	} {
		if err := outbound.CheckURL(raw, open); (err == nil) != want {
			t.Errorf("open: CheckURL(%s) = %v", raw, err)
		}
	}
	err := outbound.CheckURL("http://example.com/", nil)
	if e, ok := errors.AsType[*outbound.URLError](err); !ok || e.Reason != "must begin with https://" {
		t.Errorf("strict: http = %v", err)
	}
}

func TestCheckTemplate(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		"https://example.com/orders/{order_id}/items?q={q}":       true,
		"https://example.com/{a-b.c}":                             true,
		"https://example.com":                                     true,
		"https://example.com?q={q}":                               true,
		"https://{host}/":                                         false,
		"{url}":                                                   false,
		"{scheme}://example.com/":                                 false,
		"https://example.com:{port}/":                             false,
		"https://example.com/{":                                   false,
		"https://example.com/{}":                                  false,
		"https://example.com/{a b}":                               false,
		"https://127.0.0.1/{x}":                                   false,
		"https://example.com/{x}#{y}":                             false,
		"https://example.com/{" + strings.Repeat("a", 3000) + "}": false,
	} {
		if err := outbound.CheckTemplate(raw, nil); (err == nil) != want {
			t.Errorf("CheckTemplate(%.60q) = %v", raw, err)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://example.com/", "https://0x7f.1/", "https://[::1]:1/", "https://１２７.1/{a}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		err := outbound.CheckURL(raw, nil)
		if _, ok := errors.AsType[*outbound.URLError](err); err != nil && !ok {
			t.Errorf("CheckURL(%q) = %T", raw, err)
		}
		outbound.CheckTemplate(raw, nil)
	})
}
