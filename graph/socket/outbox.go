package socket

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// writeTimeout is how long a client may take no byte of a piece that is due to it, before it is cut.
	writeTimeout = 5 * time.Second
	// piece is what is written under one deadline.
	piece = 32 << 10
	// backlog is how many bytes wait for a client at most, unless one frame alone is larger.
	backlog = 1 << 20
	// readyBelow is the backlog at which somebody who waits for the client goes on.
	readyBelow = 64 << 10
)

// ErrSlow ends a client that reads too slowly.
var ErrSlow = &CloseError{CloseTerminated, "this client reads too slowly: connect again and go on from the last cursor"}

// outbox is what a socket has to write. All methods are called with the lock of the socket, but for drain, which takes it.
type outbox struct {
	mu   *sync.Mutex
	try  tryer
	held *atomic.Int64 // size, of many together; nil: nobody asks

	queue    [][]byte // whole frames, one or more in each, but for the first when it has begun
	begun    bool
	size     int
	draining bool
	shut     bool          // nothing is taken any more
	room     chan struct{} // closed when somebody who waits may look again; nil while nobody does
}

// push writes a frame or some, or what fits of them, and keeps the rest; start says that somebody must begin to drain. An error
// means that the client is too slow, or gone. The bytes stay the caller's.
func (o *outbox) push(frame []byte) (start bool, err error) {
	switch {
	case o.shut:
		return false, nil
	case o.size > readyBelow && o.size+len(frame) > backlog:
		return false, ErrSlow
	case o.draining || !o.try.possible():
		return o.keep(frame), nil
	}
	n, err := o.try.write(frame)
	if err != nil || n == len(frame) {
		return false, err
	}
	o.begun = n > 0
	return o.keep(frame[n:]), nil
}

func (o *outbox) keep(frame []byte) (start bool) {
	o.queue = append(o.queue, bytes.Clone(frame))
	o.hold(o.size + len(frame))
	start = !o.draining
	o.draining = true
	return start
}

// hold takes note of how much waits.
func (o *outbox) hold(size int) {
	if o.held != nil {
		o.held.Add(int64(size - o.size))
	}
	o.size = size
}

// last makes a frame the last thing that is written, in place of all frames that have not begun.
func (o *outbox) last(frame []byte) (start bool, err error) {
	if o.shut {
		return false, nil
	}
	if o.begun {
		o.queue = o.queue[:1]
		o.hold(len(o.queue[0]))
	} else {
		o.queue = nil
		o.hold(0)
	}
	start, err = o.push(frame)
	o.shut = true
	o.release()
	return start, err
}

// end makes a frame the last thing that is written, behind all others.
func (o *outbox) end(frame []byte) (start bool, err error) {
	start, err = o.push(frame)
	o.shut = o.shut || err == nil
	return start, err
}

// release lets those look again who wait.
func (o *outbox) release() {
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
}

// ready returns nil when the client has taken most of what there was, and else what to wait for.
func (o *outbox) ready() <-chan struct{} {
	if o.shut || o.size <= readyBelow {
		return nil
	}
	if o.room == nil {
		o.room = make(chan struct{})
	}
	return o.room
}

var pieces = sync.Pool{New: func() any { b := make([]byte, 0, piece); return &b }}

// drain writes what is kept until nothing is left. An error means that the client took nothing for too long, or is gone.
func (o *outbox) drain(write func([]byte) (int, error), deadline func(time.Time)) error {
	b := pieces.Get().(*[]byte)
	defer pieces.Put(b)
	for {
		*b = o.take((*b)[:0])
		if len(*b) == 0 {
			deadline(time.Time{}) // it would fail the writes to come
			if o.finished() {
				return nil
			}
			continue
		}
		deadline(time.Now().Add(writeTimeout))
		if _, err := write(*b); err != nil {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.queue, o.begun, o.draining, o.shut = nil, false, false, true
			o.hold(0)
			o.release()
			return err
		}
	}
}

// take moves as many bytes as fit from the queue to b.
func (o *outbox) take(b []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) > 0 && len(b) < cap(b) {
		n := min(len(o.queue[0]), cap(b)-len(b))
		b = append(b, o.queue[0][:n]...)
		if o.begun = n < len(o.queue[0]); o.begun {
			o.queue[0] = o.queue[0][n:]
		} else {
			o.queue[0], o.queue = nil, o.queue[1:]
		}
	}
	o.hold(o.size - len(b))
	if o.size <= readyBelow {
		o.release()
	}
	return b
}

// finished ends draining, unless something came meanwhile.
func (o *outbox) finished() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) > 0 {
		return false
	}
	o.queue, o.draining = nil, false
	return true
}
