package socket

import (
	"net"
	"sync"
)

// Poller watches sockets at rest, so that they need no goroutine each. One serves any number of sockets and runs while
// there are any. It can watch plain connections on Linux; other sockets read in goroutines of their own. The zero Poller is
// ready for use.
type Poller struct {
	mu    sync.Mutex // protects the fields below
	queue *queue     // nil while nobody is watched
	seats map[uint64]*seat
	last  uint64
}

// seat is a connection that a Poller watches.
type seat struct {
	poller *Poller
	token  uint64 // never used again, unlike numbers of files
	conn   polled
	wake   func()
}

// watch lets wake be called whenever a connection that was parked has something to read, or has ended; nil when it cannot
// be watched. Nobody may call it for a connection that is closed already.
func (p *Poller) watch(conn net.Conn, wake func()) *seat {
	if p == nil {
		return nil
	}
	c, ok := newPolled(conn)
	if !ok {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queue == nil {
		var err error
		if p.queue, err = newQueue(); err != nil {
			return nil
		}
		p.seats = map[uint64]*seat{}
		go p.run(p.queue)
	}
	p.last++
	s := &seat{poller: p, token: p.last, conn: c, wake: wake}
	p.seats[s.token] = s
	return s
}

// park asks to be woken once; false when that is not possible.
func (s *seat) park() bool { return s.conn.arm(s.poller.queue, s.token) }

// leave ends watching. wake may still be on its way.
func (s *seat) leave() {
	p := s.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	if delete(p.seats, s.token); len(p.seats) == 0 && p.queue != nil {
		p.queue.close()
		p.queue = nil
	}
}

// run wakes until the queue is closed.
func (p *Poller) run(q *queue) {
	var tokens []uint64
	var awake []*seat
	for q.wait(&tokens) {
		awake = awake[:0]
		p.mu.Lock()
		for _, t := range tokens {
			if s := p.seats[t]; s != nil {
				awake = append(awake, s)
			}
		}
		p.mu.Unlock()
		for _, s := range awake {
			s.wake()
		}
	}
}
