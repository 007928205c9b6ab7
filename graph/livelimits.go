package graph

import (
	"cmp"
	"errors"

	"parley/ent/viewer"
)

// LiveLimits bound what one caller may hold of this server: a key, or all tokens of one thread together. Zero fields take
// their defaults.
type LiveLimits struct {
	// KeyConnections and ThreadConnections are how many WebSockets and streams of events may be open; 20,000 for a key, which the
	// servers of an app may share, and 20 for a thread, which is one customer.
	KeyConnections, ThreadConnections int
	// KeyMessages and ThreadMessages are how many messages a client may send over one WebSocket in a minute; 60,000 and 600.
	KeyMessages, ThreadMessages int
}

// WithDefaults returns the limits with the default of each that is zero.
func (l LiveLimits) WithDefaults() LiveLimits {
	return LiveLimits{
		cmp.Or(l.KeyConnections, 20_000), cmp.Or(l.ThreadConnections, 20),
		cmp.Or(l.KeyMessages, 60_000), cmp.Or(l.ThreadMessages, 600),
	}
}

func (l LiveLimits) connections(v viewer.Viewer) int {
	if v.Key != "" {
		return l.KeyConnections
	}
	return l.ThreadConnections
}

func (l LiveLimits) messages(v viewer.Viewer) int {
	if v.Key != "" {
		return l.KeyMessages
	}
	return l.ThreadMessages
}

var errManyConnections = errors.New("this key, or tokens of this thread, have too many sockets and streams open: close one first")

// hold counts a connection, which was added, for whoever opened it, and ends it with the key or token. The error is
// errManyConnections.
func (s *streams) hold(c *connection, v viewer.Viewer) error {
	s.mu.Lock()
	caller := cmp.Or(v.Key, v.Thread)
	if _, open := s.open[c]; open && c.caller == "" {
		if s.callers[caller] >= s.limits.connections(v) {
			s.mu.Unlock()
			return errManyConnections
		}
		s.callers[caller]++
		c.caller = caller
	}
	s.mu.Unlock()
	s.endWithKey(c, v)
	return nil
}

// release takes a connection that has ended from its caller; s.mu is held.
func (s *streams) release(c *connection) {
	if c.caller == "" {
		return
	}
	if s.callers[c.caller]--; s.callers[c.caller] == 0 {
		delete(s.callers, c.caller)
	}
}
