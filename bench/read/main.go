//go:build linux

// Read measures what a page of threads costs at Parley and at others, and what storing a message does: one process for the
// server, one for its clients, over the same rows of the same database, in one run. `make bench/read` builds what it needs.
//
//	bin/bench-read -postgres postgres://… -bin bin -node bench/read/node
//
// The ceiling is a bare handler that checks the key and sends what one statement returns, which builds the JSON itself.
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
	postgres string // where the databases are made
	bin      string // folder of bin/parley
	node     string // folder of the servers in Node
	only     string
	phases   string
	clients  int
	rounds   int
	turn     time.Duration
	threads  int
	keep     string
}

func main() {
	var o options
	serve := flag.String("serve", "", "be this server: ceiling")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("TEST_POSTGRES_URL"), "a Postgres in which databases may be made")
	flag.StringVar(&o.bin, "bin", "bin", "folder of the built server")
	flag.StringVar(&o.node, "node", "bench/read/node", "folder of the servers in Node")
	flag.StringVar(&o.only, "only", "", "names of servers, with commas between them")
	flag.StringVar(&o.phases, "phases", "postgres,sqlite,write", "what is measured")
	flag.IntVar(&o.clients, "clients", 16, "connections of clients")
	flag.IntVar(&o.rounds, "rounds", 3, "turns of each server")
	flag.DurationVar(&o.turn, "turn", 4*time.Second, "how long a turn lasts")
	flag.IntVar(&o.threads, "threads", 20000, "threads in the database")
	flag.StringVar(&o.keep, "keep", "", "folder in which the database of SQLite is made, and kept; empty: a new one")
	flag.Parse()
	if *serve != "" {
		if err := serveCeiling(os.Getenv("DATABASE_URL")); err != nil {
			fmt.Fprintln(os.Stderr, "ceiling:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench-read:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.postgres == "" && strings.Contains(o.phases, "postgres") {
		return fmt.Errorf("no Postgres: run it by scripts/postgres, or give -postgres")
	}
	for _, phase := range strings.Split(o.phases, ",") {
		began := time.Now()
		var err error
		switch phase {
		case "postgres", "sqlite":
			err = measureReads(ctx, o, phase)
		case "write":
			err = measureWrites(ctx, o)
		default:
			err = fmt.Errorf("there is no phase %q", phase)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", phase, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", phase, time.Since(began).Seconds())
	}
	return nil
}
