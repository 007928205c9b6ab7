package delivery

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func plenty(string) int { return 1 << 20 }

func TestWorkspacesShareBeforeEndpointsDo(t *testing.T) {
	t.Parallel()
	var due []endpoint
	for i := range 9 { // one workspace with nine endpoints beside one with one
		due = append(due, endpoint{id: fmt.Sprint("many", i), workspace: "many", room: 1000})
	}
	due = append(due, endpoint{id: "one", workspace: "one", room: 1000})
	var tn turns
	byWorkspace, byEndpoint := map[string]int{}, map[string]int{}
	for range 30 {
		for _, g := range tn.deal(6, due, plenty) {
			byWorkspace[g.workspace] += g.n
			byEndpoint[g.id] += g.n
		}
	}
	if byWorkspace["many"] != 90 || byWorkspace["one"] != 90 {
		t.Errorf("workspaces got %v, want half each", byWorkspace)
	}
	for i := range 9 {
		if n := byEndpoint[fmt.Sprint("many", i)]; n != 10 {
			t.Errorf("endpoint %d got %d, want 10", i, n)
		}
	}
}

func TestWhoWasAbsentHasSavedNothing(t *testing.T) {
	t.Parallel()
	a, b := endpoint{id: "a", workspace: "a", room: 1000}, endpoint{id: "b", workspace: "b", room: 1000}
	var tn turns
	for range 100 {
		tn.deal(10, []endpoint{a}, plenty)
	}
	got := map[string]int{}
	for range 10 {
		for _, g := range tn.deal(4, []endpoint{a, b}, plenty) {
			got[g.id] += g.n
		}
	}
	if got["a"] < 19 || got["b"] < 19 {
		t.Errorf("after an absence of one: %v, want half each", got)
	}
}

func TestDealKeepsToEveryLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var tn turns
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			var due []endpoint
			left := map[string]int{}
			for i := range rapid.IntRange(0, 12).Draw(t, "endpoints") {
				w := fmt.Sprint("w", rapid.IntRange(0, 3).Draw(t, "workspace"))
				left[w] = rapid.IntRange(-2, 12).Draw(t, "left")
				due = append(due, endpoint{id: fmt.Sprint(w, i), workspace: w, room: rapid.IntRange(1, 8).Draw(t, "room")})
			}
			free := rapid.IntRange(0, 40).Draw(t, "free")
			total, used, possible := 0, map[string]int{}, map[string]int{}
			for _, e := range due {
				possible[e.workspace] += e.room
			}
			grants := tn.deal(free, due, func(w string) int { return left[w] })
			for _, g := range grants {
				if g.n < 1 || g.n > g.room {
					t.Fatalf("%s got %d with room for %d", g.id, g.n, g.room)
				}
				total += g.n
				used[g.workspace] += g.n
				tn.refund(g, rapid.IntRange(0, g.n).Draw(t, "unused"))
			}
			most := 0
			for w, n := range possible {
				most += max(0, min(n, left[w]))
				if used[w] > max(0, left[w]) {
					t.Fatalf("%s got %d of %d", w, used[w], left[w])
				}
			}
			if want := min(free, most); total != want { // nobody idles while something may be sent
				t.Fatalf("%d granted, want %d", total, want)
			}
		}
	})
}
