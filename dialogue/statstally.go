package dialogue

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// tally sums up figures by day and agent, by day, by agent, and in all. Durations are kept as counts of their rounded values, so
// that those of days and agents can be joined.
type tally struct {
	zone  *time.Location
	cells map[cellKey]*cell
	free  *Cost // of a workspace with prices and no usage; nil without prices
}

// cellKey has neither for the total.
type cellKey struct{ day, agentID string }

type cell struct {
	Figures
	first, every map[int64]int64
}

func newTally(zone *time.Location) *tally {
	t := &tally{zone: zone, cells: map[cellKey]*cell{}}
	t.at(cellKey{})
	return t
}

func (t *tally) at(k cellKey) *cell {
	c := t.cells[k]
	if c == nil {
		c = &cell{first: map[int64]int64{}, every: map[int64]int64{}}
		c.Cost = t.free
		t.cells[k] = c
	}
	return c
}

// each calls add with all cells that a day of an agent belongs to.
func (t *tally) each(day, agentID string, add func(*cell)) {
	for _, k := range []cellKey{{day, agentID}, {day, ""}, {"", agentID}, {}} {
		add(t.at(k))
	}
}

// unpriced sets what nothing costs, before costs are added.
func (t *tally) unpriced(nothing *Cost) {
	t.free = nothing
	for _, c := range t.cells {
		c.Cost = nothing
	}
}

// stats is what was tallied.
func (t *tally) stats() (out Stats) {
	for k, c := range t.cells {
		c.FirstResponse, c.Response = durations(c.first), durations(c.every)
		row := StatsRow{k.day, k.agentID, c.Figures}
		switch {
		case k == cellKey{}:
			out.Total = c.Figures
		case k.agentID == "":
			out.Days = append(out.Days, row)
		case k.day == "":
			out.Agents = append(out.Agents, row)
		default:
			out.Rows = append(out.Rows, row)
		}
	}
	byDay(out.Days)
	byDay(out.Rows)
	slices.SortFunc(out.Agents, func(a, b StatsRow) int {
		return cmp.Or(cmp.Compare(b.Dialogues, a.Dialogues), cmp.Compare(a.AgentID, b.AgentID))
	})
	return out
}

// durations finds the quantiles of counted values: the smallest value that so many do not exceed.
func durations(counts map[int64]int64) (d Durations) {
	for _, n := range counts {
		d.Count += n
	}
	seen := int64(0)
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		before := seen
		seen += counts[value]
		if half := (d.Count + 1) / 2; before < half && half <= seen {
			d.P50 = value
		}
		if most := (9*d.Count + 9) / 10; before < most && most <= seen {
			d.P90 = value
		}
	}
	return d
}
