package outbound

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// Phases says where the time of one exchange went. A phase that was not needed,
// as on a kept connection, is zero; one that was cut short lasts until the cut.
type Phases struct {
	DNS       time.Duration // resolving the name
	Connect   time.Duration // opening the socket, all addresses tried
	TLS       time.Duration // handshake
	FirstByte time.Duration // from having the connection to the first byte of the answer
	Total     time.Duration // the whole exchange, the body included
}

// exchange watches one request through net/http's trace hooks. It knows how far
// the request came, and it keeps net/http from sending it twice.
type exchange struct {
	cancel context.CancelFunc
	start  time.Time

	mu sync.Mutex // protects all below; a dial may outlive the exchange it began for

	dnsStart, dnsDone         time.Time
	connectStart, connectDone time.Time
	connectOK                 bool
	tlsStart, tlsDone         time.Time
	tlsFailed                 bool
	gotConn, firstByte        time.Time

	remote    string
	connected bool // a connection was assigned to the request
	http2     bool
	fields    bool         // header fields were encoded for that connection
	conn      *countedConn // HTTP/1 only: one request at a time
	written   int64        // conn's count when it was assigned
	replayed  bool         // a second sending was prevented
}

func (x *exchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { x.mark(&x.dnsStart) },
		DNSDone:  func(httptrace.DNSDoneInfo) { x.mark(&x.dnsDone) },
		ConnectStart: func(_, addr string) {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.connectStart.IsZero() {
				x.connectStart = time.Now()
			}
			if !x.connected {
				x.remote = addr
			}
		},
		ConnectDone: func(_, addr string, err error) {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.connectOK {
				return // a slower address, given up
			}
			x.connectDone, x.connectOK = time.Now(), err == nil
		},
		TLSHandshakeStart: func() { x.mark(&x.tlsStart) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			x.mark(&x.tlsDone)
			x.mu.Lock()
			defer x.mu.Unlock()
			x.tlsFailed = err != nil
		},
		GotConn: x.assigned,
		WroteHeaderField: func(string, []string) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.fields = true
		},
		GotFirstResponseByte: func() { x.mark(&x.firstByte) },
	}
}

func (x *exchange) mark(t *time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	*t = time.Now()
}

// assigned runs each time net/http picks a connection for the request, before it
// writes. The second time means that the first connection broke and net/http
// deems the request safe to repeat: bodiless GETs, anything with an
// Idempotency-Key, HTTP/2 streams the receiver refused. It is let through only
// if nothing was written to the first one. Otherwise cancelling ends an HTTP/2
// request before it is encoded; HTTP/1 does not look again, so the connection,
// which is this request's alone, is closed as well.
func (x *exchange) assigned(info httptrace.GotConnInfo) {
	x.mu.Lock()
	defer x.mu.Unlock()
	conn, isHTTP2 := unwrap(info.Conn)
	if x.connected && (x.replayed || x.sent()) {
		x.replayed = true
		x.cancel()
		if !isHTTP2 {
			info.Conn.Close()
		}
		return
	}
	if info.Reused { // a dial begun meanwhile is not what this request waited for
		x.dnsStart, x.connectStart, x.tlsStart = time.Time{}, time.Time{}, time.Time{}
	}
	x.connected, x.fields, x.gotConn = true, false, time.Now()
	x.remote = info.Conn.RemoteAddr().String()
	x.http2, x.conn = isHTTP2, conn
	if conn != nil {
		x.written = conn.written.Load()
	}
}

// sent reports whether bytes of the request may be out. mu must be held.
func (x *exchange) sent() bool {
	switch {
	case !x.connected:
		return false
	case x.http2:
		return x.fields // other requests share the connection: no use in counting
	case x.conn == nil:
		return true
	}
	// A TLS farewell counts as written too: doubt, so true.
	return x.conn.written.Load() != x.written
}

// phases returns the durations up to now. mu must be held.
func (x *exchange) phases() Phases {
	now := time.Now()
	span := func(from, to time.Time) time.Duration {
		switch {
		case from.IsZero():
			return 0
		case to.Before(from):
			return now.Sub(from)
		}
		return to.Sub(from)
	}
	return Phases{
		DNS:       span(x.dnsStart, x.dnsDone),
		Connect:   span(x.connectStart, x.connectDone),
		TLS:       span(x.tlsStart, x.tlsDone),
		FirstByte: span(x.gotConn, x.firstByte),
		Total:     now.Sub(x.start),
	}
}

// unwrap finds the counting connection below TLS and says whether HTTP/2 is
// spoken on it.
func unwrap(c net.Conn) (conn *countedConn, isHTTP2 bool) {
	if t, ok := c.(*tls.Conn); ok {
		isHTTP2 = t.ConnectionState().NegotiatedProtocol == "h2"
		c = t.NetConn()
	}
	conn, _ = c.(*countedConn)
	return conn, isHTTP2
}

// countedConn counts the bytes handed to the system. A write under way counts
// before it is done.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.written.Add(1)
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n) - 1)
	return n, err
}
