package delivery

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/integration"
	"parley/eventlog"
)

// now is when unit tests of the due list play.
var now = time.UnixMilli(1_800_000_000_000)

// pending is a sight of an endpoint with live deliveries that are due.
func pending(workspace, id string, due int) sight {
	return sight{id: id, workspace: workspace, way: anyOrder, due: [2]int{live: due}}
}

// give deals, finds all that was granted, and has it recorded.
func give(d *dueList, free int) map[string]int {
	got := map[string]int{}
	for _, g := range d.deal(free, now) {
		got[g.id] += g.n
		got[g.of.id] += g.n
		d.claimed(g, g.n, now)
		for range g.n {
			d.finished([]result{{&job{integrationID: g.id, workspace: g.of.id, lane: g.lane}, &Outcome{Result: attempt.OutcomeSUCCEEDED}}})
		}
	}
	d.update(now)
	return got
}

func limits(workers, perWorkspace, perIntegration int) *dueList {
	return newDueList(Options{Workers: workers, PerWorkspace: perWorkspace, PerIntegration: perIntegration})
}

func TestWorkspacesShareBeforeEndpointsDo(t *testing.T) {
	t.Parallel()
	d := limits(1000, 1000, 1000)
	const many = 500 // endpoints of a workspace beside one with one
	var all []sight
	for i := range many {
		all = append(all, pending("many", fmt.Sprint("m", i), 1000))
	}
	d.seen(append(all, pending("one", "o", 100_000)), nil, true, now)
	got := map[string]int{}
	for range 1000 {
		for id, n := range give(d, 10) {
			got[id] += n
		}
	}
	if !within(turn, got["many"], 5000) || !within(turn, got["one"], 5000) {
		t.Errorf("workspaces got %d and %d, want half each, but for a turn", got["many"], got["one"])
	}
	for i := range many {
		if n := got[fmt.Sprint("m", i)]; !within(turn, n, 10) {
			t.Errorf("endpoint %d got %d, want 10, but for a turn", i, n)
		}
	}
}

// within says whether n is no further from want than off.
func within(off, n, want int) bool { return max(n-want, want-n) <= off }

func TestATurnIsMoreThanOneDelivery(t *testing.T) {
	t.Parallel()
	d := limits(1000, 1000, 1000)
	var all []sight
	for i := range 100 {
		all = append(all, pending(fmt.Sprint("w", i%10), fmt.Sprint("e", i), 50))
	}
	d.seen(all, nil, true, now)
	const free = 120
	if n := len(d.deal(free, now)); n != free/turn {
		t.Errorf("%d workers went to %d of 100 endpoints, each of which costs a search, want %d", free, n, free/turn)
	}
}

func TestWhoWasAbsentHasSavedNothing(t *testing.T) {
	t.Parallel()
	d := limits(1000, 1000, 1000)
	d.seen([]sight{pending("a", "a1", 10_000)}, nil, true, now)
	for range 100 {
		give(d, 10)
	}
	d.seen([]sight{pending("b", "b1", 10_000)}, nil, false, now)
	got := map[string]int{}
	for range 10 {
		for id, n := range give(d, 4) {
			got[id] += n
		}
	}
	if !within(turn, got["a"], 20) || !within(turn, got["b"], 20) {
		t.Errorf("after an absence of one: %v, want half each", got)
	}
}

func TestACapBindsWhileOthersWait(t *testing.T) {
	t.Parallel()
	d := limits(100, 10, 8)
	var all []sight
	for i := range 20 {
		all = append(all, pending("a", fmt.Sprint("a", i), 50))
	}
	d.seen(all, nil, true, now)
	if n := len(d.deal(100, now)); d.flying != 50 || n != (50+turn-1)/turn {
		t.Errorf("alone it got %d for %d endpoints, want half of all workers in turns", d.flying, n)
	}
	d.seen([]sight{pending("b", "b1", 3), pending("b", "b2", 30)}, nil, false, now)
	before := d.flying
	for _, g := range d.deal(100, now) {
		if g.of.id != "b" {
			t.Errorf("%s got more beside another", g.id)
		}
	}
	if n := d.flying - before; n != 10 {
		t.Errorf("the other got %d, want its cap", n)
	}
}

func TestReplaysGetWhatLiveDeliveriesLeave(t *testing.T) {
	t.Parallel()
	d := limits(100, 100, 8)
	d.seen([]sight{{id: "e", workspace: "w", way: anyOrder, due: [2]int{live: 3, replay: 50}}}, nil, true, now)
	grants := d.deal(100, now)
	if len(grants) != 2 || grants[0].lane != live || grants[0].n != 3 || grants[1].lane != replay || grants[1].n != 2 {
		t.Errorf("granted %+v, want 3 live ones and 2 replays", grants)
	}
	d.woken(eventlog.Wake{New: []*ent.Integration{{ID: "e", WorkspaceID: "w", Ordering: integration.OrderingNONE}}})
	d.update(now)
	if grants = d.deal(100, now); len(grants) != 1 || grants[0].lane != live || grants[0].n != 1 {
		t.Errorf("granted %+v, want the live one", grants)
	}
}

func TestDealKeepsToEveryLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		perWorkspace, perIntegration := rapid.IntRange(1, 12).Draw(t, "per workspace"), rapid.IntRange(1, 8).Draw(t, "per integration")
		d := limits(200, perWorkspace, perIntegration)
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			var all []sight
			for i := range rapid.IntRange(0, 12).Draw(t, "endpoints") {
				all = append(all, pending(fmt.Sprint("w", rapid.IntRange(0, 3).Draw(t, "workspace")), "", rapid.IntRange(0, 20).Draw(t, "due")))
				all[i].id = fmt.Sprint(all[i].workspace, i)
			}
			d.seen(all, d.all(), true, now)
			free, possible := rapid.IntRange(0, 40).Draw(t, "free"), map[string]int{}
			for _, s := range all {
				e := d.endpoints[s.id]
				possible[s.workspace] += min(s.due[live], perIntegration-e.lines[live].flying)
			}
			most, before := 0, d.flying
			for w, n := range possible {
				most += max(0, min(n, d.mostOf(d.known[w])-d.known[w].flying))
			}
			grants := d.deal(free, now)
			if got, want := d.flying-before, min(free, most); got != want { // nobody idles while something may be sent
				t.Fatalf("%d granted, want %d", got, want)
			}
			for _, g := range grants {
				if n := g.lines[live].flying; g.n < 1 || n > perIntegration {
					t.Fatalf("%s got %d and has %d", g.id, g.n, n)
				}
				d.claimed(g, g.n-rapid.IntRange(0, g.n).Draw(t, "unused"), now)
			}
			for _, w := range d.known {
				if w.flying > max(perWorkspace, 100) { // half of the workers
					t.Fatalf("%s has %d under way", w.id, w.flying)
				}
			}
		}
	})
}

// An endpoint whose window is full of what waits for others is searched beyond it for a while, not only once, and then the
// window is tried again.
func TestAFullWindowIsPassedOverForAWhile(t *testing.T) {
	t.Parallel()
	d := limits(8, 8, 8)
	d.seen([]sight{{id: "e", workspace: "w", way: byThread, due: [2]int{live: countUpTo}}}, nil, true, now)
	deal := func(at time.Time, found int) way {
		t.Helper()
		grants := d.deal(8, at)
		if len(grants) != 1 {
			t.Fatalf("%d grants", len(grants))
		}
		g := grants[0]
		d.claimed(g, found, at)
		for range found {
			d.finished([]result{{&job{integrationID: g.id, workspace: g.of.id, lane: g.lane}, &Outcome{Result: attempt.OutcomeSUCCEEDED}}})
		}
		d.update(at)
		return g.way
	}
	for i, step := range []struct {
		at    time.Duration
		found int
		want  way
	}{{0, 0, byThread}, {0, 8, byHeads}, {time.Millisecond, 8, byHeads}, {stayDeep / 2, 8, byHeads}, {stayDeep, 8, byHeads}, {stayDeep, 8, byThread}} {
		if got := deal(now.Add(step.at), step.found); got != step.want {
			t.Errorf("claim %d, after %v, searches by %s, not by %s", i, step.at, got, step.want)
		}
	}
}
