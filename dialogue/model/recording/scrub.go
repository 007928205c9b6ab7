package recording

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Scrubbed stands in a recording where a secret was.
const Scrubbed = "SCRUBBED"

// minSecret is the length in bytes from which on a secret can be told from other text.
const minSecret = 6

var (
	keptOfRequest = []string{"Accept", "Content-Type"}
	keptOfAnswer  = []string{"Content-Type", "Retry-After"}
	secretHeaders = []string{"Api-Key", "Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "X-Goog-Api-Key"}
	secretParams  = []string{"access_token", "api-key", "api_key", "apikey", "auth", "key", "sig", "signature", "token"}
)

// scrubber takes secrets out of what is recorded.
type scrubber struct {
	secrets []string
	forms   []string // the secrets and how they are written in addresses and in base64, longest first
}

func newScrubber(secrets []string) (*scrubber, error) {
	s := &scrubber{}
	for _, secret := range secrets {
		switch secret = strings.TrimSpace(secret); {
		case secret == "":
			continue
		case len(secret) < minSecret:
			return nil, fmt.Errorf("a secret of %d bytes cannot be told from other text; it needs %d, and a server that takes any key can be given none", len(secret), minSecret)
		case strings.Contains(Scrubbed, secret):
			return nil, fmt.Errorf("the secret cannot be told from %q, which stands in its place", Scrubbed)
		}
		s.secrets = append(s.secrets, secret)
		quoted, err := json.Marshal(secret)
		if err != nil {
			return nil, errors.New("a secret cannot be written as JSON")
		}
		s.forms = append(s.forms, secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)))
	}
	slices.SortFunc(s.forms, func(a, b string) int { return len(b) - len(a) })
	s.forms = slices.Compact(s.forms)
	return s, nil
}

func (s *scrubber) text(text string) string {
	for _, form := range s.forms {
		text = strings.ReplaceAll(text, form, Scrubbed)
	}
	return text
}

// chunks scrubs a body that came in pieces: a secret may reach from one into the next. What stands in its place belongs to
// the piece in which it began.
func (s *scrubber) chunks(chunks [][]byte) [][]byte {
	var whole strings.Builder
	var ends []int // of the pieces, in whole
	for _, c := range chunks {
		whole.Write(c)
		ends = append(ends, whole.Len())
	}
	text := whole.String()
	for _, form := range s.forms {
		for from := 0; ; {
			at := strings.Index(text[from:], form)
			if at < 0 {
				break
			}
			at += from
			text = text[:at] + Scrubbed + text[at+len(form):]
			from = at + len(Scrubbed)
			for i, end := range ends {
				switch {
				case end >= at+len(form):
					ends[i] = end - len(form) + len(Scrubbed)
				case end > at:
					ends[i] = from
				}
			}
		}
	}
	var scrubbed [][]byte
	begin := 0
	for _, end := range ends {
		if end > begin {
			scrubbed = append(scrubbed, []byte(text[begin:end]))
		}
		begin = end
	}
	return scrubbed
}

// target is path and query of a request, its parameters sorted, without the values of those that carry secrets.
func (s *scrubber) target(u *url.URL) string {
	query := u.Query()
	for name := range query {
		if isSecretParam(name) {
			query[name] = []string{Scrubbed}
		}
	}
	target := u.EscapedPath()
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return s.text(target)
}

func isSecretParam(name string) bool { return slices.Contains(secretParams, strings.ToLower(name)) }

// header keeps what is on the list, and the names of those that carry secrets.
func (s *scrubber) header(h http.Header, kept []string) http.Header {
	out := http.Header{}
	for name, values := range h {
		name = http.CanonicalHeaderKey(name)
		for _, value := range values {
			switch {
			case slices.Contains(kept, name):
				out.Add(name, s.text(strings.Join(strings.Fields(value), " ")))
			case slices.Contains(secretHeaders, name):
				out.Set(name, Scrubbed)
			}
		}
	}
	return out
}

func (s *scrubber) head(h Head) Head {
	line := func(text string) string { return s.text(strings.Join(strings.Fields(text), " ")) }
	return Head{Source: line(h.Source), Base: line(h.Base), Model: line(h.Model)}
}
