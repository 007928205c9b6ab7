//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"parley/bench/process"
)

// request is one whole request as it goes over a connection.
type request []byte

func newRequest(address, path, key string, body []byte) request {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, address, key, len(body), body)
}

// client is one connection, which asks again when it has been answered.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func newClient(address string) (*client, error) {
	conn, err := net.Dial("tcp", address) //nolint:noctx // it ends with the program
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// do sends a request and returns the body of the answer, which is good until the next one.
func (c *client) do(r request) ([]byte, error) {
	if _, err := c.conn.Write(r); err != nil {
		return nil, err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200"))
	length, chunked := -1, false
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return nil, err
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		}
	}
	if err := c.readBody(length, chunked); err != nil {
		return nil, err
	}
	if !ok || bytes.Contains(c.body[:min(len(c.body), 200)], []byte(`"errors"`)) {
		return nil, fmt.Errorf("%.40s: %.300s", status, c.body)
	}
	return c.body, nil
}

func (c *client) readBody(length int, chunked bool) error {
	c.body = c.body[:0]
	if !chunked {
		if length < 0 {
			return errors.New("an answer without its length")
		}
		c.body = slices.Grow(c.body, length)[:length]
		_, err := io.ReadFull(c.in, c.body)
		return err
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return err
		}
		at := len(c.body)
		c.body = slices.Grow(c.body, int(n)+2)[:at+int(n)+2]
		if _, err := io.ReadFull(c.in, c.body[at:]); err != nil {
			return err
		}
		c.body = c.body[:at+int(n)]
		if n == 0 {
			return nil
		}
	}
}

// figures are of one turn.
type figures struct {
	answers int
	took    time.Duration
	cpu     time.Duration // of the server
	waits   []time.Duration
}

func (f *figures) add(more figures) {
	f.answers, f.took, f.cpu, f.waits = f.answers+more.answers, f.took+more.took, f.cpu+more.cpu, append(f.waits, more.waits...)
}

func (f figures) rate() float64 { return float64(f.answers) / f.took.Seconds() }

func (f figures) cost() float64 { return float64(f.cpu.Microseconds()) / float64(max(f.answers, 1)) }

func (f figures) wait(share float64) float64 {
	if len(f.waits) == 0 {
		return 0
	}
	slices.Sort(f.waits)
	return float64(f.waits[int(share*float64(len(f.waits)-1))].Microseconds()) / 1000
}

// load has n clients ask a server for a while; next gives each its next request.
func load(p *process.Server, n int, turn time.Duration, next func(client, i int) request, check func([]byte) error) (figures, error) {
	clients := make([]*client, n)
	for i := range clients {
		c, err := newClient(p.Address)
		if err != nil {
			return figures{}, err
		}
		defer func() { _ = c.conn.Close() }()
		clients[i] = c
	}
	before, err := p.CPU()
	if err != nil {
		return figures{}, err
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	var f figures
	var failed error
	begin := time.Now()
	for i, c := range clients {
		group.Go(func() {
			var waits []time.Duration
			var err error
			for n := 0; err == nil && time.Since(begin) < turn; n++ {
				asked := time.Now()
				var answer []byte
				if answer, err = c.do(next(i, n)); err == nil {
					waits = append(waits, time.Since(asked))
					err = check(answer)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			f.waits, failed = append(f.waits, waits...), errors.Join(failed, err)
		})
	}
	group.Wait()
	f.took, f.answers = time.Since(begin), len(f.waits)
	after, err := p.CPU()
	f.cpu = after - before
	return f, errors.Join(failed, err)
}
