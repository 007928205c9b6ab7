package limit

import "github.com/vektah/gqlparser/v2/ast"

// inspect checks a parsed document. The order matters: few fragments make the
// recursion through them shallow, no cycles make it end, and few selections
// make it affordable to visit each one of them in checkPlaces.
func inspect(query *ast.QueryDocument, l Limits) error {
	if got := len(query.Fragments); got > l.Fragments {
		return exceeded(RuleFragments, l.Fragments, got)
	}
	u := newUnfolding(query)
	total := extent{}
	for _, fragment := range query.Fragments {
		if !u.visit(fragment) {
			return cycle(fragment.Name)
		}
		total.add(u.measure(fragment.SelectionSet))
	}
	for _, operation := range query.Operations {
		total.add(u.measure(operation.SelectionSet))
	}
	if total.depth > l.Depth {
		return exceeded(RuleDepth, l.Depth, total.depth)
	}
	if total.selections > l.Selections {
		return exceeded(RuleSelections, l.Selections, total.selections)
	}
	return u.checkPlaces(query, l)
}

// extent is the size of a selection set in which every fragment is unfolded.
type extent struct {
	selections int // at most saturated
	depth      int // of selection sets; a fragment joins the set it is spread in
}

// saturated is where counting selections stops: far above any limit, and far
// enough below overflow that two such numbers can be added.
const saturated = 1 << 30

// add lays other beside e.
func (e *extent) add(other extent) {
	e.selections = min(e.selections+other.selections, saturated)
	e.depth = max(e.depth, other.depth)
}

// unfolding knows the fragments of one document and how large each is.
type unfolding struct {
	fragments map[string]*ast.FragmentDefinition
	extents   map[string]extent
	state     map[*ast.FragmentDefinition]visitState
}

type visitState int

const (
	unvisited visitState = iota
	visiting
	visited
)

// newUnfolding indexes the fragments. Of two with one name the first counts,
// which is the one validation unfolds before it refuses the second.
func newUnfolding(query *ast.QueryDocument) *unfolding {
	u := &unfolding{
		fragments: make(map[string]*ast.FragmentDefinition, len(query.Fragments)),
		extents:   make(map[string]extent, len(query.Fragments)),
		state:     make(map[*ast.FragmentDefinition]visitState, len(query.Fragments)),
	}
	for _, fragment := range query.Fragments {
		if u.fragments[fragment.Name] == nil {
			u.fragments[fragment.Name] = fragment
		}
	}
	return u
}

// visit measures fragment after those it spreads, each once. It returns false
// if the fragment leads back to itself. The rule of validation that says so
// runs beside the one that compares fields, which such a fragment can send
// into endless recursion, so it has to be refused here.
func (u *unfolding) visit(fragment *ast.FragmentDefinition) bool {
	switch u.state[fragment] {
	case visiting:
		return false
	case visited:
		return true
	}
	u.state[fragment] = visiting
	if !u.visitSpreads(fragment.SelectionSet) {
		return false
	}
	u.state[fragment] = visited
	if u.fragments[fragment.Name] == fragment {
		u.extents[fragment.Name] = u.measure(fragment.SelectionSet)
	}
	return true
}

// visitSpreads visits every fragment spread anywhere inside set.
func (u *unfolding) visitSpreads(set ast.SelectionSet) bool {
	for _, selection := range set {
		ok := true
		switch selection := selection.(type) {
		case *ast.Field:
			ok = u.visitSpreads(selection.SelectionSet)
		case *ast.InlineFragment:
			ok = u.visitSpreads(selection.SelectionSet)
		case *ast.FragmentSpread:
			if fragment := u.fragments[selection.Name]; fragment != nil {
				ok = u.visit(fragment)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// measure returns the extent of set; the fragments in it have been visited.
// A spread of a fragment that does not exist counts as one selection.
func (u *unfolding) measure(set ast.SelectionSet) extent {
	if len(set) == 0 {
		return extent{}
	}
	total := extent{selections: len(set), depth: 1}
	for _, selection := range set {
		var inner extent
		switch selection := selection.(type) {
		case *ast.Field:
			inner = u.measure(selection.SelectionSet)
			inner.depth++
		case *ast.InlineFragment:
			inner = u.measure(selection.SelectionSet)
			inner.depth++
		case *ast.FragmentSpread:
			inner = u.extents[selection.Name]
		}
		total.add(inner)
	}
	return total
}
