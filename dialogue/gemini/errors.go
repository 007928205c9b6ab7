package gemini

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

const maxErrorBody = 32 << 10 // bytes that are read of an error

// failed translates an error of the client. What it says of a request or of an answer that it cannot read is not told: it
// would repeat them.
func (p *Provider) failed(ctx context.Context, x *exchange, err error) *model.Error {
	var refusal genai.APIError
	switch {
	case ctx.Err() != nil:
		return remote.Ended(ctx)
	case errors.As(err, &refusal):
		return p.refused(x, refusal)
	case errors.Is(x.failure, errPage):
		return &model.Error{Kind: model.Overloaded, Status: x.status, Err: errPage}
	case x.failure != nil && x.status == 0:
		return remote.Unreached(ctx, x.failure, p.o.Key.Reveal())
	case x.failure != nil:
		return remote.Broken(ctx, x.failure, p.o.Key.Reveal())
	case x.status == 0:
		return &model.Error{Kind: model.Invalid, Err: remote.Hidden("the request cannot be made", err)}
	}
	return remote.Cut(errUnreadable)
}

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
	what := remote.Clip(remote.Redact(e.Message, p.o.Key.Reveal()), remote.MaxErrorText)
	switch {
	case 300 <= status && status < 400:
		what = "the server redirects, and redirects are not followed"
	case strings.HasPrefix(strings.TrimSpace(e.Message), "<"):
		what = "the server answered with a page for people (HTML)"
	}
	d := detailsOf(e.Details)
	failure := &model.Error{Kind: kindOf(status, e.Status, d.reason), Status: status,
		Err: errors.New(cmp.Or(what, remote.Clip(remote.Redact(e.Status, p.o.Key.Reveal()), remote.MaxErrorText), "the server gave no reason"))}
	switch failure.Kind {
	case model.Quota, model.Overloaded, model.Timeout:
		failure.RetryAfter = min(max(x.retryAfter, d.retryDelay), remote.MaxRetryAfter)
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
