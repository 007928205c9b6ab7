package delivery

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"parley/ent/attempt"
	"parley/ent/ms"
	"parley/outbound"
	"parley/trace"
)

// parcel is all that one POST needs.
type parcel struct {
	url     string
	eventID string // the webhook-id
	attempt int
	body    []byte
	signing signing
	test    bool
}

// errUnsent is returned by send when ctx ended before any byte of the request had left.
var errUnsent = errors.New("stopped before anything was sent")

// send makes one signed POST and judges it. It never retries. It returns errUnsent, or an Outcome.
func (s *Service) send(ctx context.Context, p parcel) (Outcome, error) {
	start := s.o.Now()
	if ctx.Err() != nil {
		return Outcome{}, errUnsent
	}
	o := Outcome{Result: attempt.OutcomeBLOCKED, Error: "its signing secret cannot be read on this server"}
	if p.signing.err == nil && len(p.signing.secrets) > 0 {
		res, err := s.client.Do(ctx, outbound.Request{
			Method: http.MethodPost, URL: p.url, Header: s.header(ctx, p, start), Body: p.body, Timeout: s.o.Timeout, MaxBody: maxRead,
		})
		var failure *outbound.Error
		if errors.As(err, &failure) && failure.Kind == outbound.KindCancelled && !failure.Sent {
			return Outcome{}, errUnsent
		}
		o = s.readOutcome(res, err)
	} else {
		s.o.Logger.ErrorContext(ctx, "a webhook cannot be signed", "error", p.signing.err)
	}
	o.StartedAt, o.Body = ms.Of(start), p.body
	return o, nil
}

// header signs afresh: receivers refuse an old time stamp as a replay.
func (s *Service) header(ctx context.Context, p parcel, now time.Time) http.Header {
	h := outbound.Sign(p.eventID, now, p.body, p.signing.secrets...)
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Parley-Webhooks/"+s.o.Version)
	trace.Inject(ctx, h)
	h.Set("Webhook-Attempt", strconv.Itoa(p.attempt))
	if p.test {
		h.Set("Webhook-Test", "true")
	}
	return h
}
