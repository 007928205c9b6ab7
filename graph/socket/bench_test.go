package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"
)

// benchServer in the environment of the test binary makes it a server of sockets, so that client and server are two
// processes and the server's memory and time are its own.
const benchServer = "PARLEY_SOCKET_BENCH_SERVER"

// serveBench serves until its standard input ends. /figures tells KB of resident memory and microseconds of processor
// time; /publish sends an event of 800 bytes to all live operations.
func serveBench() {
	h, options := &benchHost{}, Options{MaxMessage: 64 << 10}
	if os.Getenv(benchServer) == "poll" {
		options.Poller = &Poller{}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/figures", func(w http.ResponseWriter, _ *http.Request) {
		runtime.GC()
		debug.FreeOSMemory()
		status, _ := os.ReadFile("/proc/self/status")
		_, rest, _ := strings.Cut(string(status), "VmRSS:")
		kb := 0
		_, _ = fmt.Sscan(rest, &kb)
		_, _ = fmt.Fprintln(w, kb, processorTime())
	})
	mux.HandleFunc("/publish", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		event := []byte(`{"data":"` + strings.Repeat("x", 780) + `"}`)
		before, n := processorTime(), 0
		for _, o := range h.live {
			if o.Next(event) {
				n++
			}
		}
		_, _ = fmt.Fprintln(w, n, processorTime()-before)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s, err := Accept(w, r, options)
		if err != nil {
			return
		}
		ctx, end := context.WithCancelCause(context.Background())
		s.Serve(ctx, end, h, func() {})
	})
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go func() { _ = http.Serve(listener, mux) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// benchHost keeps all operations.
type benchHost struct {
	host
	mu   sync.Mutex
	live []*Operation
}

// Run implements Host.
func (h *benchHost) Run(_ context.Context, o *Operation, _ *graphql.RawParams) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.live = append(h.live, o)
}

func processorTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano()/1000 + u.Stime.Nano()/1000
}

// BenchmarkSockets opens sockets, each with one operation whose answers others write, and publishes b.N events to all of
// them. It reports the resident memory of a socket at rest, and the server's processor time for each delivery.
func BenchmarkSockets(b *testing.B) {
	for name, sockets := range map[string]int{"goroutines": 5000, "poll": 5000} {
		b.Run(name, func(b *testing.B) {
			command := exec.CommandContext(b.Context(), os.Args[0])
			command.Env = append(os.Environ(), benchServer+"="+name)
			stdin, _ := command.StdinPipe()
			stdout, _ := command.StdoutPipe()
			if err := command.Start(); err != nil {
				b.Fatal(err)
			}
			defer func() { _ = stdin.Close(); _ = command.Wait() }()
			address, _ := bufio.NewReader(stdout).ReadString('\n')
			address = strings.TrimSpace(address)
			ask := func(path string) (x, y int64) {
				res, err := http.Get("http://" + address + path)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = fmt.Fscan(res.Body, &x, &y)
				_ = res.Body.Close()
				return x, y
			}
			before, _ := ask("/figures")
			var reading sync.WaitGroup
			for i := range sockets {
				conn := benchClient(b, address, i)
				defer conn.Close()
				reading.Go(func() { _, _ = io.Copy(io.Discard, conn) })
			}
			defer reading.Wait()
			_, _ = ask("/figures")
			after, _ := ask("/figures")
			var delivered, spent int64
			for b.Loop() {
				n, took := ask("/publish")
				delivered, spent = delivered+n, spent+took
			}
			b.ReportMetric(float64(after-before)/float64(sockets), "KB/socket")
			b.ReportMetric(float64(spent)/float64(max(delivered, 1)), "cpu-µs/delivery")
			if delivered != int64(sockets)*int64(b.N) {
				b.Errorf("%d deliveries of %d events", delivered, b.N)
			}
			_ = stdin.Close()
			time.Sleep(10 * time.Millisecond)
		})
	}
}

func benchClient(b *testing.B, address string, i int) net.Conn {
	b.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
	for b1, head := make([]byte, 1), ""; !strings.HasSuffix(head, "\r\n\r\n"); head += string(b1) {
		if _, err := io.ReadFull(conn, b1); err != nil {
			b.Fatal(err)
		}
	}
	_, _ = conn.Write(frame(0x81, hello))
	if _, err := ws.ReadFrame(conn); err != nil {
		b.Fatal(err)
	}
	_, _ = conn.Write(joined(frame(0x81, subscribe(fmt.Sprintf("3b241101-e2bb-4255-8caf-%012d", i), "q")), frame(0x81, `{"type":"ping"}`)))
	if _, err := ws.ReadFrame(conn); err != nil { // the pong: the operation is live
		b.Fatal(err)
	}
	return conn
}
