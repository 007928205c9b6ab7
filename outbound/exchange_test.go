package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"testing"
	"time"
)

func pipe(t *testing.T) (*countedConn, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	return &countedConn{Conn: near}, far
}

// A kept connection that dies before a byte was written may be replaced; after
// the first byte, however small, it may not.
func TestExchangeSecondConnection(t *testing.T) {
	t.Parallel()
	for _, wrote := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		x := &exchange{cancel: cancel}
		first, far := pipe(t)
		first.written.Store(1000) // by earlier requests
		x.assigned(httptrace.GotConnInfo{Conn: first, Reused: true})
		if wrote {
			go first.Write([]byte("G"))
			far.Read(make([]byte, 1))
		}
		second, _ := pipe(t)
		x.assigned(httptrace.GotConnInfo{Conn: second})
		err := second.SetDeadline(time.Time{})
		if x.replayed != wrote || (ctx.Err() != nil) != wrote || errors.Is(err, io.ErrClosedPipe) != wrote {
			t.Errorf("wrote %t: replayed %t, context %v, second connection %v", wrote, x.replayed, ctx.Err(), err)
		}
		if x.sent() != wrote {
			t.Errorf("wrote %t: sent %t", wrote, x.sent())
		}
		cancel()
	}
}

func TestCountedConnCountsWritesUnderWay(t *testing.T) {
	t.Parallel()
	conn, far := pipe(t)
	done := make(chan struct{})
	go func() { defer close(done); conn.Write([]byte("abc")) }()
	far.Read(make([]byte, 1))
	if conn.written.Load() == 0 {
		t.Error("a write under way does not count")
	}
	far.Read(make([]byte, 2))
	<-done
	if n := conn.written.Load(); n != 3 {
		t.Errorf("counted %d", n)
	}
	conn.Close()
	if conn.Write([]byte("x")); conn.written.Load() != 3 {
		t.Error("a write that failed counts")
	}
}

// net/http lets go of an HTTP/2 request whose context ends without waiting for
// the goroutine that writes it, so nobody knows whether it left.
func TestFailureHTTP2EndedIsInDoubt(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		ctx  context.Context
		want bool
	}{{ended, true}, {context.Background(), false}} {
		x := &exchange{connected: true, http2: true}
		if e := x.failure(tt.ctx, tt.ctx, io.EOF, nil); e.Sent != tt.want {
			t.Errorf("context %v: sent %t", tt.ctx.Err(), e.Sent)
		}
	}
}
