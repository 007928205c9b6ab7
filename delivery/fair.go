package delivery

import (
	"cmp"
	"time"

	"parley/ent/delivery"
)

// Whose deliveries free workers take: workspaces go round, and within a workspace its endpoints, so that a workspace gains
// nothing by having many endpoints. It is start-time fair queueing (https://doi.org/10.1109/90.649569) with every delivery
// of the same cost: each party has a clock that advances by one for a delivery, and the one that is furthest behind is
// next. Who comes back has its clock brought up to the present: who had nothing to send has saved nothing.

// lanes are the queues of an endpoint. What is replayed gets only what live deliveries leave, and no more than a quarter.
var lanes = [2]delivery.Lane{live: delivery.LaneLIVE, replay: delivery.LaneREPLAY}

const (
	live = iota
	replay
)

// workspace is one that has endpoints in the due list.
type workspace struct {
	at        float64 // its clock
	now       float64 // clock of the endpoint that was served last
	id        string
	endpoints int // in the due list
	flying    int // deliveries that are claimed and not yet recorded
	ready     *heapOf[*endpoint]
	place     int // among the workspaces that are ready
	active    bool
}

// grant is how many deliveries of an endpoint to claim.
type grant struct {
	*endpoint
	lane int
	way  way
	n    int
}

// turn is how many deliveries an endpoint takes at most when it is next. A claim searches each endpoint that it is granted
// anything of, however little, so that many turns of one delivery cost more than they share out better: nobody gets further
// ahead than one turn.
const turn = 4

// deal shares free workers among the endpoints that are ready. What is granted counts as flying, until claimed says how
// much was found. The grants are in the order in which the endpoints came first.
func (d *dueList) deal(free int, now time.Time) []grant {
	var order []*endpoint
	var full []*workspace
	for free > 0 {
		w, ok := d.ready.first()
		if !ok {
			break
		}
		if w.flying >= d.mostOf(w) {
			d.ready.set(w, false)
			full = append(full, w)
			continue
		}
		e, _ := w.ready.first()
		lane := e.wanting(d)
		if e.lines[live].granted+e.lines[replay].granted == 0 {
			order = append(order, e)
		}
		l := &e.lines[lane]
		n := min(turn, free, l.expect, e.room(d, lane), d.mostOf(w)-w.flying)
		d.now, w.now = w.at, e.at
		w.at += float64(n)
		e.at += float64(n)
		l.granted += n
		if l.expect -= n; l.expect == 0 && l.more {
			l.more = false
			d.suspect(e)
		}
		d.fly(e, lane, n)
		d.settle(e, now)
		free -= n
	}
	for _, w := range full {
		d.ready.set(w, w.ready.Len() > 0)
	}
	var grants []grant
	for _, e := range order {
		for lane := range e.lines {
			l := &e.lines[lane]
			if l.granted > 0 {
				grants = append(grants, grant{e, lane, l.way(e.way), l.granted})
				l.granted = 0
			}
		}
	}
	return grants
}

// mostOf is how many deliveries of a workspace may be under way at once. While no other has anything to send it may use
// half of the workers.
func (d *dueList) mostOf(w *workspace) int {
	if d.active <= 1 {
		return max(d.o.PerWorkspace, d.o.Workers/2)
	}
	return d.o.PerWorkspace
}

// stayDeep is for how long claims search beyond the window of an endpoint before the window is tried again, which is quicker
// where the endpoint has many threads.
const stayDeep = 250 * time.Millisecond

// claimed takes note of what a claim has found of a grant. Who was granted more than there was gets the turns back, and is
// to be looked at.
func (d *dueList) claimed(g grant, found int, now time.Time) {
	unused := g.n - found
	e, l := g.endpoint, &g.endpoint.lines[g.lane]
	e.at -= float64(unused)
	e.of.at -= float64(unused)
	d.fly(e, g.lane, -unused)
	switch {
	case unused <= 0:
	case e.tokenAt.After(now):
		l.expect += unused
	default:
		// Beyond the window there may be something that waits for nobody.
		l.deep = g.way == byThread && l.many
		l.blocked = !l.deep
		switch {
		case l.deep: // the window stays full of what waits for others
			l.deepFor = now.Add(stayDeep)
		case found == 0:
			l.deepFor = time.Time{}
		}
		d.suspect(e)
	}
	d.settle(e, now)
}

// fly counts deliveries of an endpoint that are under way.
func (d *dueList) fly(e *endpoint, lane, n int) {
	e.lines[lane].flying += n
	e.of.flying += n
	d.flying += n
}

// settle brings an endpoint to where it belongs after a change.
func (d *dueList) settle(e *endpoint, now time.Time) {
	w := e.of
	ready := e.wanting(d) >= 0 && !e.notBefore.After(now) && !e.tokenAt.After(now)
	if ready && e.place == 0 {
		e.at = max(e.at, w.now)
	}
	w.ready.set(e, ready)
	if w.ready.Len() > 0 && w.place == 0 {
		w.at = max(w.at, d.now)
	}
	d.ready.set(w, w.ready.Len() > 0)
	if active := w.ready.Len() > 0 || w.flying > 0; active != w.active {
		if w.active = active; active {
			d.active++
		} else {
			d.active--
		}
	}
	e.alarm = e.alarmAt(now)
	d.alarms.set(e, !e.alarm.IsZero())
}

func newWorkspace(id string) *workspace {
	w := &workspace{id: id}
	w.ready = newHeap(func(a, b *endpoint) bool {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) < 0
	}, func(e *endpoint) *int { return &e.place })
	return w
}
