//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// publisher sends requests over one connection, one after the other, from a thread of its own that waits in the kernel: what it
// measures is not how long this program's clients take.
type publisher struct {
	fd     int
	reader *bufio.Reader
	host   string
	header string
}

// file reads from a descriptor that blocks.
type file int

// Read implements io.Reader.
func (f file) Read(b []byte) (int, error) {
	n, err := syscall.Read(int(f), b)
	for errors.Is(err, syscall.EINTR) { // the runtime's own signals end a wait with a limit
		n, err = syscall.Read(int(f), b)
	}
	if n == 0 && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

// newPublisher connects; key may be empty. The connection waits for an answer for at most half a minute.
func newPublisher(address, key string) (*publisher, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &publisher{fd: fd, reader: bufio.NewReaderSize(file(fd), 64<<10), host: address}
	if key != "" {
		p.header = "Authorization: Bearer " + key + "\r\n"
	}
	err = errors.Join(
		syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 30}),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}))
	if err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	return p, nil
}

// post sends a request and waits for its answer.
func (p *publisher) post(path, body string) ([]byte, error) {
	request := "POST " + path + " HTTP/1.1\r\nHost: " + p.host + "\r\nContent-Type: application/json\r\nAccept: application/json\r\n" + p.header +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	if _, err := syscall.Write(p.fd, []byte(request)); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(p.reader, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode >= 300 || bytes.Contains(text, []byte(`"errors"`))) {
		err = fmt.Errorf("%s was answered with %d: %.300s", path, answer.StatusCode, text)
	}
	return text, err
}

func (p *publisher) close() { _ = syscall.Close(p.fd) }

// posts publishes events over some connections.
type posts struct {
	way
	all    []*publisher
	events *events
}

// way is how events are published: some of them by each request.
type way struct {
	address, key, path string
	each               int
	body               func(texts []string) string
}

func newPosts(w way, connections int, e *events) (*posts, error) {
	p := &posts{way: w, events: e}
	for range connections {
		one, err := newPublisher(w.address, w.key)
		if err != nil {
			return nil, errors.Join(err, p.close())
		}
		p.all = append(p.all, one)
	}
	return p, nil
}

func (p *posts) close() error {
	for _, one := range p.all {
		one.close()
	}
	return nil
}

// one publishes an event over the first connection, and says how long that took.
func (p *posts) one() (took time.Duration, err error) {
	done := make(chan struct{})
	go func() { // on a thread of its own
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		body := p.body(p.next())
		began := time.Now()
		_, err = p.all[0].post(p.path, body)
		took = time.Since(began)
	}()
	<-done
	return took, err
}

// next are the texts of the next events, which are published now.
func (p *posts) next() (texts []string) {
	for range p.each {
		texts = append(texts, textOf(p.events.publishing()))
	}
	return texts
}

// many publishes events at a pace, over all connections, and returns how many these were and how long it took. A server that is
// behind the pace gets fewer.
func (p *posts) many(perSecond int, during time.Duration) (count int, took time.Duration, err error) {
	began := time.Now()
	most := int(during.Seconds() * float64(perSecond))
	var group sync.WaitGroup
	var mu sync.Mutex
	next := 0
	for _, one := range p.all {
		group.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for {
				mu.Lock()
				i := next
				next += p.each
				mu.Unlock()
				if i >= most || time.Since(began) > during {
					return
				}
				time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
				mu.Lock() // so that what is published first has the lower number
				texts := p.next()
				count += len(texts)
				mu.Unlock()
				if _, bad := one.post(p.path, p.body(texts)); bad != nil {
					mu.Lock()
					err, next = errors.Join(err, bad), most
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return count, time.Since(began), err
}
