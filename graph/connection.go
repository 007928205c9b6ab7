package graph

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"parley/access"
	"parley/ent/viewer"
)

// recheck is how often a connection asks whether its key still holds.
const recheck = time.Second

var (
	errStopping = errors.New("the server is stopping: connect again")
	errAnswered = errors.New("everything was answered")
	// errBadMessage ends a socket whose client sent what the protocol does not have.
	errBadMessage = statusError{http.StatusBadRequest, "the message is none of graphql-transport-ws"}
)

// connection is what streams run on: a WebSocket, or one answer of server-sent events. Whoever finds that it must end
// says why through end; its transport tells the client.
type connection struct {
	end    context.CancelCauseFunc // the first reason counts; it may be called from anywhere, and again
	reason func() error            // why it has ended; nil while it has not

	watch    sync.Once
	watching sync.WaitGroup
}

type connectionKey struct{}

// newConnection returns a connection, and the context of all that runs on it, which ends with it. The transport calls
// close in the end.
func newConnection(ctx context.Context) (context.Context, *connection) {
	ctx, end := context.WithCancelCause(ctx)
	c := &connection{end: end, reason: func() error { return context.Cause(ctx) }}
	return context.WithValue(ctx, connectionKey{}, c), c
}

// connectionOf returns the connection that ctx belongs to; nil for a plain request.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection)
	return c
}

// endWithKey ends the connection when the viewer's key or token does. Only the goroutine of the transport may call it;
// after the first call it does nothing.
func (c *connection) endWithKey(ctx context.Context, a *access.Service, v viewer.Viewer) {
	c.watch.Do(func() {
		c.watching.Go(func() {
			tick := time.NewTicker(recheck)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					if !a.StillValid(ctx, v) {
						c.end(access.ErrUnauthenticated)
					}
				}
			}
		})
	})
}

// close ends the connection, for a reason if it has none yet, and waits for its watcher.
func (c *connection) close(reason error) {
	c.end(reason)
	c.watching.Wait()
}

// streams are the connections that a stop of the server has to end.
type streams struct {
	mu       sync.Mutex // protects the fields below
	open     map[*connection]struct{}
	stopping bool
	ended    chan struct{} // closed when nothing is open any more and nothing will be
}

func newStreams() *streams {
	return &streams{open: map[*connection]struct{}{}, ended: make(chan struct{})}
}

// add says whether c may go on; it may not once the server is stopping. Adding it again changes nothing.
func (s *streams) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping {
		s.open[c] = struct{}{}
	}
	return !s.stopping
}

func (s *streams) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, was := s.open[c]
	delete(s.open, c)
	if was && s.stopping && len(s.open) == 0 {
		close(s.ended)
	}
}

// stop ends all connections and admits no more.
func (s *streams) stop() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return s.ended
	}
	s.stopping = true
	if len(s.open) == 0 {
		close(s.ended)
	}
	for c := range s.open {
		c.end(errStopping)
	}
	return s.ended
}
