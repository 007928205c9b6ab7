package socket

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what RFC 6455 asks for, and no secret
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Subprotocol is the only one that is spoken. The older `graphql-ws` tells clients the text of errors and has no codes.
const Subprotocol = "graphql-transport-ws"

// acceptGUID is what RFC 6455 joins to a client's key.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// handshakeTimeout bounds writing the answer to a handshake, which fits into any connection's buffers.
const handshakeTimeout = 5 * time.Second

// ErrOrigin refuses a page of an origin that is not allowed.
var ErrOrigin = errors.New("pages of this origin may not connect")

// HandshakeError refuses a request that is no handshake of RFC 6455.
type HandshakeError struct {
	Status int
	Text   string
}

// Error implements error.
func (e *HandshakeError) Error() string { return e.Text }

// Options are how sockets are accepted.
type Options struct {
	// Origins are those whose pages may connect, besides the origin that a request itself goes to.
	Origins []string
	// MaxMessage is how many bytes a message of a client may have; a longer one closes with 1009.
	MaxMessage int
	// Poller watches connections at rest; nil means a goroutine for each.
	Poller *Poller
	// Held counts the bytes that wait for clients that read slowly; it may be nil.
	Held *atomic.Int64
}

// Is says whether a request asks for a WebSocket.
func Is(r *http.Request) bool {
	return r.Method == http.MethodGet && has(r.Header, "Upgrade", "websocket")
}

// Accept answers a handshake and takes the connection over: the handler should return, so that its buffers and its stack
// are free. Until then nothing was written; the error is [ErrOrigin] or a *[HandshakeError] and the caller's to answer,
// or what the network said. A handshake that does not offer our subprotocol is accepted, since only a close code tells
// the client why it cannot go on; Serve closes it with 4406.
func Accept(w http.ResponseWriter, r *http.Request, o Options) (*Socket, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	if !o.Allows(r) {
		return nil, ErrOrigin
	}
	conn, buffers, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("take the connection over: %w", err)
	}
	speaks := slices.Contains(tokens(r.Header, "Sec-Websocket-Protocol"), Subprotocol)
	sum := sha1.Sum([]byte(r.Header.Get("Sec-Websocket-Key") + acceptGUID)) //nolint:gosec // as above
	header := w.Header().Clone()
	header.Set("Upgrade", "websocket")
	header.Set("Connection", "Upgrade")
	header.Set("Sec-WebSocket-Accept", base64.StdEncoding.EncodeToString(sum[:]))
	if speaks {
		header.Set("Sec-WebSocket-Protocol", Subprotocol)
	}
	var answer bytes.Buffer
	answer.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	_ = header.Write(&answer) // to memory: it cannot fail
	answer.WriteString("\r\n")
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout))
	if _, err := conn.Write(answer.Bytes()); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = conn.SetDeadline(time.Time{}) // it fails when the client has gone, and reading says so
	early, _ := buffers.Reader.Peek(buffers.Reader.Buffered())
	s := newSocket(conn, bytes.Clone(early), o.MaxMessage, speaks)
	s.poller, s.out.held = o.Poller, o.Held
	return s, nil
}

func check(r *http.Request) error {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-Websocket-Key"))
	switch {
	case !Is(r) || !r.ProtoAtLeast(1, 1) || r.ProtoMajor != 1 || !has(r.Header, "Connection", "upgrade"):
		return &HandshakeError{http.StatusBadRequest, "this is no WebSocket handshake of HTTP/1.1"}
	case r.Header.Get("Sec-Websocket-Version") != "13":
		return &HandshakeError{http.StatusUpgradeRequired, "the WebSocket version must be 13"}
	case err != nil || len(key) != 16:
		return &HandshakeError{http.StatusBadRequest, "`Sec-WebSocket-Key` must be 16 bytes in base64"}
	}
	return nil
}

// has says whether a header that is a list has a token, in any case.
func has(h http.Header, name, token string) bool {
	return slices.ContainsFunc(tokens(h, name), func(t string) bool { return strings.EqualFold(t, token) })
}

// tokens are the items of a header that is a list.
func tokens(h http.Header, name string) (items []string) {
	for _, line := range h.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return items
}

// Allows says whether the page that connects may. Programs send no origin; they have no cookies of somebody else either.
func (o Options) Allows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Host, r.Host) || slices.ContainsFunc(o.Origins, func(allowed string) bool {
		a, err := url.Parse(allowed)
		return err == nil && a.Host != "" && strings.EqualFold(a.Host, u.Host) && strings.EqualFold(a.Scheme, u.Scheme)
	})
}
