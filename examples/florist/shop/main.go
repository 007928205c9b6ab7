// Command shop is the florist's own program: it knows where and when flowers can be delivered, and keeps the orders in a
// file. It knows nothing of Parley; the agent reaches it through two HTTP functions.
//
//	go run ./examples/florist/shop --addr 127.0.0.1:9001 --file orders.jsonl
//	curl '127.0.0.1:9001/slots?postcode=BS6+5QA&date=saturday'
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
	file := flag.String("file", "orders.jsonl", "file that orders are appended to, one JSON object a line")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *file); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. Its first line of output is the address, for whoever started it.
func run(ctx context.Context, addr, file string) (err error) {
	book, err := OpenBook(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())

	server := &http.Server{Handler: NewHandler(book, time.Now), ReadHeaderTimeout: 5 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
