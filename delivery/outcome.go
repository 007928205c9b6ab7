package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/ent/attempt"
	"parley/ent/ms"
	"parley/outbound"
)

// Outcome is what came of one POST.
type Outcome struct {
	Result        attempt.Outcome
	Status        int    // 0 when no answer came
	Error         string // what went wrong, for the integrator; empty for a success
	Answer        string // up to 4 KiB of the answer's body
	RemoteAddress string
	StartedAt     ms.Time
	Phases        outbound.Phases
	Body          []byte // what was sent

	pause   time.Duration // how long the receiver asked to be left alone
	disable bool          // it wants no deliveries any more
	abort   bool          // it does not want this delivery to be tried again
}

const (
	maxRead     = 16 << 10 // bytes of an answer that are read
	maxAnswer   = 4 << 10  // bytes of an answer that are kept
	maxLocation = 200
	maxPause    = 10 * time.Minute
)

// gone says that the receiver wants no deliveries any more.
func (o Outcome) gone() bool { return o.Status == http.StatusGone || o.disable }

// why says what the receiver did to be gone.
func (o Outcome) why() string {
	if o.disable {
		return "the receiver answered " + answerHeader + ": " + answerDisable
	}
	return "the receiver answered 410 Gone"
}

// By this header of its answer, whatever the status, a receiver says what it wants. Several words are separated by commas.
const (
	answerHeader  = "webhook-delivery"
	answerDisable = "disable"
	answerAbort   = "abort-message"
)

// readWishes takes note of what the receiver says by header.
func (o *Outcome) readWishes(h http.Header) {
	for word := range strings.SplitSeq(strings.Join(h.Values(answerHeader), ","), ",") {
		switch strings.ToLower(strings.TrimSpace(word)) {
		case answerDisable:
			o.disable = true
		case answerAbort:
			o.abort = true
		}
	}
}

// readOutcome judges an exchange. A status decides by itself, even when the rest of the answer broke off: the receiver
// has the event, and sending it again would be for nothing.
func (s *Service) readOutcome(res *outbound.Response, err error) Outcome {
	var failure *outbound.Error
	if errors.As(err, &failure) {
		o := Outcome{Phases: failure.Phases, RemoteAddress: failure.RemoteAddr}
		if failure.Response == nil {
			o.Result, o.Error = s.describe(failure)
			if o.Result == attempt.OutcomeBLOCKED {
				o.RemoteAddress = "" // what a name means inside our network is not for the integrator
			}
			return o
		}
		res = failure.Response
		o = s.readAnswer(res)
		o.Phases, o.RemoteAddress = failure.Phases, failure.RemoteAddr
		return o
	}
	return s.readAnswer(res)
}

func (s *Service) readAnswer(res *outbound.Response) Outcome {
	o := Outcome{
		Result: attempt.OutcomeREFUSED, Status: res.Status, Answer: clean(string(res.Body), maxAnswer),
		RemoteAddress: res.RemoteAddr, Phases: res.Phases,
	}
	o.readWishes(res.Header)
	switch {
	case res.Status >= 200 && res.Status < 300:
		o.Result = attempt.OutcomeSUCCEEDED
		return o
	case res.Status >= 300 && res.Status < 400:
		o.Error = fmt.Sprintf("answered %d with a redirect to %q, which is not followed", res.Status, clean(res.Header.Get("Location"), maxLocation))
	default:
		o.Error = strings.TrimSpace(fmt.Sprintf("answered %d %s", res.Status, http.StatusText(res.Status)))
	}
	if res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable {
		if wait, ok := outbound.RetryAfter(res.Header, s.o.Now()); ok {
			o.pause = min(wait, maxPause)
		}
	}
	return o
}

// describe puts a failure without an answer into words that say nothing about our own network.
func (s *Service) describe(e *outbound.Error) (attempt.Outcome, string) {
	switch e.Kind {
	case outbound.KindRefused:
		var refused *outbound.RefusedError
		if errors.As(e.Err, &refused) {
			return attempt.OutcomeBLOCKED, refused.Reason
		}
		return attempt.OutcomeBLOCKED, e.Err.Error() // a URLError, which is meant for the integrator
	case outbound.KindRequest:
		return attempt.OutcomeBLOCKED, "the request cannot be sent"
	case outbound.KindTimeout:
		return attempt.OutcomeTIMED_OUT, fmt.Sprintf("no answer within %s", e.Phases.Total.Round(100*time.Millisecond))
	case outbound.KindDNS:
		return attempt.OutcomeUNREACHABLE, "the host name could not be resolved"
	case outbound.KindConnect:
		return attempt.OutcomeUNREACHABLE, "no connection could be made"
	case outbound.KindTLS:
		return attempt.OutcomeUNREACHABLE, "TLS failed: " + clean(e.Err.Error(), maxLocation)
	case outbound.KindInvalid:
		return attempt.OutcomeUNREACHABLE, "what came back is not HTTP"
	case outbound.KindCancelled:
		return attempt.OutcomeLOST, "the server stopped before an answer came"
	}
	return attempt.OutcomeUNREACHABLE, "the connection was closed before an answer came"
}

// clean cuts text to a number of bytes and makes it what every database can hold: UTF-8 without NUL.
func clean(text string, most int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
