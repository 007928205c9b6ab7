package graph

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// shares are the subscriptions of this server that may be executed together.
//
// Each subscription begins by itself, as if there were no other. When a second one of the same key comes, a group begins: one
// more execution, for nobody. Whoever rests at the place where the group stands joins it: its own execution ends, and from
// there on the group's answers are sent to it. So nobody misses an answer, gets one twice or out of order, wherever it began,
// and one alone costs what it costs without groups.
type shares struct {
	off bool

	mu     sync.Mutex // protects what follows, and users of each group
	groups map[shareKey]*group

	executed, sent atomic.Int64
}

// Sharing are figures of subscriptions that are executed together.
type Sharing struct {
	// Groups is how many such executions there are now, and Members how many subscriptions have their answers from them.
	Groups, Members int
	// Executed is how many answers were made for groups, and Sent how many were sent of these.
	Executed, Sent int64
}

// group are all subscriptions of one key.
type group struct {
	shares *shares
	key    shareKey
	users  int // subscriptions of the key; protected by the lock of shares

	mu      sync.Mutex    // protects what follows, and the fields of its subscribers
	alone   []*subscriber // those that are executed by themselves, and say where they are
	members []*subscriber
	track   *track             // of the execution for all; nil while there is none
	stop    context.CancelFunc // ends it
	passed  int                // how many answers of those that are being sent it has passed; see send
	missed  int                // how many of these those that have joined meanwhile do not get, all together
}

// subscriber is one subscription of one client, or any other operation.
type subscriber struct {
	to         sink
	connection *connection
	group      *group // nil: it is never shared

	// Protected by the lock of the group, if there is one.
	track    *track             // of its own execution; nil when it has joined
	stop     context.CancelFunc // ends that
	index    int                // in alone, or members; -1: in neither
	from     int32              // the first answer of those that are being sent that it gets
	resting  bool               // all that was made for it was sent; it waits for its execution
	joined   bool
	answered bool
}

// enter makes an operation ready to be run.
func (s *shares) enter(ctx context.Context, operation *graphql.OperationContext, to sink) *subscriber {
	m := &subscriber{to: to, connection: connectionOf(ctx), track: &track{mu: new(sync.Mutex)}, index: -1}
	if s.off || m.connection == nil {
		return m
	}
	key, may := shareKeyOf(ctx, operation)
	if !may {
		return m
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[key]
	if g == nil {
		g = &group{shares: s, key: key}
		s.groups[key] = g
	}
	g.users++
	m.group, m.track.mu, m.track.moved = g, &g.mu, func() { g.meet(m) }
	return m
}

// leave is called once, when a subscription has ended. With the last one the group does.
func (m *subscriber) leave() {
	g := m.group
	if g == nil {
		return
	}
	g.mu.Lock()
	g.remove(m)
	stop := g.stop
	g.mu.Unlock()
	s := g.shares
	s.mu.Lock()
	g.users--
	last := g.users == 0
	if last {
		delete(s.groups, g.key)
	}
	s.mu.Unlock()
	if last && stop != nil {
		stop()
	}
}

// begin takes note that the subscriber's own execution has begun, and has the one for all begin when it is time.
func (m *subscriber) begin(start func(g *group)) {
	g := m.group
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !m.track.started { // it failed, or is of a kind that cannot be joined
		return
	}
	m.index = len(g.alone)
	g.alone = append(g.alone, m)
	if g.track == nil && len(g.alone) > 1 {
		start(g)
	}
}

// rest is called when everything was sent, before the next answer is waited for; true when it will come from the group.
func (m *subscriber) rest() (joined bool) {
	if m.group == nil {
		return false
	}
	m.group.mu.Lock()
	defer m.group.mu.Unlock()
	m.resting = true
	m.group.meet(m)
	return m.joined
}

// rise is called with an answer in hand. It must not be sent if the subscriber has joined meanwhile.
func (m *subscriber) rise() (joined bool) {
	if m.group == nil {
		return false
	}
	m.group.mu.Lock()
	defer m.group.mu.Unlock()
	m.resting = false
	return m.joined
}

// next is what a client resumes with behind the answer that is sent next.
func (m *subscriber) next() string {
	t := m.track
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next()
}

// passed takes note that an answer was sent.
func (m *subscriber) passed() {
	t := m.track
	t.mu.Lock()
	defer t.mu.Unlock()
	m.answered = true
	t.passed()
}

// What follows is called with the lock of the group.

// meet has a subscriber join that rests where the group stands.
func (g *group) meet(m *subscriber) {
	if g.track == nil || !g.track.started || !m.resting || m.index < 0 || m.joined || m.track.at != g.track.at {
		return
	}
	g.remove(m)
	m.joined, m.index = true, len(g.members)
	g.members = append(g.members, m)
	m.from = int32(g.passed)
	g.missed += g.passed
	m.stop()
	m.track, m.stop = nil, nil // which are most of what it holds
}

func (g *group) meetAll() {
	for _, m := range slices.Backward(g.alone) { // those that join are replaced by later ones
		g.meet(m)
	}
}

func (g *group) remove(m *subscriber) {
	list := &g.alone
	if m.joined {
		list = &g.members
	}
	if m.index < 0 {
		return
	}
	last := len(*list) - 1
	moved := (*list)[last]
	(*list)[m.index], moved.index = moved, m.index
	(*list)[last] = nil
	*list, m.index = (*list)[:last], -1
}

// figures counts what there is now.
func (s *shares) figures() Sharing {
	out := Sharing{Executed: s.executed.Load(), Sent: s.sent.Load()}
	s.mu.Lock()
	groups := make([]*group, 0, len(s.groups))
	for _, g := range s.groups {
		groups = append(groups, g)
	}
	s.mu.Unlock()
	for _, g := range groups {
		g.mu.Lock()
		if g.track != nil {
			out.Groups++
		}
		out.Members += len(g.members)
		g.mu.Unlock()
	}
	return out
}
