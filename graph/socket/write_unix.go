//go:build unix

package socket

import (
	"errors"
	"net"
	"syscall"
)

// tryer returns what writes to a connection as much as fits now, without waiting; nil where that is not possible. It
// belongs to whoever holds the lock of the socket, and to nobody while another writes to the connection: that would wait.
func tryer(conn net.Conn) func([]byte) (int, error) {
	plain, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return nil
	}
	t := &attempt{}
	once := t.once // one closure for all writes
	return func(p []byte) (int, error) {
		t.p, t.n, t.err = p, 0, nil
		err := raw.Write(once)
		t.p = nil
		return t.n, errors.Join(err, t.err)
	}
}

// attempt is one write.
type attempt struct {
	p   []byte
	n   int
	err error
}

func (t *attempt) once(fd uintptr) (done bool) {
	for t.n < len(t.p) {
		n, err := syscall.Write(int(fd), t.p[t.n:])
		t.n += max(n, 0)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return true
		case err != nil || n == 0:
			t.err = err
			return true
		}
	}
	return true
}
