// Package remote is what providers share that ask a service over the network: what its errors mean, secrets kept out of
// texts, and the pairing of calls with their results. What a vendor says in a form of its own stays with its provider.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"parley/dialogue/model"
)

const (
	// MaxErrorText is how many bytes of an error are told.
	MaxErrorText = 300
	// ErrorBodyWithin is how long the body of a refusal may take.
	ErrorBodyWithin = 5 * time.Second
	// MaxRetryAfter is the longest wait that a service is believed.
	MaxRetryAfter = 7 * 24 * time.Hour
)

// Cut is the error of an answer that broke off.
func Cut(err error) *model.Error { return &model.Error{Kind: model.KindCut, Err: err} }

// Ended is the error of a request whose context has ended.
func Ended(ctx context.Context) *model.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &model.Error{Kind: model.Timeout, Err: ctx.Err()}
	}
	return Cut(ctx.Err())
}

// Unreached is the error of a request that got no answer. The key is taken out of its text.
func Unreached(ctx context.Context, err error, key string) *model.Error {
	return failed(ctx, err, key, model.Overloaded)
}

// Broken is the error of an answer that cannot be read to its end. The key is taken out of its text.
func Broken(ctx context.Context, err error, key string) *model.Error {
	return failed(ctx, err, key, model.KindCut)
}

func failed(ctx context.Context, err error, key string, kind model.Kind) *model.Error {
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return Ended(ctx)
	case errors.As(err, &timeout) && timeout.Timeout():
		kind = model.Timeout
	}
	return &model.Error{Kind: kind, Err: Redacted(err, key)}
}

// redactedError hides secrets in a text, and nothing of what errors.Is and As look for.
type redactedError struct {
	text  string
	cause error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.cause }

// Redacted is an error whose text is safe to tell: short, without keys, and without an address, which may hold secrets.
// errors.Is and As see the cause.
func Redacted(err error, key string) error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &redactedError{Clip(Redact(err.Error(), key), MaxErrorText), err}
}

// Hidden is an error that tells the text alone, because its cause would repeat what was asked. errors.Is and As see the cause.
func Hidden(text string, cause error) error { return &redactedError{text, cause} }

var secrets = regexp.MustCompile(`(?i)bearer\s+\S+|\b(?:sk|pk|rk|gsk|xai)[-_][a-z0-9_\-*.]{6,}|AIza[a-z0-9_\-]{10,}|([?&]key=)[^&\s"]+`)

// Redact takes keys out of a text: the given one unless it is empty, and whatever looks like one.
func Redact(text, key string) string {
	if key != "" {
		text = strings.ReplaceAll(text, key, "[redacted]")
	}
	return secrets.ReplaceAllString(text, "$1[redacted]")
}

// Clip keeps the beginning of a text, n bytes at most and a mark that it goes on, without half a character at its end.
func Clip(text string, n int) string {
	if len(text) <= n {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	return fmt.Sprintf("%s…", strings.ToValidUTF8(text[:n], ""))
}
