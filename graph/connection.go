package graph

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"parley/access"
	"parley/ent/viewer"
)

// recheck is how often connections are asked whether their keys still hold, and recheckTimeout bounds the answer.
const (
	recheck        = 500 * time.Millisecond
	recheckTimeout = 5 * time.Second
)

var (
	errStopping = errors.New("the server is stopping: connect again")
	errAnswered = errors.New("everything was answered")
)

// connection is what streams run on: a WebSocket, or one answer of server-sent events. Whoever finds that it must end
// says why through end; its transport tells the client. It is the context of all that runs on it, in one piece: contexts
// within contexts would be a kilobyte for each of thousands at rest.
type connection struct {
	kind      string // of its transport, in metrics; empty for an execution for many
	caller    string // for whom it counts; protected by the lock of streams
	requestID string
	address   unique.Handle[string] // where the client is
	values    context.Context       // has the viewer of the request; nil: there was none
	cause     atomic.Pointer[error]

	mu    sync.Mutex    // protects the fields below
	done  chan struct{} // nil while nobody has asked for it
	after []*func()
	held  bool
	of    holder // whose it is, if it is held
}

// holder is a viewer whose key or token ends connections. There is one for all connections of a key.
type holder = unique.Handle[viewer.Viewer]

var _ context.Context = (*connection)(nil)

type connectionKey struct{}

// newConnection returns a connection, which begins with ctx and outlives it: it has the id, the address and the viewer of the request and
// nothing else, since the rest holds on to the request and its buffers. The transport calls end when it is over.
func newConnection(ctx context.Context, kind string) *connection {
	c := &connection{requestID: requestID(ctx), address: unique.Make(address(ctx)), kind: kind}
	if v, ok := viewer.FromContext(ctx); ok {
		c.values = viewer.NewContext(context.Background(), v)
	}
	return c
}

// connectionOf returns the connection that ctx belongs to; nil for a plain request.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection)
	return c
}

// streams are the connections that a stop of the server has to end, and the end of their keys.
type streams struct {
	valid  func(context.Context, viewer.Viewer) bool
	limits LiveLimits
	live   *liveMetrics

	mu       sync.Mutex // protects the fields below
	open     map[*connection]struct{}
	callers  map[string]int // connections of each key, and of each thread by its tokens
	stopping bool
	ended    chan struct{} // closed when nothing is open any more and nothing will be
	quiet    chan struct{} // closed when nothing is open; nil while nobody watches

	watching sync.WaitGroup
}

func newStreams(valid func(context.Context, viewer.Viewer) bool, limits LiveLimits, live *liveMetrics) *streams {
	return &streams{
		valid: valid, limits: limits.WithDefaults(), live: live,
		open: map[*connection]struct{}{}, callers: map[string]int{}, ended: make(chan struct{}),
	}
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

// remove takes note that c has ended, for the reason that it has by now. It may be called again.
func (s *streams) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, was := s.open[c]; !was {
		return
	}
	delete(s.open, c)
	s.release(c)
	s.live.ended(c)
	if len(s.open) > 0 {
		return
	}
	if s.quiet != nil {
		close(s.quiet)
		s.quiet = nil
	}
	if s.stopping {
		s.over()
	}
}

// over tells those who wait that everything has ended.
func (s *streams) over() {
	go func() {
		s.watching.Wait()
		close(s.ended)
	}()
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
		s.over()
	}
	for c := range s.open {
		c.end(errStopping)
	}
	return s.ended
}

// endWithKey ends a connection, which was added, when the viewer's key or token does.
func (s *streams) endWithKey(c *connection, v viewer.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.hold(v)
	if _, open := s.open[c]; !open || s.quiet != nil {
		return
	}
	quiet := make(chan struct{})
	s.quiet = quiet
	s.watching.Go(func() { s.watch(quiet) })
}

// watch ends connections with their keys, as long as there are connections: one goroutine for all of them.
func (s *streams) watch(quiet <-chan struct{}) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-quiet:
			return
		case <-tick.C:
			s.check()
		}
	}
}

// check ends the connections whose keys have ended. Tokens come first: keys may have to be read from the database.
func (s *streams) check() {
	s.mu.Lock()
	tokens, keys := map[holder][]*connection{}, map[holder][]*connection{}
	for c := range s.open {
		switch of, known := c.holder(); {
		case !known:
		case of.Value().Key == "":
			tokens[of] = append(tokens[of], c)
		default:
			keys[of] = append(keys[of], c)
		}
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), recheckTimeout)
	defer cancel()
	for _, all := range []map[holder][]*connection{tokens, keys} {
		for of, connections := range all {
			if s.valid(ctx, of.Value()) {
				continue
			}
			for _, c := range connections {
				c.end(access.ErrUnauthenticated)
			}
		}
	}
}
