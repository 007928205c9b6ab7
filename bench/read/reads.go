//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"parley/bench/process"
)

// page is what is asked for: the newest 20 threads with their agent, their tags and their last 3 messages.
const page = `query Page($first: Int!) { threads(first: $first) { edges { node { id status channel messageCount lastActivityAt agent { id name } tags { name } messages(last: 3) { edges { node { id author text createdAt } } } } } } }`

// pageOfTables is the same in the names that PostGraphile gives the tables.
const pageOfTables = `query Page($first: Int!, $w: String!) { allThreads(first: $first, orderBy: [LAST_ACTIVITY_AT_DESC, ROW_ID_DESC], condition: {workspaceId: $w}) { edges { node { rowId status channel messageCount lastActivityAt agentByAgentId { rowId name } threadTagsByThreadId(orderBy: [NAME_ASC]) { nodes { name } } messagesByThreadId(last: 3, orderBy: [SEQUENCE_ASC]) { edges { node { rowId author text createdAt } } } } } } }`

// server is one that is measured.
type server struct {
	name    string
	command []string
	env     []string
	body    func(d *database) []byte
	sqlite  bool // whether it can use that
	all     figures
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps
	}
	return b
}

func ask(*database) []byte {
	return text(map[string]any{"query": page, "variables": map[string]any{"first": 20}})
}

func servers(o options) []*server {
	// Node 22, of npm: PostGraphile wants it, and SQLite is in it.
	node := filepath.Join(o.node, "node_modules/.bin/node")
	of := func(name string) []string { return []string{node, "--no-warnings", filepath.Join(o.node, name)} }
	self, _ := os.Executable()
	return []*server{
		{name: "ceiling", command: []string{self, "-serve", "ceiling"}, body: ask, sqlite: true},
		{name: "parley", command: []string{filepath.Join(o.bin, "parley")}, body: ask, sqlite: true},
		{name: "mercurius", command: of("mercurius.js"), body: ask, sqlite: true},
		{name: "yoga", command: of("yoga.js"), body: ask, sqlite: true},
		{name: "postgraphile", command: of("postgraphile.js"), body: func(d *database) []byte {
			return text(map[string]any{"query": pageOfTables, "variables": map[string]any{"first": 20, "w": d.workspace}})
		}},
	}
}

func (o options) wants(s *server) bool {
	return o.only == "" || bytes.Contains([]byte(","+o.only+","), []byte(","+s.name+","))
}

// measureReads measures the page at each server, in turns, while a writer changes rows on the page.
func measureReads(ctx context.Context, o options, kind string) error {
	d, err := makeDatabase(ctx, o, kind)
	if err != nil {
		return err
	}
	defer d.tidy()
	defer func() { _ = d.db.Close() }()
	var all []*server
	running := map[*server]*process.Server{}
	for _, s := range servers(o) {
		if !o.wants(s) || !d.postgres && !s.sqlite {
			continue
		}
		p, err := process.Start(ctx, append(d.environment(), s.env...), servesOn, s.command...)
		if err != nil {
			return err
		}
		defer p.Stop(gently)
		if err := sameAnswer(p, s, d); err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", s.name, err)
			continue
		}
		all, running[s] = append(all, s), p
	}
	stop := d.writeBeside(ctx, o.threads)
	defer stop()
	for round := range o.rounds + 1 {
		for _, s := range all {
			turn := o.turn
			if round == 0 {
				turn = min(turn, 2*time.Second) // what is compiled and prepared at first
			}
			r := newRequest(running[s].Address, "/graphql", keyOf(0), s.body(d))
			f, err := load(running[s], o.clients, turn, func(int, int) request { return r }, isWhole)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if round > 0 {
				s.all.add(f)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	report(os.Stdout, fmt.Sprintf("A page of 20 threads with agent, tags and last 3 messages, %s, %d connections", kind, o.clients), all)
	return nil
}

// isWhole checks that an answer has the whole page.
func isWhole(answer []byte) error {
	if n := bytes.Count(answer, []byte(`"author"`)); n != 60 {
		return fmt.Errorf("an answer with %d messages: %.200s", n, answer)
	}
	return nil
}

// sameAnswer checks that a server's first answer says what the ceiling's does, for those that have the same names.
func sameAnswer(p *process.Server, s *server, d *database) error {
	c, err := newClient(p.Address)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	answer, err := c.do(newRequest(p.Address, "/graphql", keyOf(0), s.body(d)))
	if err != nil {
		return err
	}
	if err := isWhole(answer); err != nil || s.name == "postgraphile" {
		return err
	}
	var got any
	if err := json.Unmarshal(answer, &got); err != nil {
		return err
	}
	if d.answer == nil {
		d.answer = text(got)
	}
	if again := text(got); !bytes.Equal(d.answer, again) {
		return fmt.Errorf("it answers\n%.600s\nand the first one answered\n%.600s", again, d.answer)
	}
	return nil
}

// writeBeside changes a thread of the page 20 times a second, as a message does, until stop is called.
func (d *database) writeBeside(ctx context.Context, threads int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			id := fmt.Sprintf("thr_01%024d", threads-i%20)
			_, err := d.db.ExecContext(ctx, "UPDATE threads SET message_count = message_count + 1, last_activity_at = $1 WHERE id = $2", 1_800_000_000_000+int64(i), id)
			if err != nil && ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, "the writer:", err)
			}
		}
	})
	return func() {
		cancel()
		group.Wait()
	}
}
