//go:build unix

package socket

import (
	"errors"
	"net"
	"sync"
	"syscall"
)

// tryer writes to a connection as much as fits now, without waiting. It belongs to whoever holds the lock of the socket, and to
// nobody while another writes to the connection. Nil where that is not possible.
type tryer struct{ syscall.RawConn }

func newTryer(conn net.Conn) tryer {
	if plain, ok := conn.(syscall.Conn); ok {
		if raw, err := plain.SyscallConn(); err == nil {
			return tryer{raw}
		}
	}
	return tryer{}
}

func (t tryer) possible() bool { return t.RawConn != nil }

// write says how many bytes of p were written. It asks for control of the connection and not for its turn to write, which
// would look at deadlines first.
func (t tryer) write(p []byte) (int, error) {
	a := attempts.Get().(*attempt)
	defer attempts.Put(a)
	a.p, a.n, a.err = p, 0, nil
	err := t.Control(a.once)
	a.p = nil
	if err == nil {
		err = a.err
	}
	return a.n, err
}

// attempt is one write.
type attempt struct {
	once func(fd uintptr) // one closure for all writes
	p    []byte
	n    int
	err  error
}

var attempts = sync.Pool{New: func() any {
	a := &attempt{}
	a.once = a.send
	return a
}}

func (a *attempt) send(fd uintptr) {
	for a.n < len(a.p) {
		n, err := sendNow(int(fd), a.p[a.n:])
		a.n += max(n, 0)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return
		case err != nil || n == 0:
			a.err = err
			return
		}
	}
}
