//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"parley/storage/storagetest"
)

const (
	goodReaders = 100
	badOfKind   = 5
	goneWithin  = 10 * time.Second
)

// TestBadClientsAreGoneAndMoveNobody has good readers follow a thread, and clients among them that stop to read, that stop to read and
// send pongs, and that never come to say who they are. They are gone within ten seconds and hold at most 1 MB each. In the soak, what they
// do to the times of the good ones is measured, in turns with and without them.
func TestBadClientsAreGoneAndMoveNobody(t *testing.T) {
	t.Parallel()
	p := newProcess(t, environment(t, storagetest.SQLite))
	agent := idIn(t, query(t, p.address, p.key, `mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`), "agt_")
	thread := idIn(t, query(t, p.address, p.key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "web"}) { thread { id } } }`, agent)), "thr_")
	a := &arena{t: t, p: p, thread: thread}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	for range goodReaders {
		conn := a.reader(ctx)
		running.Go(func() { a.read(ctx, conn) })
	}
	running.Go(func() { a.write(ctx) })
	if os.Getenv("PARLEY_SOAK") == "" {
		a.bad(ctx, time.Now())
		return
	}
	var ratios []float64
	for range 12 {
		without, with := a.phase(ctx, false), a.phase(ctx, true)
		ratios = append(ratios, float64(with)/float64(without))
		t.Logf("p99 of good readers: %v without bad ones, %v with them", without, with)
	}
	slices.Sort(ratios)
	t.Logf("with bad ones to without, in pairs: %.2f", ratios)
	if median := (ratios[5] + ratios[6]) / 2; median >= 1.1 {
		t.Errorf("bad clients move the p99 of good ones by the factor %.2f", median)
	}
}

// arena is a server with one thread that all follow.
type arena struct {
	t      *testing.T
	p      *process
	thread string

	mu   sync.Mutex
	took []time.Duration // of the phase
}

// write says when it is, in messages of some size, 20 times a second.
func (a *arena) write(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	c := newCaller("write", a.p.key, a.p.address)
	defer c.http.CloseIdleConnections()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		text := fmt.Sprintf("at=%d %s", time.Now().UnixNano(), strings.Repeat("x", 7900))
		if err := c.mutate(ctx, "sendOperatorMessage", map[string]any{"threadId": a.thread, "text": text}, "message { id }", &struct{}{}); err != nil && ctx.Err() == nil {
			a.t.Errorf("write: %v", err)
			return
		}
	}
}

func (a *arena) hello() string {
	text, _ := json.Marshal(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + a.p.key}})
	return string(text)
}

func (a *arena) document() map[string]any {
	return map[string]any{
		"query":     `subscription($t: ID!) { threadEvents(threadId: $t) { sequence ... on MessageCreated { message { text } } } }`,
		"variables": map[string]any{"t": a.thread},
	}
}

func (a *arena) subscribe() string {
	text, _ := json.Marshal(map[string]any{"type": "subscribe", "id": "1", "payload": a.document()})
	return string(text)
}

// reader opens a socket that subscribes.
func (a *arena) reader(ctx context.Context) *websocket.Conn {
	conn, _, err := websocket.Dial(ctx, a.p.address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, text := range []string{a.hello(), a.subscribe()} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			a.t.Fatal(err)
		}
		if text == a.hello() {
			if _, _, err := conn.Read(ctx); err != nil {
				a.t.Fatal(err)
			}
		}
	}
	return conn
}

// read takes note of how long each message took.
func (a *arena) read(ctx context.Context, conn *websocket.Conn) {
	defer func() { _ = conn.CloseNow() }()
	for {
		_, text, err := conn.Read(ctx)
		now := time.Now()
		if err != nil {
			if ctx.Err() == nil {
				a.t.Errorf("a good reader: %v", err)
			}
			return
		}
		if bytes.Equal(text, []byte(`{"type":"ping"}`)) {
			_ = conn.Write(ctx, websocket.MessageText, []byte(`{"type":"pong"}`))
		}
		if _, rest, found := bytes.Cut(text, []byte("at=")); found {
			digits, _, _ := bytes.Cut(rest, []byte(" "))
			at, _ := strconv.ParseInt(string(digits), 10, 64)
			a.mu.Lock()
			a.took = append(a.took, now.Sub(time.Unix(0, at)))
			a.mu.Unlock()
		}
	}
}

// phase lasts as long as bad clients may stay, with or without them, and returns the p99 of the good ones.
func (a *arena) phase(ctx context.Context, bad bool) time.Duration {
	a.t.Helper()
	a.mu.Lock()
	a.took = nil
	a.mu.Unlock()
	begin := time.Now()
	if bad {
		a.bad(ctx, begin)
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(begin.Add(goneWithin))):
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.Sort(a.took)
	if len(a.took) < goodReaders {
		a.t.Fatalf("%d messages were read", len(a.took))
	}
	return a.took[len(a.took)*99/100]
}

// bad opens bad clients and waits until all are gone.
func (a *arena) bad(ctx context.Context, begin time.Time) {
	a.t.Helper()
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	open := func() net.Conn {
		c := a.narrow(ctx)
		conns = append(conns, c)
		return c
	}
	stop := make(chan struct{})
	var evil, starting sync.WaitGroup
	defer evil.Wait()
	defer close(stop)
	for range badOfKind {
		a.stall(open())
		c := open()
		a.stall(c)
		evil.Go(func() { a.pong(c, stop) })
		body, _ := json.Marshal(a.document())
		_, _ = fmt.Fprintf(open(), "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			a.p.key, len(body), body)
		for _, text := range []string{"GET /graphql HTTP/1.1\r\nHost", upgrade, upgrade + "\x81"} { // never whole
			c := open()
			_, _ = io.WriteString(c, text)
			starting.Go(func() {
				_, _ = io.Copy(io.Discard, c) // until the server closes
				if took := time.Since(begin); took > goneWithin {
					a.t.Errorf("who began with %.30q stayed %v", text, took)
				}
			})
		}
	}
	most, stayed, seen := 0.0, begin, 0.0
	for time.Since(begin) < goneWithin {
		now := a.figures()
		if others := now[`connections{transport="websocket"}`] + now[`connections{transport="sse"}`] - goodReaders; others > 0 {
			stayed, seen = time.Now(), max(seen, others)
		} else if seen > 0 {
			break
		}
		most = max(most, now["backlog_bytes"])
		time.Sleep(50 * time.Millisecond)
	}
	now := a.figures()
	if left := now[`connections{transport="websocket"}`] + now[`connections{transport="sse"}`] - goodReaders; left != 0 || seen < 3*badOfKind {
		a.t.Errorf("after %v %v of %v bad clients are there", time.Since(begin), left, seen)
	}
	if most > 3*badOfKind<<20 {
		a.t.Errorf("%d clients held up to %.0f bytes", 3*badOfKind, most)
	}
	starting.Wait()
	a.t.Logf("the last of %v was gone after %v; all together held up to %.0f KB", seen, stayed.Sub(begin).Round(10*time.Millisecond), most/1024)
}

const upgrade = "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"

// narrow connects so that the network holds little of what is not read.
func (a *arena) narrow(ctx context.Context) net.Conn {
	a.t.Helper()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
		_ = c.Control(func(fd uintptr) {
			if err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096); err == nil {
				err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 536)
			}
		})
		return err
	}}
	conn, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(a.p.address, "http://"))
	if err != nil {
		a.t.Fatal(err)
	}
	return conn
}

// stall subscribes by a socket, and reads no more.
func (a *arena) stall(conn net.Conn) {
	a.t.Helper()
	_, _ = io.WriteString(conn, upgrade)
	for head, b := "", make([]byte, 1); !strings.HasSuffix(head, "\r\n\r\n"); head += string(b) {
		if _, err := io.ReadFull(conn, b); err != nil {
			a.t.Fatal(err)
		}
	}
	_ = wsutil.WriteClientText(conn, []byte(a.hello()))
	if _, err := ws.ReadFrame(conn); err != nil {
		a.t.Fatal(err)
	}
	_ = wsutil.WriteClientText(conn, []byte(a.subscribe()))
}

// pong says all the while that the client is there.
func (a *arena) pong(conn net.Conn, stop <-chan struct{}) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if wsutil.WriteClientText(conn, []byte(`{"type":"pong"}`)) != nil {
				return
			}
		}
	}
}

// figures are what the server's metrics say of live delivery.
func (a *arena) figures() map[string]float64 {
	a.t.Helper()
	all := map[string]float64{}
	for line := range strings.Lines(get(a.t, a.p.address+"/metrics")) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "parley_live_"), " "); ok && strings.HasPrefix(line, "parley_live_") {
			all[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	return all
}
