package socket

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
)

// piped serves one end of a pipe in a bubble of synctest and returns the other.
func piped(t *testing.T, h Host) (client net.Conn, over chan struct{}) {
	t.Helper()
	server, client := net.Pipe()
	ctx, end := context.WithCancelCause(t.Context())
	over = make(chan struct{})
	newSocket(server, nil, 1<<16, true).Serve(ctx, end, h, func() { close(over) })
	return client, over
}

// heardUntil collects what a client hears until its connection ends, with the second at which it came. answer is called
// with each text.
func heardUntil(client net.Conn, answer func(text string)) (heard []string) {
	begin := time.Now()
	for {
		f, err := ws.ReadFrame(client)
		at := fmt.Sprintf("%.0fs ", time.Since(begin).Seconds())
		if err != nil {
			return append(heard, at+"end")
		}
		if f.Header.OpCode == ws.OpClose {
			code, _ := ws.ParseCloseFrameData(f.Payload)
			heard = append(heard, at+fmt.Sprint(uint16(code)))
			continue
		}
		heard = append(heard, at+string(f.Payload))
		if answer != nil {
			answer(string(f.Payload))
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		sent   []byte
		answer string // to a ping
		want   string
	}{
		"no connection_init closes with 4408":      {nil, "", "5s 4408, 8s end"},
		"half a connection_init is none":           {frame(0x81, hello)[:9], "", "5s 4408, 8s end"},
		"half a frame is none":                     {frame(0x81, hello)[:1], "", "5s 4408, 8s end"},
		"a ping is no connection_init":             {frame(0x81, `{"type":"ping"}`), "", `0s {"type":"pong"}, 5s 4408, 8s end`},
		"who does not answer pings is closed":      {frame(0x81, hello), "", `0s ` + ack + `, 25s {"type":"ping"}, 33s 4499, 36s end`},
		"half a message is no answer":              {joined(frame(0x81, hello), frame(0x81, hello)[:9]), "", `0s ` + ack + `, 10s 4499, 13s end`},
		"a message that trickles is cut":           {joined(frame(0x81, hello), frame(0x01, "{")), "", `0s ` + ack + `, 10s 4499, 13s end`},
		"who answers pings stays":                  {frame(0x81, hello), `{"type":"pong"}`, `0s ` + ack + `, 25s {"type":"ping"}, 50s {"type":"ping"}, 75s {"type":"ping"}`},
		"anything else is a sign of life, as well": {frame(0x81, hello), `{"type":"complete","id":"1"}`, `0s ` + ack + `, 25s {"type":"ping"}, 50s {"type":"ping"}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, over := piped(t, &host{})
				time.AfterFunc(90*time.Second, func() { _ = client.Close() })
				go func() { _, _ = client.Write(row.sent) }()
				got := strings.Join(heardUntil(client, func(text string) {
					if text == `{"type":"ping"}` && row.answer != "" {
						go func() { _, _ = client.Write(frame(0x81, row.answer)) }()
					}
				}), ", ")
				if !strings.HasPrefix(got, row.want) || row.answer == "" && got != row.want {
					t.Errorf("heard %s, want %s", got, row.want)
				}
				_ = client.Close()
				<-over
			})
		})
	}
}

// stalled is a client that is let in, subscribes and then reads nothing.
func stalled(t *testing.T, address string, queries ...string) net.Conn {
	t.Helper()
	conn := raw(t, address, frame(0x81, hello))
	if f, err := ws.ReadFrame(conn); err != nil || string(f.Payload) != ack {
		t.Fatalf("heard %s, %v", f.Payload, err)
	}
	for _, q := range queries {
		if _, err := conn.Write(frame(0x81, subscribe(q, q))); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

func TestAStalledReaderIsGoneWithinTenSecondsAndKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		for name, kind := range map[string]struct {
			size  int
			pause time.Duration
		}{"much at once": {800, 0}, "little by little": {64 << 10, 100 * time.Millisecond}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := &host{}
				conn := stalled(t, serve(t, h, k), "slow")
				slow := h.operation(t, "slow")
				begin, longest := time.Now(), time.Duration(0)
				event := []byte(`"` + strings.Repeat("x", kind.size) + `"`)
				pong := frame(0x81, `{"type":"pong"}`)
				for slow.Next(event) { // until the socket has ended
					before := time.Now()
					slow.Next(event)
					longest = max(longest, time.Since(before))
					if _, err := conn.Write(pong); err != nil { // an evil one says all the while that it is there
						break
					}
					time.Sleep(kind.pause)
					slow.socket.mu.Lock()
					if held := slow.socket.out.size; held > backlog {
						t.Errorf("%d bytes are held", held)
					}
					slow.socket.mu.Unlock()
					if time.Since(begin) > 10*time.Second {
						t.Fatal("it is still there")
					}
				}
				for { // and the connection itself
					if _, err := conn.Write(pong); err != nil {
						break
					}
					if time.Sleep(50 * time.Millisecond); time.Since(begin) > 10*time.Second {
						t.Fatal("the connection is still open")
					}
				}
				if longest > time.Second {
					t.Errorf("a publisher waited %v", longest)
				}
			})
		}
	})
}

func TestASlowReaderIsToldSo(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		h := &host{}
		conn := stalled(t, serve(t, h, k), "slow")
		slow := h.operation(t, "slow")
		event := []byte(`"` + strings.Repeat("x", 8000) + `"`)
		for slow.Next(event) {
		}
		heard := told(t, conn)
		if n := len(heard); n < 2 || heard[n-2] != "4499" || heard[n-1] != "end" {
			t.Errorf("%d messages, the last are %.100q", n, heard[max(0, n-2):])
		}
		for _, m := range heard[:len(heard)-2] {
			if m != `{"id":"slow","type":"next","payload":`+string(event)+`}` {
				t.Fatalf("heard %.100s", m)
			}
		}
	})
}

func TestAStreamOfItsOwnWaitsForItsClient(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		conn := stalled(t, serve(t, &host{}, k), "flood")
		time.Sleep(2 * time.Second) // less than a client may stall
		read := 0
		for read < 8<<20 { // far more than buffers of the network hold
			f, err := ws.ReadFrame(conn)
			if err != nil || !strings.HasPrefix(string(f.Payload), `{"id":"flood","type":"next","payload":`) {
				t.Fatalf("after %d bytes: %.100s, %v", read, f.Payload, err)
			}
			read += len(f.Payload)
		}
	})
}

func TestLargeAnswersWaitForEachOther(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		const answers = 20
		var queries []string
		for i := range answers {
			queries = append(queries, fmt.Sprint(i))
		}
		conn := stalled(t, serve(t, &host{}, k))
		for _, id := range queries {
			if _, err := conn.Write(frame(0x81, subscribe(id, "large"))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		for done := 0; done < answers; {
			f, err := ws.ReadFrame(conn)
			if err != nil || f.Header.OpCode != ws.OpText {
				t.Fatalf("after %d: %v %.100s", done, err, f.Payload)
			}
			if strings.HasSuffix(string(f.Payload), `"complete"}`) {
				done++
			}
		}
	})
}

func TestASocketAtRestIsOneGoroutineOrNone(t *testing.T) {
	for k, most := range map[kind]int{reading: 1, watched: 0} {
		if k == watched && runtime.GOOS != "linux" {
			most = 1
		}
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			const sockets = 500
			h := &host{}
			address := serve(t, h, k)
			before := runtime.NumGoroutine()
			for i := range sockets {
				stalled(t, address, fmt.Sprint("q", i))
			}
			for i := range sockets {
				h.operation(t, fmt.Sprint("q", i))
			}
			want, deadline := before+sockets*most+20, time.Now().Add(5*time.Second)
			for runtime.NumGoroutine() > want && time.Now().Before(deadline) {
				time.Sleep(10 * time.Millisecond)
			}
			if n := runtime.NumGoroutine() - before; n > sockets*most+20 {
				t.Errorf("%d sockets have %d goroutines", sockets, n)
			}
		})
	}
}
