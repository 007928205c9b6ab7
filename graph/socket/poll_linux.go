package socket

import (
	"net"
	"os"
	"syscall"
)

// queue is an epoll instance. The runtime watches it in turn, so that waiting for it holds no thread.
type queue struct {
	file *os.File
	raw  syscall.RawConn
	fd   int
}

func newQueue() (*queue, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &queue{file, raw, fd}, nil
}

// wait waits for connections and collects their tokens; false when the queue was closed.
func (q *queue) wait(tokens *[]uint64) bool {
	var events [128]syscall.EpollEvent
	*tokens = (*tokens)[:0]
	var broken error
	err := q.raw.Read(func(fd uintptr) bool {
		n, err := syscall.EpollWait(int(fd), events[:], 0)
		for i := range max(n, 0) {
			*tokens = append(*tokens, uint64(uint32(events[i].Fd))|uint64(uint32(events[i].Pad))<<32)
		}
		if err != nil && err != syscall.EINTR {
			broken = err
		}
		return n > 0 || err != nil
	})
	return err == nil && broken == nil
}

func (q *queue) close() { _ = q.file.Close() }

// polled is a connection in a queue.
type polled struct {
	raw   syscall.RawConn
	added bool
}

func newPolled(conn net.Conn) (polled, bool) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return polled{}, false
	}
	raw, err := tcp.SyscallConn()
	return polled{raw: raw}, err == nil
}

// arm asks for one event.
func (c *polled) arm(q *queue, token uint64) bool {
	op := syscall.EPOLL_CTL_ADD
	if c.added {
		op = syscall.EPOLL_CTL_MOD
	}
	var refused error
	err := c.raw.Control(func(fd uintptr) {
		refused = syscall.EpollCtl(q.fd, op, int(fd), &syscall.EpollEvent{
			Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: int32(uint32(token)), Pad: int32(uint32(token >> 32)),
		})
	})
	c.added = c.added || err == nil && refused == nil
	return err == nil && refused == nil
}
