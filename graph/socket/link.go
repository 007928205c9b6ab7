package socket

import (
	"context"
	"net"
	"sync"
	"time"
)

// link is a connection that was taken over, as far as all kinds of it are alike.
type link struct {
	conn   net.Conn
	end    context.CancelCauseFunc
	reason func() error // nil while it has not ended
	done   func()       // called with the lock when the last frame was written; nil: nobody asks

	poller *Poller
	seat   *seat  // nil: a goroutine reads
	resume func() // reads on after a rest, and ends the link

	running sync.WaitGroup // all goroutines but the one that reads

	mu     sync.Mutex // protects what follows, and the fields of those who embed it
	out    outbox
	parked bool
	timer  *time.Timer
}

// watch has the poller watch the connection when it is parked, if it can be watched.
func (l *link) watch() { l.seat = l.poller.watch(l.conn, l.unpark) }

// park lets the link rest until there is something to read; false when somebody must read now. Where it is true another
// goroutine may read already.
func (l *link) park() bool {
	if l.seat == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.parked = l.seat.park()
	return l.parked
}

// unpark has a link read that is parked; others are reading.
func (l *link) unpark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parked {
		l.parked = false
		go l.resume()
	}
}

// ender is a context that says itself why it has ended, and calls back without another context.
type ender interface {
	Reason() error // nil while it has not
	AfterFunc(f func()) (stop func() bool)
}

// within returns a context that ends with ctx, or by stop, and leaves nothing behind with ctx afterwards.
func within(ctx context.Context) (inner context.Context, stop context.CancelFunc) {
	e, known := ctx.(ender)
	if !known {
		return context.WithCancel(ctx)
	}
	inner, end := context.WithCancel(context.WithoutCancel(ctx))
	leave := e.AfterFunc(end)
	return inner, func() {
		leave()
		end()
	}
}

// begin ties a link to the context that it ends with. tell is called once that has ended, with its cause. settle is called when
// nothing is left to be told; it is among what is running until then.
func (l *link) begin(ctx context.Context, end context.CancelCauseFunc, tell func(reason error)) (settle func()) {
	e, known := ctx.(ender)
	reason := func() error { return context.Cause(ctx) }
	if known {
		reason = e.Reason
	}
	l.mu.Lock()
	l.end, l.reason = end, reason
	l.mu.Unlock()
	l.running.Add(1)
	told := func() {
		defer l.running.Done()
		tell(reason())
	}
	var stop func() bool
	if known {
		stop = e.AfterFunc(told)
	} else {
		stop = context.AfterFunc(ctx, told)
	}
	return func() {
		if stop() {
			l.running.Done()
		}
	}
}

// write sends what b, which is of scratch, holds; the caller holds the lock.
func (l *link) write(b *[]byte) {
	l.after(l.out.push(*b))
	if cap(*b) <= 4*piece {
		scratch.Put(b)
	}
}

var scratch = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

// after does what a push asks for; the caller holds the lock.
func (l *link) after(drain bool, err error) {
	switch {
	case err != nil:
		l.end(err)
	case drain:
		l.running.Go(l.drain)
	case l.out.shut && !l.out.draining && l.done != nil:
		l.done()
	}
}

func (l *link) drain() {
	err := l.out.drain(l.conn.Write, func(t time.Time) { _ = l.conn.SetWriteDeadline(t) })
	if err != nil {
		l.end(ErrSlow)
		l.cut() // half a frame may be out: nothing can follow
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out.shut && !l.out.draining && l.done != nil {
		l.done()
	}
}

// cut closes the connection, which whoever reads from it finds out.
func (l *link) cut() {
	_ = l.conn.Close()
	l.unpark()
}

// finish leaves nothing behind. What is being written, the last of it too, has until closeTimeout.
func (l *link) finish() {
	l.running.Wait()
	l.mu.Lock()
	l.timer.Stop()
	l.mu.Unlock()
	_ = l.conn.Close() // again, perhaps
	if l.seat != nil {
		l.seat.leave()
	}
}

// wait waits until the client has taken most of what there was, and then calls do with the lock; false when ctx ended
// first. So of many who wait for the same client one at a time goes on.
func (l *link) wait(ctx context.Context, do func()) bool {
	for {
		l.mu.Lock()
		room := l.out.ready()
		if room == nil {
			defer l.mu.Unlock()
			if ctx.Err() != nil {
				return false
			}
			do()
			return true
		}
		l.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return false
		}
	}
}
