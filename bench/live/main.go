//go:build linux

// Live measures what live delivery costs at Parley and at others, in one run: the server on one core, and this program, which
// is all of its clients, on another. `make bench/live` builds what it needs and runs it.
//
//	taskset -c 1 bin/bench-live -core 0 -bin bin -node bench/live/node
//
// Every event is checked at every socket: that it is there, in order, and byte for byte what the others got.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are how much is measured. The defaults take about four minutes.
type options struct {
	core    int
	bin     string // folder of the built servers
	node    string // folder of the servers in Node
	only    string
	sockets int           // subscribers of the main part; as many are added for the last figure
	rounds  int           // events that are delivered one by one
	paced   time.Duration // of two events a second
	stream  time.Duration // of the parts with many events a second
	phases  string
	keep    time.Duration // how long a server is left running behind the main part, to look at it
}

func main() {
	var o options
	flag.IntVar(&o.core, "core", 0, "core of the servers; run this program on another one")
	flag.StringVar(&o.bin, "bin", "bin", "folder of the servers that are built")
	flag.StringVar(&o.node, "node", "bench/live/node", "folder of the servers in Node")
	flag.StringVar(&o.only, "only", "", "names of servers, with commas between them")
	flag.IntVar(&o.sockets, "sockets", 5000, "subscribers")
	flag.IntVar(&o.rounds, "rounds", 16, "events that are delivered one by one")
	flag.DurationVar(&o.paced, "paced", 8*time.Second, "how long two events a second are published")
	flag.DurationVar(&o.stream, "stream", 3*time.Second, "how long many events or tokens a second are published")
	flag.StringVar(&o.phases, "phases", "main,events,tokens", "what is measured")
	flag.DurationVar(&o.keep, "keep", 0, "how long a server is left running behind the main part")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench-live:", err)
		os.Exit(1)
	}
}

// run measures one server after the other, and prints a table of all. A server that fails has its failure in the table.
func run(ctx context.Context, o options) error {
	if err := describe(o); err != nil {
		return err
	}
	var r report
	for _, s := range servers(o) {
		if o.only != "" && !strings.Contains(","+o.only+",", ","+s.name+",") {
			continue
		}
		r.begin(s)
		for _, phase := range strings.Split(o.phases, ",") {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			began := time.Now()
			if err := s.measure(ctx, o, phase, &r); err != nil {
				r.fail(phase, err)
				fmt.Fprintf(os.Stderr, "%s, %s: %v\n", s.name, phase, err)
			}
			fmt.Fprintf(os.Stderr, "%s, %s: %.1f s\n", s.name, phase, time.Since(began).Seconds())
		}
	}
	r.print(os.Stdout)
	return nil
}
