package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
)

// subprotocol is the only one that is spoken. The older `graphql-ws` tells clients the text of errors and has no codes.
const subprotocol = "graphql-transport-ws"

// Codes that a WebSocket closes with. After 4403, 1012 and 1013 clients connect again by themselves; after 4401 and 1000
// they would not, so neither is sent.
const (
	closeForbidden  = 4403
	closeBadRequest = 4400
	closeStopping   = websocket.StatusServiceRestart
	closeTryAgain   = websocket.StatusTryAgainLater
)

const (
	initTimeout  = 5 * time.Second
	pingInterval = 25 * time.Second
	// writeTimeout is how long a client may not read before its socket is cut.
	writeTimeout = 10 * time.Second
)

// isSocket says whether a request asks for a WebSocket.
func isSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// checkHandshake refuses a handshake that gqlgen would serve in another protocol than ours.
func checkHandshake(r *http.Request) error {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		if slices.ContainsFunc(strings.Split(header, ","), func(s string) bool { return strings.TrimSpace(s) == subprotocol }) {
			return nil
		}
	}
	return statusError{http.StatusBadRequest, "offer the WebSocket subprotocol `graphql-transport-ws`"}
}

// sockets is gqlgen's WebSocket transport on connections of ours, which end for a reason and say it.
type sockets struct {
	*front
	origins []string // host patterns of pages that may connect, besides the server's own
}

var _ graphql.Transport = sockets{}

// Supports implements graphql.Transport.
func (t sockets) Supports(r *http.Request) bool { return isSocket(r) }

// Do implements graphql.Transport. It returns when the closing handshake is over.
func (t sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx, c := newConnection(r.Context())
	defer c.close(errAnswered)
	if !t.streams.add(c) {
		t.refuse(w, r, errStopping)
		return
	}
	defer t.streams.remove(c)
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}, OriginPatterns: t.origins})
	if err != nil {
		return // Accept has answered
	}
	told := context.WithoutCancel(ctx)
	s := &socket{conn: conn, connection: c, closed: make(chan struct{}), why: func(reason error) public { return t.tell(told, reason) }}
	context.AfterFunc(ctx, s.closeForReason)
	transport.Websocket{
		InitTimeout: initTimeout, InitFunc: t.initSocket, PingPongInterval: pingInterval, Implementation: accepted{s},
	}.Do(w, r.WithContext(ctx), exec)
	c.end(errBadMessage) // or the client has gone, and nobody hears it
	<-s.closed
	_ = s.SetReadDeadline(time.Time{}) // it returns nil
}

// socket is the connection below gqlgen's transport. Once it has ended for a reason nothing is written but the close
// frame: a `complete` would tell the client that its stream is over.
type socket struct {
	*connection
	conn *websocket.Conn
	why  func(reason error) public

	closing sync.Once
	closed  chan struct{} // closed when the closing handshake is over

	mu     sync.Mutex // protects silent
	silent *time.Timer
}

var (
	_ transport.WebsocketConn           = (*socket)(nil)
	_ transport.WebsocketReadLimiter    = (*socket)(nil)
	_ transport.WebsocketReadDeadliner  = (*socket)(nil)
	_ transport.WebsocketImplementation = accepted{}
)

// NextReader implements transport.WebsocketConn.
func (s *socket) NextReader() (int, io.Reader, error) {
	kind, data, err := s.conn.Read(context.Background()) // a context that ends would cut it without a close frame
	return int(kind), bytes.NewReader(data), err
}

// WriteJSON implements transport.WebsocketConn.
func (s *socket) WriteJSON(v any) error {
	data, err := json.Marshal(v)
	if err != nil || s.reason() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, data)
}

// WriteClose implements transport.WebsocketConn. It does not wait: the transport holds a lock. Where the connection has
// ended for a reason, the code of the reason counts.
func (s *socket) WriteClose(code int, text string) error {
	if code != transport.WebsocketCloseNormalClosure && s.reason() == nil {
		s.shut(func() (websocket.StatusCode, string) { return websocket.StatusCode(code), text })
	}
	s.end(errBadMessage) // what the transport's normal closure means when nobody has ended the connection
	s.closeForReason()
	return nil
}

// closeForReason closes with the code that belongs to the reason.
func (s *socket) closeForReason() {
	s.shut(func() (websocket.StatusCode, string) {
		p := s.why(s.reason())
		switch p.code {
		case CodeUnauthenticated:
			return closeForbidden, p.text
		case CodeBadRequest:
			return closeBadRequest, p.text
		case CodeUnavailable:
			return closeStopping, p.text
		}
		return closeTryAgain, p.text // a fault or a time-out: a page must come back by itself when it is over
	})
}

// shut begins the closing handshake, once.
func (s *socket) shut(how func() (websocket.StatusCode, string)) {
	s.closing.Do(func() {
		code, text := how()
		go func() {
			defer close(s.closed)
			_ = s.conn.Close(code, text) // the client may be gone
		}()
	})
}

// Close implements io.Closer. The connection itself is closed by the handshake, or with it.
func (s *socket) Close() error { return nil }

// Subprotocol implements transport.WebsocketConn.
func (s *socket) Subprotocol() string { return s.conn.Subprotocol() }

// SetReadLimit implements transport.WebsocketReadLimiter.
func (s *socket) SetReadLimit(limit int64) { s.conn.SetReadLimit(limit) }

// SetReadDeadline implements transport.WebsocketReadDeadliner: it cuts a client that no longer answers pings.
func (s *socket) SetReadDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent != nil {
		s.silent.Stop()
		s.silent = nil
	}
	if !at.IsZero() {
		s.silent = time.AfterFunc(time.Until(at), func() { _ = s.conn.CloseNow() })
	}
	return nil
}

// accepted hands a connection that was accepted already to gqlgen's transport.
type accepted struct{ *socket }

// Accept implements transport.WebsocketImplementation.
func (a accepted) Accept(http.ResponseWriter, *http.Request, transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	return a.socket, nil
}
