package outbound

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// MaxURL is the longest URL accepted, in bytes.
const MaxURL = 2048

// URLError says why a URL was refused. Reason is a sentence part for the person
// who typed the URL ("must not contain a user name or password").
type URLError struct{ Reason string }

func (e *URLError) Error() string { return "URL " + e.Reason }

// CheckURL gives whoever saves a URL a friendly answer: nil, or a *[URLError].
// The URL must be absolute http or https (http only if the guard allows it), with
// a host, without user, password and fragment, at most [MaxURL] bytes. IP
// addresses are judged by g, and so is "localhost"; other spellings of IPv4
// addresses (127.1, 0x7f000001) are refused always.
//
// Names are not resolved: what a name means is judged at each call, so a URL
// that passes here may still be refused there.
func CheckURL(raw string, g *Guard) error {
	_, err := parseURL(raw, g)
	return err
}

var placeholder = regexp.MustCompile(`\{\{\s*[^{}\s]+\s*\}\}|\{[^{}\s]+\}`)

// CheckTemplate is [CheckURL] for a URL with {name} or {{name}} placeholders. They may stand
// in path and query only: the host is never filled in by a model.
func CheckTemplate(raw string, g *Guard) error {
	rest := len(raw)
	if i := strings.Index(raw, "://"); i >= 0 {
		if j := strings.IndexAny(raw[i+3:], "/?#"); j >= 0 {
			rest = i + 3 + j
		}
	}
	if strings.ContainsAny(raw[:rest], "{}") {
		return &URLError{"may have placeholders in path and query only"}
	}
	filled := placeholder.ReplaceAllLiteralString(raw[rest:], "x")
	if strings.ContainsAny(filled, "{}") {
		return &URLError{"has a brace outside of a placeholder such as {name}"}
	}
	if len(raw) > MaxURL {
		return errTooLong
	}
	return CheckURL(raw[:rest]+filled, g)
}

var errTooLong = &URLError{fmt.Sprintf("must not be longer than %d bytes", MaxURL)}

func parseURL(raw string, g *Guard) (*url.URL, error) {
	if g == nil {
		g = strict
	}
	switch {
	case raw == "":
		return nil, &URLError{"is empty"}
	case len(raw) > MaxURL:
		return nil, errTooLong
	case strings.Contains(raw, "#"):
		return nil, &URLError{"must not contain a fragment (#)"}
	}
	u, err := url.Parse(raw)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err // without repeating the whole URL
		}
		return nil, &URLError{"is malformed: " + err.Error()}
	}
	switch {
	case u.Scheme == "http" && !g.opts.AllowHTTP:
		return nil, &URLError{"must begin with https://"}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &URLError{"must begin with https:// or http://"}
	case u.User != nil:
		return nil, &URLError{"must not contain a user name or password"}
	}
	port, err := portOf(u)
	if err != nil {
		return nil, err
	}
	return u, checkHost(u.Hostname(), port, g)
}

func portOf(u *url.URL) (uint16, error) {
	switch p := u.Port(); {
	case p != "":
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return 0, &URLError{"has an impossible port"}
		}
		return uint16(n), nil
	case u.Scheme == "http":
		return 80, nil
	}
	return 443, nil
}

func checkHost(host string, port uint16, g *Guard) error {
	for i := range len(host) {
		if host[i] >= 0x80 {
			// What net/http does too; it turns full-width digits into ASCII.
			ascii, err := idna.Lookup.ToASCII(host)
			if err != nil {
				return &URLError{"has a host name that is not valid"}
			}
			host = ascii
			break
		}
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || len(host) > 253 {
		return &URLError{"must name a host of at most 253 bytes"}
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return &URLError{"must not contain a network zone (%)"}
		}
		return checkAddr(ip, port, g)
	}
	if ip, ok := looseIPv4(host); ok {
		return &URLError{"must not hide an address: write " + host + " as " + ip.String()}
	}
	if endsInNumber(host) {
		return &URLError{"has a host that is neither a name nor an IP address"}
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return checkAddr(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port, g)
	}
	if !g.publicPort(port) && len(g.opts.Allow) == 0 && !g.opts.AllowLoopback {
		return &URLError{fmt.Sprintf("has port %d, which is not open for calls", port)}
	}
	return nil
}

func checkAddr(ip netip.Addr, port uint16, g *Guard) error {
	if err, ok := errors.AsType[*RefusedError](g.Check(netip.AddrPortFrom(ip, port))); ok {
		return &URLError{"has a host that is refused: " + err.Reason}
	}
	return nil
}

func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x")
}

// looseIPv4 reads the spellings of inet_aton: one to four parts, each decimal,
// octal or hexadecimal, the last one filling what remains.
func looseIPv4(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, p := range parts {
		base := 10
		switch {
		case strings.HasPrefix(p, "0x"):
			base, p = 16, cmp.Or(p[2:], "0")
		case len(p) > 1 && p[0] == '0':
			base, p = 8, p[1:]
		}
		n, err := strconv.ParseUint(p, base, 32)
		if err != nil {
			return netip.Addr{}, false
		}
		free := 8
		if i == len(parts)-1 {
			free = 8 * (5 - len(parts))
		}
		if n >= 1<<free {
			return netip.Addr{}, false
		}
		sum = sum<<free | n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}
