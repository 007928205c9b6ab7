package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// Kind says at which point a call failed. The values are stable and may be stored.
type Kind string

// The kinds of failure. Whether the request may have left is not for the kind to
// say but for [Error.Sent].
const (
	KindRequest   Kind = "bad_request"      // the Request itself cannot be sent: method or header
	KindRefused   Kind = "refused"          // by the guard: the URL's form or the address behind it
	KindDNS       Kind = "dns"              // the name was not resolved
	KindConnect   Kind = "connect"          // no connection, or none within the dial limit
	KindTLS       Kind = "tls"              // handshake failed or certificate not trusted
	KindTimeout   Kind = "timeout"          // Request.Timeout, the caller's deadline, or no answer within the header limit
	KindClosed    Kind = "closed"           // the receiver reset or closed the connection too early
	KindInvalid   Kind = "invalid_response" // the receiver's bytes are not HTTP
	KindCancelled Kind = "cancelled"        // the caller's context was cancelled
)

// Error is the only type of error that [Client.Do] returns.
type Error struct {
	Kind Kind

	// Sent says whether any byte of the request may have reached the receiver.
	// False is certain; true includes every case of doubt.
	Sent bool

	// RemoteAddr is the address last tried, empty if it came to none.
	RemoteAddr string

	Phases Phases

	// Response is what had arrived when the answer broke off, nil if that was
	// before the end of its header.
	Response *Response

	Err error // the cause, for the log; never nil
}

// Error repeats neither URL nor headers, which may hold secrets.
func (e *Error) Error() string { return string(e.Kind) + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// errReplay ends an exchange that net/http was about to send a second time.
var errReplay = errors.New("connection lost before an answer")

// failure describes err, which ended the exchange. parent is the caller's
// context, ctx the exchange's own, which ends with it or earlier.
func (x *exchange) failure(parent, ctx context.Context, err error, res *Response) *Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := &Error{Sent: x.sent(), RemoteAddr: x.remote, Phases: x.phases(), Response: res, Err: err}
	refused, isRefused := errors.AsType[*RefusedError](err)
	switch {
	case isRefused:
		e.Kind, e.RemoteAddr, e.Err = KindRefused, refused.Addr.String(), refused
	case x.replayed:
		e.Kind, e.Err = KindClosed, errReplay
	case errors.Is(parent.Err(), context.Canceled):
		e.Kind, e.Err = KindCancelled, context.Cause(parent)
	case ctx.Err() != nil:
		e.Kind, e.Err = KindTimeout, context.DeadlineExceeded
	case !x.connected:
		e.Kind = x.dialKind(err)
	case isTimeout(err):
		e.Kind = KindTimeout
	// net/http reports a syntax error only once it has seen a byte.
	case x.firstByte.IsZero() || isClosed(err):
		e.Kind = KindClosed
	default:
		e.Kind = KindInvalid
	}
	// An HTTP/2 request whose context ends may still be on its way out.
	if x.http2 && ctx.Err() != nil {
		e.Sent = true
	}
	return e
}

func (x *exchange) dialKind(err error) Kind {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return KindDNS
	}
	switch {
	case x.tlsFailed:
		return KindTLS
	case !x.connectStart.IsZero():
		return KindConnect
	case !x.dnsStart.IsZero():
		return KindDNS
	}
	return KindRequest
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

func isClosed(err error) bool {
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, io.ErrClosedPipe,
		syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
