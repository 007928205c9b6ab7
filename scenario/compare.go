package scenario

import "slices"

// rewrite returns the lines of a section with its expectations replaced by what happened. An expectation that was met
// stays as it stands there; one that was not goes; a fact that nobody expected is written in its place.
func rewrite(lines []line, got []fact) []string {
	var wants []int // indexes of expectations in lines
	for i, l := range lines {
		if l.kind == expectation {
			wants = append(wants, i)
		}
	}
	met := align(lines, wants, got)
	for i, f := range got {
		got[i] = asMeant(f, lines, wants)
	}
	end := len(lines) // where facts go that nothing else places: before the remarks at the end
	for end > 1 && lines[end-1].kind == remark {
		end--
	}
	var out []string
	next := 0 // the next fact
	until := func(n int) {
		for ; next < n; next++ {
			out = append(out, got[next].lines()...)
		}
	}
	keep := true // whether the last expectation stays, and with it the lines that continue it
	for i, l := range lines {
		if i == end {
			until(len(got))
		}
		switch at := slices.Index(wants, i); {
		case at < 0:
			if l.kind != more || keep {
				out = append(out, l.raw)
			}
			keep = keep || l.kind != more
		case met[at].is:
			until(met[at].from)
			out, keep = append(out, l.raw), true
			next = met[at].to
		default:
			// What came in place of this expectation stands where it stood.
			until(nextMet(met, at, len(got)))
			keep = false
		}
	}
	until(len(got))
	return out
}

// meeting says which facts an expectation stands for.
type meeting struct {
	is       bool
	from, to int
}

func nextMet(met []meeting, at, all int) int {
	for _, m := range met[at+1:] {
		if m.is {
			return m.from
		}
	}
	return all
}

// align finds the longest common sequence of what was wanted and what happened.
func align(lines []line, wants []int, got []fact) []meeting {
	n, m := len(wants), len(got)
	best := make([][]int, n+1) // of the expectations from i and the facts from j on
	for i := range best {
		best[i] = make([]int, m+1)
	}
	fit := func(i, j int) bool { return got[j].matches(lines[wants[i]].fact) }
	for i := n - 1; i >= 0; i-- {
		for j := m; j >= 0; j-- {
			best[i][j] = best[i+1][j]
			if lines[wants[i]].fact.verb == anyLines {
				best[i][j]++ // it is met by nothing too
				if j < m {
					best[i][j] = max(best[i][j], best[i][j+1]+1)
				}
				continue
			}
			if j < m {
				best[i][j] = max(best[i][j], best[i][j+1])
				if fit(i, j) {
					best[i][j] = max(best[i][j], best[i+1][j+1]+2)
				}
			}
		}
	}
	met := make([]meeting, n)
	for i, j := 0, 0; i < n; {
		isAny := lines[wants[i]].fact.verb == anyLines
		switch {
		case isAny:
			from := j
			for j < m && best[i][j] == best[i][j+1]+1 && best[i][j] > best[i+1][j]+1 {
				j++
			}
			met[i] = meeting{true, from, j}
			i++
		case j < m && fit(i, j) && best[i][j] == best[i+1][j+1]+2:
			met[i] = meeting{true, j, j + 1}
			i, j = i+1, j+1
		case j < m && best[i][j] == best[i][j+1]:
			j++
		default:
			i++
		}
	}
	return met
}

// asMeant gives a delivery the JSON that is printed: what an expectation of its type names of its body, or nothing.
func asMeant(f fact, lines []line, wants []int) fact {
	if f.verb != "delivery" {
		return f
	}
	data := f.json
	f.json, f.has = nil, false
	for _, i := range wants {
		if w := lines[i].fact; w.verb == "delivery" && w.has && w.words[0] == f.words[0] && !f.has {
			f.json, f.has = project(data, w.json), true
		}
	}
	return f
}
