package delivery

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/integration"
	"parley/eventlog"
)

// dueList is what a process knows about endpoints with something to send: how much is expected to be due, and when more
// will be. Commits, outcomes and claims feed it, so that nobody has to search the database for what is due; a look there
// sets right what it does not know: what other processes do, and what a claim has found to be otherwise. Expecting too
// much costs a claim that finds less, and so it may; expecting too little is cured by the next scan.
//
// It belongs to the claiming goroutine, but for the inbox.
type dueList struct {
	o         Options
	now       float64 // clock of the workspace that was served last
	ready     *heapOf[*workspace]
	alarms    *heapOf[*endpoint]
	endpoints map[string]*endpoint
	known     map[string]*workspace
	suspects  map[*endpoint]bool // to be looked at
	flying    int                // deliveries that are claimed and not yet recorded
	active    int                // workspaces that have something to send, or that is being sent

	mu    sync.Mutex // protects inbox
	inbox inbox
}

// inbox is what happened while the claiming goroutine was busy.
type inbox struct {
	added    map[string]added
	finished []result
	scan     bool // something may be due anywhere
}

// added are new deliveries of an endpoint.
type added struct {
	*ent.Integration
	n int
}

// endpoint is an integration that has, or had lately, something to send.
type endpoint struct {
	id        string
	of        *workspace
	at        float64   // its clock among the endpoints of its workspace
	place     int       // among those of its workspace that are ready
	way       way       // in which its deliveries are ordered
	single    bool      // it keeps failing and gets one request at a time
	limited   bool      // it has a rate, or a breaker that is not closed: claimed under a lock
	lines     [2]line   // by lane
	notBefore time.Time // by its pause and its breaker
	tokenAt   time.Time // when its rate has something left
	alarm     time.Time // when to look at it again; zero means never
	alarmed   int       // place among the alarms
}

// line is one lane of an endpoint.
type line struct {
	expect  int       // how many are thought to be due
	many    bool      // as many were due at the last look as a claim's window has
	more    bool      // more were due than were counted
	flying  int       // claimed and not yet recorded
	granted int       // in the deal that goes on
	blocked bool      // what is due waits for what is flying, as far as a claim could see
	deep    bool      // the next claim searches beyond the window
	deepFor time.Time // until when every claim does, since the window was found full of what waits
	next    time.Time // when the first one comes due that is not; zero means none is known
}

// failingAfter is how many failures in a row make an endpoint get one request at a time until one succeeds, so that
// a few dead ones leave most of their workspace's workers (Options.PerWorkspace) to the others.
const failingAfter = 5

// forgetAbove bounds the endpoints that are kept with nothing to send.
const forgetAbove = 4096

func newDueList(o Options) *dueList {
	return &dueList{
		o: o, endpoints: map[string]*endpoint{}, known: map[string]*workspace{}, suspects: map[*endpoint]bool{},
		ready: newHeap(func(a, b *workspace) bool {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) < 0
		}, func(w *workspace) *int { return &w.place }),
		alarms: newHeap(func(a, b *endpoint) bool { return a.alarm.Before(b.alarm) }, func(e *endpoint) *int { return &e.alarmed }),
	}
}

// woken takes note of a commit. It may be called from any goroutine.
func (d *dueList) woken(w eventlog.Wake) (anything bool) {
	if len(w.New) == 0 && !w.Deliveries {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox.scan = d.inbox.scan || w.Deliveries
	if d.inbox.added == nil {
		d.inbox.added = map[string]added{}
	}
	for _, in := range w.New {
		d.inbox.added[in.ID] = added{in, d.inbox.added[in.ID].n + 1}
	}
	return true
}

// finished takes note of deliveries whose outcomes are recorded. It may be called from any goroutine.
func (d *dueList) finished(batch []result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox.finished = append(d.inbox.finished, batch...)
}

// update brings the list up to what happened since, and says whether something else may be due anywhere.
func (d *dueList) update(now time.Time) (scan bool) {
	d.mu.Lock()
	in := d.inbox
	d.inbox = inbox{}
	d.mu.Unlock()
	for id, a := range in.added {
		e := d.endpoint(id, a.WorkspaceID)
		e.way = way(a.Ordering)
		e.limited = e.limited || a.RatePerSecond != nil
		l := &e.lines[live]
		l.expect += a.n
		l.blocked = false // they may be of other threads
		d.settle(e, now)
	}
	for _, r := range in.finished {
		e := d.endpoint(r.integrationID, r.workspace)
		d.fly(e, r.lane, -1)
		for lane := range e.lines {
			l := &e.lines[lane]
			l.blocked, l.deep = false, now.Before(l.deepFor)
		}
		if r.verdict() != took || e.single {
			d.suspect(e)
		}
		d.settle(e, now)
	}
	for {
		e, ok := d.alarms.first()
		if !ok || e.alarm.After(now) {
			return in.scan
		}
		for lane := range e.lines {
			l := &e.lines[lane]
			l.blocked = false // by a pause that is over, perhaps
			if !l.next.IsZero() && !l.next.After(now) {
				l.next = time.Time{}
				d.suspect(e)
			}
		}
		d.settle(e, now)
	}
}

// endpoint returns the one with that id, which is new if need be.
func (d *dueList) endpoint(id, workspaceID string) *endpoint {
	if e := d.endpoints[id]; e != nil {
		return e
	}
	w := d.known[workspaceID]
	if w == nil {
		w = newWorkspace(workspaceID)
		d.known[workspaceID] = w
	}
	e := &endpoint{id: id, of: w, way: way(integration.DefaultOrdering)}
	w.endpoints++
	d.endpoints[id] = e
	return e
}

// suspect has an endpoint looked at before the next claim.
func (d *dueList) suspect(e *endpoint) { d.suspects[e] = true }

// countUpTo bounds how many due deliveries of an endpoint a look counts.
const countUpTo = 100

// suspected returns the endpoints to be looked at.
func (d *dueList) suspected() []*endpoint { return slices.Collect(maps.Keys(d.suspects)) }

// wait returns how long there is nothing to do unless something happens, until the next scan at most.
func (d *dueList) wait(now, scanAt time.Time) time.Duration {
	if e, ok := d.alarms.first(); ok && e.alarm.Before(scanAt) {
		scanAt = e.alarm
	}
	return max(0, scanAt.Sub(now))
}

// sight is what a look at the database has shown of an endpoint that may be sent to.
type sight struct {
	id        string
	workspace string
	way       way
	failures  int
	breaker   bool // whether it is not closed
	rated     bool // whether it has a rate
	wait      time.Duration
	due       [2]int            // by lane, counted up to countUpTo
	next      [2]*time.Duration // until the first one that is not due
}

// seen takes note of a look. What was looked at and not found has nothing pending, or may not be sent to; in a scan that
// is every other endpoint.
func (d *dueList) seen(sights []sight, looked []*endpoint, scan bool, now time.Time) {
	for _, e := range looked {
		delete(d.suspects, e)
		for lane := range e.lines {
			l := &e.lines[lane]
			*l = line{flying: l.flying, blocked: l.blocked && !scan, deep: l.deep, deepFor: l.deepFor}
		}
	}
	for _, s := range sights {
		e := d.endpoint(s.id, s.workspace)
		e.way, e.single, e.limited = s.way, s.failures >= failingAfter || s.breaker, s.breaker || s.rated
		e.notBefore, e.tokenAt = now.Add(s.wait), time.Time{}
		for lane := range e.lines {
			l := &e.lines[lane]
			l.expect, l.many, l.more = s.due[lane], s.due[lane] >= window, s.due[lane] >= countUpTo
			if next := s.next[lane]; next != nil {
				l.next = now.Add(*next + time.Millisecond)
			}
		}
		d.settle(e, now)
	}
	for _, e := range looked {
		d.settle(e, now)
		d.forget(e)
	}
}

// all returns every endpoint of the list, for a scan.
func (d *dueList) all() []*endpoint { return slices.Collect(maps.Values(d.endpoints)) }

// forget drops an endpoint that has nothing to send, when there are many.
func (d *dueList) forget(e *endpoint) {
	if len(d.endpoints) <= forgetAbove || e.place != 0 || e.alarmed != 0 {
		return
	}
	for _, l := range e.lines {
		if l.flying > 0 || l.expect > 0 {
			return
		}
	}
	delete(d.endpoints, e.id)
	delete(d.suspects, e)
	if e.of.endpoints--; e.of.endpoints == 0 {
		delete(d.known, e.of.id)
	}
}

// way returns how the next claim of the line searches, at an endpoint with that order.
func (l *line) way(order way) way {
	if order == byThread && l.deep {
		return byHeads
	}
	return order
}

// wanting returns the lane of the endpoint that may get one more worker, -1 when none may.
func (e *endpoint) wanting(d *dueList) int {
	for lane := range e.lines {
		if l := &e.lines[lane]; l.expect > 0 && !l.blocked && e.room(d, lane) > 0 {
			return lane
		}
	}
	return -1
}

// room is how many more deliveries of a lane may be under way.
func (e *endpoint) room(d *dueList, lane int) int {
	most := d.o.PerIntegration
	if e.way == fifo || e.single {
		most = 1 // the next one may go only when this one is over
	}
	l, r := &e.lines[live], &e.lines[replay]
	room := most - l.flying - r.flying
	if lane == replay {
		room = min(room, max(1, most/4)-r.flying)
	}
	return room
}

// alarmAt returns when the endpoint is to be looked at again if nothing happens before.
func (e *endpoint) alarmAt(now time.Time) time.Time {
	var at time.Time
	for _, t := range [...]time.Time{e.notBefore, e.tokenAt, e.lines[live].next, e.lines[replay].next} {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}
