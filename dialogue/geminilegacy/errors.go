package geminilegacy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/outbound"
)

const maxErrorBody = 16 << 10 // bytes that are read of an error

// broken is the error of an answer that cannot be read to its end.
func broken(ctx context.Context, err error, key string) *model.Error {
	if errors.Is(err, errPage) && ctx.Err() == nil {
		return &model.Error{Kind: model.Overloaded, Status: http.StatusOK, Err: err}
	}
	return remote.Broken(ctx, err, key)
}

// refused reads an answer that is not a success, and closes it.
func refused(ctx context.Context, res *http.Response, key string) *model.Error {
	defer res.Body.Close()
	late := time.AfterFunc(remote.ErrorBodyWithin, func() { res.Body.Close() })
	defer late.Stop()
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if ctx.Err() != nil {
		return remote.Ended(ctx)
	}
	s := readStatus(body)
	what := s.text(key)
	switch body = bytes.TrimSpace(body); {
	case 300 <= res.StatusCode && res.StatusCode < 400:
		what = "the server redirects, and redirects are not followed"
	case len(body) == 0:
		what = "the server gave no reason"
	case body[0] == '<':
		what = errPage.Error()
	}
	return s.failure(res.StatusCode, what, res.Header)
}

// inStream reads an error that came where an element was awaited.
func inStream(raw json.RawMessage, key string) *model.Error {
	s := readStatus(raw)
	return s.failure(s.Code, s.text(key), nil)
}

// status is Google's form of an error.
type status struct {
	Code    int
	Message string
	Status  string
	Details []struct {
		Reason     string
		RetryDelay string
		Violations []struct{ QuotaID string }
	}
}

// readStatus reads {"error":{…}}, also in a list; of anything else it takes the text.
func readStatus(body []byte) (s status) {
	body = bytes.TrimSpace(body)
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	var object struct{ Error status }
	if unreadable(json.Unmarshal(body, &object)) {
		return status{Message: string(body)}
	}
	return object.Error
}

func (s status) text(key string) string {
	return remote.Clip(cmp.Or(remote.Redact(s.Message, key), remote.Redact(s.Status, key), "the server gave no reason"), remote.MaxErrorText)
}

// failure makes the error. Code is its status by HTTP or by Google, 0 if there is none.
func (s status) failure(code int, what string, header http.Header) *model.Error {
	e := &model.Error{Kind: s.kind(code), Status: code, Err: errors.New(what)}
	if e.Kind == model.Quota || e.Kind == model.Overloaded || e.Kind == model.Timeout {
		e.RetryAfter = s.retryAfter(header, time.Now())
	}
	return e
}

// kind says what an error means. Google answers a wrong key with 400.
func (s status) kind(code int) model.Kind {
	for _, d := range s.Details {
		if strings.HasPrefix(d.Reason, "API_KEY_") {
			return model.Auth
		}
	}
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden || strings.Contains(s.Message, "API key not valid") ||
		s.Status == "FAILED_PRECONDITION": // no billing, or a country that is not served
		return model.Auth
	case code == http.StatusTooManyRequests || code == http.StatusPaymentRequired || s.Status == "RESOURCE_EXHAUSTED":
		return model.Quota
	case code == http.StatusNotFound || code == http.StatusGone:
		return model.Retired
	case code == http.StatusRequestTimeout || code == http.StatusGatewayTimeout || s.Status == "DEADLINE_EXCEEDED":
		return model.Timeout
	case code >= 500 || code < 100 && s.Status != "INVALID_ARGUMENT": // an error in a stream may say no code
		return model.Overloaded
	}
	return model.Invalid
}

var waitWords = regexp.MustCompile(`(?i)retry in ((?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+)`)

// retryAfter is how long to wait: the longest of what the header, the details and the message say, and until the quota
// of the day begins anew; 0 if nothing says so.
func (s status) retryAfter(header http.Header, now time.Time) (wait time.Duration) {
	delays := []string{}
	for _, d := range s.Details {
		delays = append(delays, d.RetryDelay)
		for _, v := range d.Violations {
			if strings.Contains(v.QuotaID, "PerDay") {
				wait = max(wait, untilNextDay(now))
			}
		}
	}
	if m := waitWords.FindStringSubmatch(s.Message); m != nil {
		delays = append(delays, m[1])
	}
	for _, text := range delays {
		if d, err := time.ParseDuration(text); err == nil {
			wait = max(wait, d)
		}
	}
	if d, ok := outbound.RetryAfter(header, now); ok {
		wait = max(wait, d)
	}
	return min(wait, remote.MaxRetryAfter)
}

// untilNextDay is the time until Google counts a new day: midnight in California, which is 08:00 UTC in winter and an
// hour earlier in summer.
func untilNextDay(now time.Time) time.Duration {
	const midnight = 8 * time.Hour
	shifted := now.UTC().Add(-midnight)
	return shifted.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(shifted)
}
