package gemini

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"google.golang.org/genai"

	"parley/dialogue/model"
)

const (
	maxErrorBody    = 32 << 10 // bytes that are read of an error
	maxErrorText    = 300      // bytes of it that are told
	errorBodyWithin = 5 * time.Second
	maxRetryAfter   = 7 * 24 * time.Hour
)

// failed translates an error of the client. What it says of a request or of an answer that it cannot read is not told: it
// would repeat them.
func (p *Provider) failed(ctx context.Context, x *exchange, err error) *model.Error {
	var refusal genai.APIError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return ended(ctx)
	case errors.As(err, &refusal):
		return p.refused(x, refusal)
	case errors.As(x.failure, &timeout) && timeout.Timeout():
		return &model.Error{Kind: model.Timeout, Err: p.redacted(x.failure)}
	case errors.Is(x.failure, errPage):
		return &model.Error{Kind: model.Overloaded, Status: x.status, Err: errPage}
	case x.failure != nil && x.status == 0:
		return &model.Error{Kind: model.Overloaded, Err: p.redacted(x.failure)}
	case x.failure != nil:
		return cut(p.redacted(x.failure))
	case x.status == 0:
		return &model.Error{Kind: model.Invalid, Err: &redactedError{"the request cannot be made", err}}
	}
	return cut(errUnreadable)
}

func ended(ctx context.Context) *model.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &model.Error{Kind: model.Timeout, Err: ctx.Err()}
	}
	return cut(ctx.Err())
}

func cut(err error) *model.Error { return &model.Error{Kind: model.KindCut, Err: err} }

// refused translates an error that the API or a proxy sent, as the answer or where a piece of it was awaited.
func (p *Provider) refused(x *exchange, e genai.APIError) *model.Error {
	var list []struct{ Error genai.APIError }
	if json.Unmarshal([]byte(e.Message), &list) == nil && len(list) > 0 {
		e = list[0].Error // of a proxy that takes the array for the stream
	}
	status := e.Code
	if x.status < 200 || x.status > 299 {
		status = x.status
	}
	what := clip(p.redact(e.Message), maxErrorText)
	switch {
	case 300 <= status && status < 400:
		what = "the server redirects, and redirects are not followed"
	case strings.HasPrefix(strings.TrimSpace(e.Message), "<"):
		what = "the server answered with a page for people (HTML)"
	}
	d := detailsOf(e.Details)
	failure := &model.Error{Kind: kindOf(status, e.Status, d.reason), Status: status,
		Err: errors.New(cmp.Or(what, clip(p.redact(e.Status), maxErrorText), "the server gave no reason"))}
	switch failure.Kind {
	case model.Quota, model.Overloaded, model.Timeout:
		failure.RetryAfter = min(max(x.retryAfter, d.retryDelay), maxRetryAfter)
	}
	if failure.Kind == model.Quota && d.perDay {
		failure.RetryAfter = untilReset(time.Now())
	}
	return failure
}

// kindOf says what an error means, by the status of HTTP, Google's word for it and the reason in its details.
func kindOf(status int, word, reason string) model.Kind {
	switch {
	case strings.HasPrefix(reason, "API_KEY_"): // a wrong key is a status 400
		return model.Auth
	case word == "RESOURCE_EXHAUSTED" || status == http.StatusTooManyRequests || status == http.StatusPaymentRequired:
		return model.Quota
	case status == http.StatusUnauthorized || status == http.StatusForbidden || word == "FAILED_PRECONDITION":
		return model.Auth // the last: no billing, or a country that is not served
	case status == http.StatusNotFound || status == http.StatusGone:
		return model.Retired
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout || word == "DEADLINE_EXCEEDED":
		return model.Timeout
	case status >= 500 || status == http.StatusConflict || status == http.StatusTooEarly || status == 499 || word == "UNAVAILABLE" || word == "INTERNAL":
		return model.Overloaded
	case status == 0: // in a stream, by somebody else than Google
		return model.Overloaded
	}
	return model.Invalid
}

// details are what is looked at in the details of an error.
type details struct {
	reason     string        // of google.rpc.ErrorInfo
	retryDelay time.Duration // of google.rpc.RetryInfo
	perDay     bool          // a quota of google.rpc.QuotaFailure is used up for today
}

func detailsOf(all []map[string]any) (d details) {
	for _, detail := range all {
		if reason, ok := detail["reason"].(string); ok && d.reason == "" {
			d.reason = reason
		}
		if text, ok := detail["retryDelay"].(string); ok {
			if delay, err := time.ParseDuration(text); err == nil {
				d.retryDelay = max(d.retryDelay, delay)
			}
		}
		violations, _ := detail["violations"].([]any)
		for _, v := range violations {
			violation, _ := v.(map[string]any)
			quota, _ := violation["quotaId"].(string)
			d.perDay = d.perDay || strings.Contains(quota, "PerDay")
		}
	}
	return d
}

// untilReset is how long the quota of a day stays used up: Google counts days in Pacific time.
func untilReset(now time.Time) time.Duration {
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return 24 * time.Hour
	}
	now = now.In(pacific)
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, pacific).Sub(now)
}

// redactedError hides secrets in a text, and nothing of what errors.Is and As look for.
type redactedError struct {
	text  string
	cause error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.cause }

// redacted is an error of the connection, without the address, which may hold secrets.
func (p *Provider) redacted(err error) error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &redactedError{clip(p.redact(err.Error()), maxErrorText), err}
}

var secrets = regexp.MustCompile(`(?i)bearer\s+\S+|AIza[A-Za-z0-9_\-]{10,}|([?&]key=)[^&\s"]+`)

// redact takes keys out of a text: the provider's own, and whatever looks like one.
func (p *Provider) redact(text string) string {
	return secrets.ReplaceAllString(strings.ReplaceAll(text, p.o.Key, "[redacted]"), "$1[redacted]")
}

// clip keeps the beginning of a text, n bytes at most, without half a character at its end.
func clip(text string, n int) string {
	if len(text) <= n {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	return fmt.Sprintf("%s…", strings.ToValidUTF8(text[:n], ""))
}
