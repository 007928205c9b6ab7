//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"parley/bench/process"
)

// server is one of those that are compared.
type server struct {
	name     string
	settings string // the best ones that are known, for the reader
	kind     kind
	command  []string
	env      []string
	windowed []string // env that has it join what comes within a window; nil: it always does
	own      bool     // whether it joins in its connections, as against the publisher's doing so
}

type kind int

const (
	isParley kind = iota
	isGraphQL
	isCentrifuge
)

// What is joined in the parts with many events a second: events within eventWindow, tokens within tokenWindow, at all servers.
const (
	eventWindow = "20ms"
	tokenWindow = "75ms"
)

func servers(o options) []*server {
	node := func(name string) []string {
		return []string{"node", "--expose-gc", "--max-old-space-size=4096", filepath.Join(o.node, name)}
	}
	goServer := []string{"GOMAXPROCS=1", "GOGC=400"}
	publisherJoins := []string{"WINDOW=" + eventWindow}
	return []*server{
		{name: "parley", kind: isParley, command: []string{filepath.Join(o.bin, "bench-parley")}, env: []string{"GOMAXPROCS=1"}, own: true,
			settings: "as shipped; GOMAXPROCS=1; SQLite, every message stored with synchronous=FULL; events of the window are stored by 10 in a transaction"},
		{name: "centrifuge", kind: isCentrifuge, command: []string{filepath.Join(o.bin, "bench-centrifuge")}, env: goServer, own: true,
			windowed: []string{"WRITE_DELAY=" + eventWindow},
			settings: "v0.38.0, memory broker, JSON; GOMAXPROCS=1 GOGC=400; write buffer pool, read buffer 1 KB, replies without queue, queues of 1, no history, no compression; with a window write_delay, frames without limit"},
		{name: "gqlgen", kind: isGraphQL, command: []string{filepath.Join(o.bin, "bench-gqlgen")}, env: goServer, windowed: publisherJoins,
			settings: "v0.17.95, its own WebSocket transport; GOMAXPROCS=1 GOGC=400; no extensions, no pings, cache of documents; with a window the publisher joins events into lists"},
		{name: "mercurius", kind: isGraphQL, command: node("mercurius.js"), windowed: publisherJoins,
			settings: "16.10.1 on fastify, graphql-js 16, jit 1, no logger; with a window the publisher joins events into lists"},
		{name: "yoga", kind: isGraphQL, command: node("yoga.js"), windowed: publisherJoins,
			settings: "5.24.1 with graphql-ws 6.4.2 on ws, NODE_ENV=production, caches on, no compression, no logging; with a window the publisher joins events into lists"},
	}
}

// live is a server that runs, with what it takes to publish and to subscribe.
type live struct {
	*process.Server
	s *server
	// one is how an event is published that is measured by itself, and many how those are of which there are many.
	one, many way
	control   string // address that is asked to collect garbage
	// events and pieces are how clients subscribe to either.
	events, pieces dialect
	// stream has tokens written as a text, and returns when they all were.
	stream func(t *tokens, perSecond int) error
	tidy   func()
}

// collect has the server collect its garbage, so that memory is told of that is in use.
func (l *live) collect() error {
	p, err := newPublisher(l.control, "")
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.post("/gc", "{}")
	return err
}

// begin starts the server; windowed has it join events.
func (s *server) begin(ctx context.Context, o options, windowed string) (*live, error) {
	if s.kind == isParley {
		return s.beginParley(ctx, o)
	}
	env := append([]string{"NODE_ENV=production"}, s.env...)
	if windowed != "" {
		for _, v := range s.windowed {
			name, _, _ := strings.Cut(v, "=")
			env = append(env, name+"="+windowed)
		}
	}
	p, err := o.start(ctx, env, func(line string) string {
		address, ok := strings.CutPrefix(line, "listening on ")
		if !ok {
			return ""
		}
		return address
	}, s.command...)
	if err != nil {
		return nil, err
	}
	l := &live{Server: p, s: s, control: p.Address, tidy: func() {}}
	l.one = way{p.Address, "", "/publish", 1, func(texts []string) string { return fmt.Sprintf(`{"text":%q}`, texts[0]) }}
	l.events = centrifuge()
	if s.kind == isGraphQL {
		l.one.path = "/graphql"
		l.one.body = func(texts []string) string {
			return text(map[string]any{"query": `mutation($text: String!) { sendMessage(text: $text) { id } }`, "variables": map[string]any{"text": texts[0]}})
		}
		field := "threadEvents"
		if windowed != "" {
			field = "windows"
		}
		l.events = graphQL("", "subscription { "+field+" "+eventDocument+" }", nil)
	}
	l.pieces, l.many = l.events, l.one
	l.stream = func(t *tokens, perSecond int) error { return streamInto(l.Address, t, perSecond) }
	return l, nil
}

// describe says on what it is measured, and that the pinning holds.
func describe(o options) error {
	own, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, list, _ := strings.Cut(string(own), "Cpus_allowed_list:")
	list, _, _ = strings.Cut(strings.TrimSpace(list), "\n")
	if list == fmt.Sprint(o.core) || strings.ContainsAny(list, ",-") {
		return fmt.Errorf("pin this program to one core that is not %d, by taskset; it may run on %s", o.core, list)
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("servers on core %d, clients on core %s; Linux %s; load before: %s\n", o.core, list, strings.TrimSpace(string(kernel)), strings.Join(strings.Fields(string(load))[:3], " "))
	return nil
}

// start runs a server on its core.
func (o options) start(ctx context.Context, environment []string, address func(line string) string, command ...string) (*process.Server, error) {
	return process.Start(ctx, environment, address, append([]string{"taskset", "-c", strconv.Itoa(o.core)}, command...)...)
}
