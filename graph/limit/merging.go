package limit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// merging goes once through the answer that an operation or a fragment describes, place by place. Each field that may stand in a
// place is held against the first one there instead of against every other: to be of the same shape is for all, and to
// be the same field with the same arguments as well, unless two of them can never meet, because somewhere on the way to them
// one stands in one object type and the other in another. Only where fields of a place differ are they compared in pairs.
//
// So the time is that of the document with its fragments unfolded, which [Limits.Selections] bounds, and of the pairs that
// differ, which Limits.Comparisons bounds.
type merging struct {
	schema     *ast.Schema
	types      map[typeStep]*typePath
	signatures map[*ast.Field]string
	steps      int // fields that may still be visited
	pairs      int // pairs that may still be compared
	most       int
}

// typePath is the object types in which a field and the fields around it stand, from the innermost to the root. Equal ones are
// one pointer.
type typePath struct {
	around *typePath
	object string // empty where it may be of several types
}

type typeStep struct {
	around *typePath
	object string
}

// occurrence is a field where it stands in an answer.
type occurrence struct {
	field *ast.Field
	in    *typePath
}

// spread is a fragment that has been unfolded in a place, for the types that are around it.
type spread struct {
	fragment *ast.FragmentDefinition
	around   *typePath
}

func newMerging(schema *ast.Schema, l Limits) *merging {
	return &merging{
		schema: schema, types: map[typeStep]*typePath{}, signatures: map[*ast.Field]string{},
		steps: 2 * l.Selections, pairs: l.Comparisons, most: l.Comparisons,
	}
}

// check returns a conflict in a selection set whose fields know their definitions, or nil.
func (m *merging) check(set ast.SelectionSet) *conflict {
	root := unfoldedPlaces{merging: m}
	root.add(set, nil)
	return m.inside(&root)
}

// inside checks the places of a selection set and what is below them.
func (m *merging) inside(set *unfoldedPlaces) *conflict {
	for _, fields := range set.places {
		if m.steps -= len(fields); m.steps < 0 {
			return m.tooMuch(fields[0].field)
		}
		if len(fields) > 1 {
			if found := m.compare(fields); found != nil {
				return found
			}
		}
		below := unfoldedPlaces{merging: m}
		for _, f := range fields {
			below.add(f.field.SelectionSet, f.in)
		}
		if found := m.inside(&below); found != nil {
			return found
		}
	}
	return nil
}

// compare checks the fields of one place.
func (m *merging) compare(fields []occurrence) *conflict {
	if found := m.compareShapes(fields); found != nil {
		return found
	}
	first := m.signature(fields[0].field)
	if !slices.ContainsFunc(fields[1:], func(o occurrence) bool { return m.signature(o.field) != first }) {
		return nil
	}
	type kind struct {
		signature string
		in        *typePath
	}
	known := map[kind]struct{}{}
	var kinds []occurrence // one of each
	for _, f := range fields {
		k := kind{m.signature(f.field), f.in}
		if _, seen := known[k]; seen {
			continue
		}
		known[k] = struct{}{}
		for _, other := range kinds {
			if m.pairs--; m.pairs < 0 {
				return m.tooMuch(f.field)
			}
			if m.signature(other.field) != k.signature && meet(other.in, f.in) {
				return differ(other.field, f.field)
			}
		}
		kinds = append(kinds, f)
	}
	return nil
}

// compareShapes checks that all fields of a place have lists and nulls alike, and the same scalar or enum. A field that is not in
// the schema has no shape, and an object has none that could differ from a scalar's, as gqlparser has it.
func (m *merging) compareShapes(fields []occurrence) *conflict {
	var first, leaf *ast.Field
	for _, f := range fields {
		if f.field.Definition == nil {
			continue
		}
		if first == nil {
			first = f.field
		} else if !sameLists(first.Definition.Type, f.field.Definition.Type) {
			return shapes(first, f.field)
		}
		t := m.schema.Types[f.field.Definition.Type.Name()]
		if t == nil || t.Kind != ast.Scalar && t.Kind != ast.Enum {
			continue
		}
		if leaf == nil {
			leaf = f.field
		} else if leaf.Definition.Type.Name() != t.Name {
			return shapes(leaf, f.field)
		}
	}
	return nil
}

// sameLists compares how deep lists are, and whether what is in them may be null. That a list itself may is not compared, as
// gqlparser has it.
func sameLists(a, b *ast.Type) bool {
	for a.Elem != nil && b.Elem != nil {
		a, b = a.Elem, b.Elem
	}
	return a.Elem == nil && b.Elem == nil && a.NonNull == b.NonNull
}

// meet says whether fields on two paths of one length may stand in one object.
func meet(a, b *typePath) bool {
	for ; a != b; a, b = a.around, b.around {
		if a.object != b.object && a.object != "" && b.object != "" {
			return false
		}
	}
	return true
}

// signature is the same for fields that mean the same: their name, and their arguments in any order. Lists and objects are all
// alike, as gqlparser has it.
func (m *merging) signature(f *ast.Field) string {
	if len(f.Arguments) == 0 {
		return f.Name
	}
	if known, ok := m.signatures[f]; ok {
		return known
	}
	arguments := make([]string, 0, len(f.Arguments))
	for _, a := range f.Arguments {
		arguments = append(arguments, fmt.Sprintf("%s %d %q", a.Name, a.Value.Kind, a.Value.Raw))
	}
	slices.Sort(arguments)
	made := f.Name + "(" + strings.Join(arguments, ",")
	m.signatures[f] = made
	return made
}

// tooMuch refuses what could not be compared to its end.
func (m *merging) tooMuch(f *ast.Field) *conflict {
	return &conflict{why: exceeded(RuleComparisons, m.most, m.most+1).Message, at: f.Position}
}

func differ(a, b *ast.Field) *conflict {
	why := "they have differing arguments"
	if a.Name != b.Name {
		why = fmt.Sprintf("%q and %q are different fields", shorten(a.Name), shorten(b.Name))
	}
	return &conflict{responseKey(a), why, b.Position}
}

func shapes(a, b *ast.Field) *conflict {
	return &conflict{responseKey(a), fmt.Sprintf("they return conflicting types %q and %q", a.Definition.Type, b.Definition.Type), b.Position}
}

func responseKey(f *ast.Field) string {
	if f.Alias != "" {
		return f.Alias
	}
	return f.Name
}

// unfoldedPlaces are the fields of selection sets that stand in one place, by response key, in the order in which the keys appear.
type unfoldedPlaces struct {
	*merging
	places  [][]occurrence
	index   map[string]int
	spreads map[spread]struct{}
}

// add unfolds a selection set; around are the types of the field that has it. A fragment that comes again adds nothing.
func (u *unfoldedPlaces) add(set ast.SelectionSet, around *typePath) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			key := responseKey(selection)
			at, known := u.index[key]
			if !known {
				if u.index == nil {
					u.index = map[string]int{}
				}
				at = len(u.places)
				u.index[key] = at
				u.places = append(u.places, nil)
			}
			u.places[at] = append(u.places[at], occurrence{selection, u.path(selection, around)})
		case *ast.InlineFragment:
			u.add(selection.SelectionSet, around)
		case *ast.FragmentSpread:
			if selection.Definition == nil {
				continue
			}
			s := spread{selection.Definition, around}
			if _, again := u.spreads[s]; again {
				continue
			}
			if u.spreads == nil {
				u.spreads = map[spread]struct{}{}
			}
			u.spreads[s] = struct{}{}
			u.add(selection.Definition.SelectionSet, around)
		}
	}
}

// path is the path of a field: two fields can be told apart by their types where both are in the schema.
func (m *merging) path(f *ast.Field, around *typePath) *typePath {
	step := typeStep{around: around}
	if o := f.ObjectDefinition; o != nil && o.Kind == ast.Object && f.Definition != nil {
		step.object = o.Name
	}
	known := m.types[step]
	if known == nil {
		known = &typePath{step.around, step.object}
		m.types[step] = known
	}
	return known
}
