package delivery

import (
	"cmp"
	"maps"
	"slices"
)

// turns decides whose deliveries free workers take: workspaces go round, and within a workspace its endpoints, so that
// a workspace gains nothing by having many endpoints. It is start-time fair queueing
// (https://doi.org/10.1109/90.649569) with every delivery of the same cost: each party has a clock that advances by one
// for a delivery, and the one that is furthest behind is next. It is not safe for concurrent use.
type turns struct {
	now        float64            // clock of the workspace that was served last
	workspaces map[string]*ticket // by id
}

type ticket struct {
	at        float64
	now       float64            // clock of the endpoint that was served last
	endpoints map[string]float64 // clocks by integration id
}

// endpoint is one integration with deliveries that are due.
type endpoint struct {
	id        string
	workspace string
	way       way  // to find what can be claimed
	more      bool // whether more is due than was looked at
	room      int  // how many more may be sent now: no more than are due, and than its cap leaves
}

// grant is how many deliveries of an endpoint to claim.
type grant struct {
	endpoint
	n int
}

// forgetAbove bounds the clocks that are kept of parties with nothing to send.
const forgetAbove = 4096

// deal shares free workers among endpoints; left is how many more each workspace may have at once. The grants are in
// the order in which the endpoints came first.
func (t *turns) deal(free int, due []endpoint, left func(workspace string) int) []grant {
	if t.workspaces == nil || len(t.workspaces) > forgetAbove {
		t.workspaces = map[string]*ticket{}
	}
	type party struct {
		*ticket
		id        string
		left      int
		endpoints []*grant
	}
	parties := map[string]*party{}
	for _, e := range due {
		p := parties[e.workspace]
		if p == nil {
			p = &party{t.enter(e.workspace), e.workspace, left(e.workspace), nil}
			parties[e.workspace] = p
		}
		p.enter(e.id)
		p.endpoints = append(p.endpoints, &grant{endpoint: e})
	}
	round := slices.SortedFunc(maps.Values(parties), func(a, b *party) int { return cmp.Compare(a.id, b.id) })
	var order []*grant
	for ; free > 0; free-- {
		var next *party
		var from *grant
		for _, p := range round {
			if p.left <= 0 || next != nil && p.at >= next.at {
				continue
			}
			if g := p.next(p.endpoints); g != nil {
				next, from = p, g
			}
		}
		if next == nil {
			break
		}
		if from.n == 0 {
			order = append(order, from)
		}
		from.n++
		next.left--
		t.now, next.now = next.at, next.ticket.endpoints[from.id]
		next.at++
		next.ticket.endpoints[from.id]++
	}
	grants := make([]grant, len(order))
	for i, g := range order {
		grants[i] = *g
	}
	return grants
}

// refund gives back the turns of deliveries that were granted and not found.
func (t *turns) refund(g grant, unused int) {
	p := t.workspaces[g.workspace]
	p.at -= float64(unused)
	p.endpoints[g.id] -= float64(unused)
}

// enter brings a workspace's clock up to the present: who had nothing to send has saved nothing.
func (t *turns) enter(workspace string) *ticket {
	p := t.workspaces[workspace]
	if p == nil {
		p = &ticket{endpoints: map[string]float64{}}
		t.workspaces[workspace] = p
	}
	p.at = max(p.at, t.now)
	return p
}

func (p *ticket) enter(id string) { p.endpoints[id] = max(p.endpoints[id], p.now) }

// next returns the endpoint with room that is furthest behind, or nil.
func (p *ticket) next(endpoints []*grant) *grant {
	var first *grant
	for _, g := range endpoints {
		if g.n < g.room && (first == nil || p.endpoints[g.id] < p.endpoints[first.id]) {
			first = g
		}
	}
	return first
}
