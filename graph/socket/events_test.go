package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// serveEvents starts a server of event streams; run is what they run.
func serveEvents(t *testing.T, k kind, run func(ctx context.Context, e *Events)) (address string) {
	t.Helper()
	var running sync.WaitGroup
	base, stop := context.WithCancelCause(context.Background())
	var options Options
	if k == watched {
		options.Poller = &Poller{}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := AcceptEvents(w, r, options)
		if err != nil {
			t.Error(err)
			return
		}
		if k == wrapped {
			e.conn, e.out.try = hidden{e.conn}, tryer{}
		}
		ctx, end := context.WithCancelCause(base)
		running.Add(1)
		e.Serve(ctx, end, func(ctx context.Context) { run(ctx, e) }, func(error) []byte { return AppendEvent(nil, "", []byte(`"the end"`)) }, running.Done)
	}))
	t.Cleanup(func() {
		stop(errNo)
		server.Close()
		running.Wait()
	})
	return server.URL
}

func TestEventsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		address := serveEvents(t, k, func(ctx context.Context, e *Events) {
			e.Next("1", []byte(`{"data":1}`))
			e.Next("", []byte("{\n\"data\":\r\n\"a\\n\"}"))
			if e.Ready(ctx) {
				e.Complete()
				e.Complete()
				e.Next("2", []byte(`{}`))
			}
		})
		const want = ":\n\nevent: next\nid: 1\ndata: {\"data\":1}\n\nevent: next\ndata: { \"data\":  \"a\\n\"}\n\nevent: complete\ndata:\n\n"
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(text) != want || err != nil || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Errorf("%q, %v, %v", text, err, res.Header)
		}
		conn := dialEvents(t, address, "1.0") // has no chunks
		old, err := io.ReadAll(conn)
		if _, body, _ := strings.Cut(string(old), "\r\n\r\n"); body != want || err != nil || !strings.HasPrefix(string(old), "HTTP/1.0 200 OK") {
			t.Errorf("HTTP/1.0: %q, %v", old, err)
		}
	})
}

// dialEvents asks for a stream by hand.
func dialEvents(t *testing.T, address, version string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := fmt.Fprintf(conn, "GET / HTTP/%s\r\nHost: x\r\n\r\n", version); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestEventsThatEndForAReasonSayIt(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		address := serveEvents(t, k, func(_ context.Context, e *Events) { e.end(errNo) })
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(text) != ":\n\nevent: next\ndata: \"the end\"\n\n" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
	})
}

func TestEventsAreNeverSilentForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		ctx, end := context.WithCancelCause(t.Context())
		over := make(chan struct{})
		e := newEvents(server, false)
		e.Serve(ctx, end, func(ctx context.Context) {
			time.Sleep(20 * time.Second)
			e.Next("", []byte("1"))
			<-ctx.Done()
		}, func(error) []byte { return nil }, func() { close(over) })
		begin := time.Now()
		time.AfterFunc(60*time.Second, func() { _ = client.Close() })
		var heard []string
		for lines := bufio.NewScanner(client); lines.Scan(); {
			if line := lines.Text(); line == ":" || strings.HasPrefix(line, "data") {
				heard = append(heard, fmt.Sprintf("%.0fs %s", time.Since(begin).Seconds(), line))
			}
		}
		if got := strings.Join(heard, ", "); got != "15s :, 20s data: 1, 35s :, 50s :" {
			t.Errorf("heard %s", got)
		}
		<-over
	})
}

func TestAStalledReaderOfEventsIsGoneWithinTenSeconds(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		for name, run := range map[string]func(ctx context.Context, e *Events){
			"a stream of its own": func(ctx context.Context, e *Events) {
				for e.Ready(ctx) {
					e.Next("", []byte(strings.Repeat("x", 8000)))
				}
			},
			"a shared one": func(ctx context.Context, e *Events) {
				for longest := time.Duration(0); ctx.Err() == nil; time.Sleep(time.Millisecond) {
					before := time.Now()
					e.Next("", []byte(strings.Repeat("x", 8000)))
					if longest = max(longest, time.Since(before)); longest > time.Second {
						t.Errorf("a publisher waited %v", longest)
						return
					}
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ended := make(chan time.Duration, 1)
				conn := dialEvents(t, serveEvents(t, k, func(ctx context.Context, e *Events) {
					begin := time.Now()
					run(ctx, e)
					ended <- time.Since(begin)
				}), "1.1")
				if took := <-ended; took > 10*time.Second {
					t.Errorf("it stayed %v", took)
				}
				time.Sleep(closeTimeout + time.Second)
				if text, _ := io.ReadAll(conn); strings.HasSuffix(string(text), "0\r\n\r\n") {
					t.Error("the answer ended as if it were whole")
				}
			})
		}
	})
}

func TestAClientOfEventsThatGoesEndsThem(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		ended := make(chan struct{})
		conn := dialEvents(t, serveEvents(t, k, func(ctx context.Context, _ *Events) {
			<-ctx.Done()
			close(ended)
		}), "1.1")
		_, _ = conn.Write([]byte("what nobody reads")) // it rests again behind it
		time.Sleep(20 * time.Millisecond)
		_ = conn.Close()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Error("the stream goes on")
		}
	})
}

func TestEventsAtRestAreOneGoroutineOrNone(t *testing.T) {
	for k, most := range map[kind]int{reading: 1, watched: 0} {
		if k == watched && runtime.GOOS != "linux" {
			most = 1
		}
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			const streams = 300
			var begun sync.WaitGroup
			begun.Add(streams)
			address := serveEvents(t, k, func(context.Context, *Events) { begun.Done() }) // others write to it
			before := runtime.NumGoroutine()
			for range streams {
				dialEvents(t, address, "1.1")
			}
			begun.Wait()
			want, deadline := before+streams*most+20, time.Now().Add(5*time.Second)
			for runtime.NumGoroutine() > want && time.Now().Before(deadline) {
				time.Sleep(10 * time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > want {
				t.Errorf("%d streams have %d goroutines", streams, n-before)
			}
		})
	}
}
