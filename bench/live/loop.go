//go:build linux

package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// crowd are all clients of one server. One thread reads for all of them.
type crowd struct {
	dialect dialect
	address string
	epoll   int
	take    func(s *socket, text []byte) (events int, err error) // checks a unit
	sockets []*socket
	seen    atomic.Pointer[[]*socket] // the same for the loop, which knows a socket by its number

	got    atomic.Int64 // events, at all sockets together
	texts  atomic.Int64 // sockets that have a text whole
	stop   atomic.Bool
	ended  chan struct{}
	mu     sync.Mutex
	failed error
}

func newCrowd(d dialect, address string, take func(*socket, []byte) (int, error)) (*crowd, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	c := &crowd{dialect: d, address: address, epoll: epoll, take: take, ended: make(chan struct{})}
	go c.run()
	return c, nil
}

// dialers is how many sockets are opened side by side.
const dialers = 8

// join opens n more sockets, which expect the unit that comes next, and waits for a moment until all servers have them subscribed.
func (c *crowd) join(n, unit int) error {
	made := make([]*socket, n)
	next := atomic.Int64{}
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range dialers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				s, err := dialSocket(c.address, c.dialect, fmt.Sprintf("3b241101-e2bb-4255-8caf-%012d", len(c.sockets)+i))
				if err != nil {
					mu.Lock()
					failed = errors.Join(failed, fmt.Errorf("open socket %d: %w", len(c.sockets)+i, err))
					mu.Unlock()
					return
				}
				s.unit, made[i] = unit, s
			}
		})
	}
	group.Wait()
	if failed != nil {
		return failed
	}
	first := len(c.sockets)
	c.sockets = append(slices.Clone(c.sockets), made...)
	known := c.sockets
	c.seen.Store(&known)
	for i, s := range made {
		event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(first + i)}
		if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, s.fd, &event); err != nil {
			return err
		}
	}
	time.Sleep(settleFor)
	return c.failure()
}

// run reads until it is stopped, or a check fails.
func (c *crowd) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread() // a thread that ends takes servers with it that it has started
	defer close(c.ended)
	events, buffer := make([]syscall.EpollEvent, 512), make([]byte, 1<<20)
	for !c.stop.Load() {
		n, err := syscall.EpollWait(c.epoll, events, 50)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			c.fail(err)
			return
		}
		for i := range max(n, 0) {
			s := (*c.seen.Load())[events[i].Fd]
			if err := s.take(buffer, func(text []byte) error { return c.text(s, text) }); err != nil {
				c.fail(err)
				return
			}
		}
	}
}

// text takes one message of the server.
func (c *crowd) text(s *socket, text []byte) error {
	if reply, control := c.dialect.control(text); control {
		if reply == "" {
			return nil
		}
		return writeAll(s.fd, clientFrame(reply))
	}
	return c.dialect.units(text, func(unit []byte) error {
		n, err := c.take(s, unit)
		if n > 0 {
			c.got.Add(int64(n))
		}
		return err
	})
}

func (c *crowd) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = errors.Join(c.failed, err)
}

// failure is what a check has found.
func (c *crowd) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// until waits until something is so, looking often: what is waited for takes milliseconds.
func (c *crowd) until(is func() bool, limit time.Duration) error {
	for deadline := time.Now().Add(limit); !is(); time.Sleep(200 * time.Microsecond) {
		if err := c.failure(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not all was delivered within %v: %d events, %d texts at %d sockets", limit, c.got.Load(), c.texts.Load(), len(c.sockets))
		}
	}
	return nil
}

func (c *crowd) close() {
	c.stop.Store(true)
	<-c.ended
	for _, s := range c.sockets {
		_ = syscall.Close(s.fd)
	}
	_ = syscall.Close(c.epoll)
}

// readNow reads what is there. It passes the scheduler by: the call does not wait.
func readNow(fd int, b []byte) (int, error) {
	for {
		n, _, no := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))) //nolint:gosec // b outlives the call
		if no == 0 {
			return int(n), nil
		}
		if no != syscall.EINTR {
			return 0, no
		}
	}
}

// writeAll writes what is short.
func writeAll(fd int, b []byte) error {
	n, err := syscall.Write(fd, b)
	if err == nil && n < len(b) {
		err = errors.New("a short answer did not fit")
	}
	return err
}

func dupNonblocking(fd int) (int, error) {
	again, err := syscall.Dup(fd)
	if err != nil {
		return 0, err
	}
	return again, syscall.SetNonblock(again, true)
}
