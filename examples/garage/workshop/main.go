// Command workshop is the garage's own program: a diary of appointments and of the courtesy cars, kept in a file. It
// knows nothing of Parley; the agent reaches it through three HTTP functions.
//
//	go run ./examples/garage/workshop --addr 127.0.0.1:9002 --file diary.jsonl
//	curl '127.0.0.1:9002/appointments?service=oil+change&date=tomorrow'
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	file := flag.String("file", "diary.jsonl", "file that bookings are appended to, one JSON object a line")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *file); err != nil {
		fmt.Fprintln(os.Stderr, "workshop:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. Its first line of output is the address, for whoever started it.
func run(ctx context.Context, addr, file string) (err error) {
	diary, err := OpenDiary(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, diary.Close()) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())

	server := &http.Server{Handler: NewHandler(diary, time.Now), ReadHeaderTimeout: 5 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
