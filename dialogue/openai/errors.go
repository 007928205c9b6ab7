package openai

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/outbound"
)

const maxErrorBody = 8 << 10 // bytes that are read of an error

// broken is the error of an answer that cannot be read to its end.
func (p *Provider) broken(ctx context.Context, err error) *model.Error {
	if errors.Is(err, errPage) && ctx.Err() == nil {
		return &model.Error{Kind: model.Overloaded, Status: http.StatusOK, Err: err}
	}
	return remote.Broken(ctx, err, p.o.Key.Reveal())
}

// said is what a server tells of an error, in the forms that are about.
type said struct {
	Message string
	Code    string // the server's words for what went wrong, joined
	Status  int    // of an error in a stream
}

// refused reads an answer that is not a success.
func (p *Provider) refused(res *http.Response, body []byte) *model.Error {
	s := readError(body)
	what := s.text(p.o.Key.Reveal())
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		what = "the server gave no reason"
	case body[0] == '<':
		what = "the server answered with a page for people (HTML)"
	}
	if 300 <= res.StatusCode && res.StatusCode < 400 {
		what = "the server redirects, and redirects are not followed"
	}
	e := &model.Error{Kind: s.kind(res.StatusCode), Status: res.StatusCode, Err: errors.New(what)}
	if e.Kind == model.Quota || e.Kind == model.Overloaded || e.Kind == model.Timeout {
		e.RetryAfter = retryAfter(res.Header, body)
	}
	return e
}

// inStream reads an error that came where a chunk was awaited.
func inStream(raw json.RawMessage, key string) *model.Error {
	s := readError(raw)
	e := &model.Error{Kind: s.kind(cmp.Or(s.Status, http.StatusBadGateway)), Status: s.Status, Err: errors.New(s.text(key))}
	if e.Kind == model.Quota || e.Kind == model.Overloaded {
		e.RetryAfter = retryAfter(nil, raw)
	}
	return e
}

// readError understands {"error":{…}}, {"error":"…"}, the same in a list, {"message":…} and {"detail":…}; of anything
// else it takes the text.
func readError(body []byte) (s said) {
	body = bytes.TrimSpace(body)
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		s.Message = stringOf(body)
		if s.Message == "" {
			s.Message = string(body)
		}
		return s
	}
	if inner := object["error"]; !absent(inner) {
		return readError(inner)
	}
	for _, name := range []string{"code", "type", "status", "reason"} {
		value := object[name]
		if n, err := strconv.Atoi(strings.Trim(string(value), `"`)); err == nil && 400 <= n && n < 600 {
			s.Status = n
		}
		s.Code += stringOf(value) + " "
	}
	if bytes.Contains(body, []byte("API_KEY_INVALID")) {
		s.Code += "invalid_api_key"
	}
	s.Code = strings.TrimSpace(s.Code)
	s.Message = stringOf(object["message"])
	if s.Message == "" && !absent(object["detail"]) {
		s.Message = cmp.Or(stringOf(object["detail"]), string(object["detail"]))
	}
	return s
}

func (s said) text(key string) string {
	text := remote.Redact(s.Message, key)
	if s.contextLength() {
		text = "context_length_exceeded: " + text
	}
	return remote.Clip(cmp.Or(text, remote.Redact(s.Code, key), "the server gave no reason"), remote.MaxErrorText)
}

var (
	tooLong  = regexp.MustCompile(`(?i)context[_ ](length|size|window)|maximum context|exceed_context|too many tokens|prompt is too long`)
	filtered = regexp.MustCompile(`(?i)content_filter|content_policy|ResponsibleAI|moderation|flagged|PROHIBITED_CONTENT`)
	noModel  = regexp.MustCompile(`(?i)model_not_found|model_decommissioned|model[^.]{0,80}(does not exist|not found|no longer|deprecated|decommissioned)`)
	badKey   = regexp.MustCompile(`(?i)invalid_api_key|api key not valid|incorrect api key|authentication_error`)
	noQuota  = regexp.MustCompile(`(?i)insufficient_quota|rate_limit|RESOURCE_EXHAUSTED|insufficient (credits|balance)`)
	noFormat = regexp.MustCompile(`(?i)response_format|json_schema|schema|grammar|structured`)
	busy     = regexp.MustCompile(`(?i)overloaded|UNAVAILABLE|server_error`)
)

func (s said) contextLength() bool { return tooLong.MatchString(s.Code + " " + s.Message) }

// kind says what an error means. The server's own words are believed over a status that many share.
func (s said) kind(status int) model.Kind {
	all := s.Code + " " + s.Message
	switch {
	case noQuota.MatchString(s.Code):
		return model.Quota
	case status == http.StatusTooManyRequests || status == http.StatusPaymentRequired:
		return model.Quota
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout:
		return model.Timeout
	case status == http.StatusUnauthorized || badKey.MatchString(all):
		return model.Auth
	case filtered.MatchString(all) && status < 500:
		return model.KindBlocked
	case status == http.StatusForbidden:
		return model.Auth
	case status == http.StatusNotFound || status == http.StatusGone || status < 500 && noModel.MatchString(all):
		return model.Retired
	case s.contextLength() || status == http.StatusRequestEntityTooLarge:
		return model.Invalid
	case status >= 500 || status == http.StatusConflict || status == http.StatusTooEarly || busy.MatchString(all):
		return model.Overloaded
	}
	return model.Invalid
}

var (
	// Go's form of a duration, which both OpenAI ("try again in 6m0s") and Google ("retryDelay":"2s") use.
	waitWords  = regexp.MustCompile(`(?i)(?:(?:try again|retry) in |"retryDelay"\s*:\s*")((?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+)`)
	waitNumber = regexp.MustCompile(`(?i)"retry_after(?:_seconds)?"\s*:\s*([0-9]+(?:\.[0-9]+)?)`)
)

// retryAfter reads how long to wait from the header or the body; 0 if neither says so.
func retryAfter(h http.Header, body []byte) time.Duration {
	if d, ok := outbound.RetryAfter(h, time.Now()); ok {
		return min(d, remote.MaxRetryAfter)
	}
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return time.Duration(min(ms, float64(remote.MaxRetryAfter/time.Millisecond)) * float64(time.Millisecond))
	}
	if m := waitWords.FindSubmatch(body); m != nil {
		if d, err := time.ParseDuration(string(m[1])); err == nil {
			return min(d, remote.MaxRetryAfter)
		}
	}
	if m := waitNumber.FindSubmatch(body); m != nil {
		if d, err := time.ParseDuration(fmt.Sprintf("%ss", m[1])); err == nil {
			return min(d, remote.MaxRetryAfter)
		}
	}
	return 0
}
