package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"parley/ent/viewer"
	"parley/graph"
	"parley/storage"
	"parley/storage/storagetest"
)

const (
	// benchClients in the environment of the test binary makes it so many clients, so that their time is not the server's.
	benchClients  = "PARLEY_GRAPH_BENCH_CLIENTS"
	benchSockets  = 1000
	benchMessages = 10 // of one round
)

// BenchmarkDelivery tells the server's processor time for each delivery of a message to 1,000 identical subscriptions, executed
// once for all and each by itself.
func BenchmarkDelivery(b *testing.B) {
	for _, unshared := range []bool{false, true} {
		b.Run(fmt.Sprintf("shared=%v", !unshared), func(b *testing.B) {
			db := storagetest.OpenWith(b, storagetest.SQLite(b), storage.Options{})
			a := newAPI(b, db, func(o *graph.Options) { o.Unshared = unshared })
			threadID := a.thread(a.agent("A"))
			subscribe, _ := json.Marshal(map[string]any{"type": "subscribe", "id": "3b241101-e2bb-4255-8caf-4136c566a962", "payload": map[string]any{
				"query":     `subscription($t: ID!) { threadEvents(threadId: $t) { id type threadId sequence cursor createdAt ... on MessageCreated { message { id text author authorName createdAt } } } }`,
				"variables": map[string]any{"t": threadID},
			}})
			command := exec.CommandContext(b.Context(), os.Args[0])
			command.Env = append(os.Environ(), benchClients+"="+strings.Join([]string{strings.TrimPrefix(a.url, "http://"), a.keys[viewer.App], string(subscribe)}, "\n"))
			command.Stderr = os.Stderr
			stdin, _ := command.StdinPipe()
			stdout, _ := command.StdoutPipe()
			if err := command.Start(); err != nil {
				b.Fatal(err)
			}
			defer func() { _ = stdin.Close(); _ = command.Wait() }()
			said := bufio.NewScanner(stdout)
			if !said.Scan() || said.Text() != "ready" {
				b.Fatal("the clients are not ready: ", said.Text())
			}
			for !unshared && a.handler.Sharing().Members < benchSockets {
				a.say(threadID, strings.Repeat("x", 400))
				said.Scan() // one round of one message a socket; see beClients
			}
			before := processorTime()
			deliveries := 0
			for b.Loop() {
				for range benchMessages {
					a.say(threadID, strings.Repeat("x", 400))
				}
				for range benchMessages {
					if !said.Scan() {
						b.Fatal("the clients have gone")
					}
				}
				deliveries += benchMessages * benchSockets
			}
			b.ReportMetric(float64(processorTime()-before)/float64(deliveries), "cpu-µs/delivery")
		})
	}
}

func processorTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano()/1000 + u.Stime.Nano()/1000
}

// beClients opens sockets, which subscribe in turn to what it is told, says "ready" when all have subscribed, and then a line
// for each message that 1,000 have got.
func beClients(setting string) error {
	parts := strings.Split(setting, "\n")
	initial, _ := json.Marshal(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + parts[1]}})
	var got atomic.Int64
	var reading sync.WaitGroup
	out := make(chan struct{}, 1<<16)
	go func() {
		for range out {
			fmt.Println("round")
		}
	}()
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}}
	sockets := benchSockets
	_, _ = fmt.Sscan(os.Getenv(benchClients+"_NUMBER"), &sockets) // if it is given
	for i := range sockets {
		subscribe := parts[2+i%(len(parts)-2)]
		conn, early, _, err := dialer.Dial(context.Background(), "ws://"+parts[0])
		if err != nil {
			return err
		}
		if early != nil {
			return io.ErrUnexpectedEOF
		}
		for _, text := range []string{string(initial), subscribe, `{"type":"ping"}`} {
			if err := wsutil.WriteClientText(conn, []byte(text)); err != nil {
				return err
			}
			if text == subscribe {
				continue
			}
			if _, err := wsutil.ReadServerText(conn); err != nil { // connection_ack, and the pong
				return err
			}
		}
		reading.Go(func() { count(conn, &got, out) })
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

func count(conn net.Conn, got *atomic.Int64, out chan<- struct{}) {
	r := bufio.NewReader(conn)
	var text bytes.Buffer
	for {
		header, err := ws.ReadHeader(r)
		if err != nil {
			return
		}
		text.Reset()
		if _, err := io.CopyN(&text, r, header.Length); err != nil {
			return
		}
		if bytes.Contains(text.Bytes(), []byte(`"type":"next"`)) && got.Add(1)%benchSockets == 0 {
			out <- struct{}{}
		}
	}
}
