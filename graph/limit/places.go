package limit

import "github.com/vektah/gqlparser/v2/ast"

// place is a response key inside a merged selection set, and who selects it.
type place struct {
	key    string
	fields []*ast.Field
}

// inner are the selection sets that are merged in the place.
func (p place) inner() (sets []ast.SelectionSet) {
	for _, field := range p.fields {
		if len(field.SelectionSet) > 0 {
			sets = append(sets, field.SelectionSet)
		}
	}
	return sets
}

// checkPlaces checks the response that each operation and each fragment
// describes. Its time is bounded by the number of selections, which has been
// checked.
func (u *unfolding) checkPlaces(query *ast.QueryDocument, l Limits) error {
	for _, operation := range query.Operations {
		if err := u.checkRoot(operation.SelectionSet, l); err != nil {
			return err
		}
	}
	for _, fragment := range query.Fragments {
		if err := u.checkShared(l, fragment.SelectionSet); err != nil {
			return err
		}
	}
	return nil
}

// checkRoot checks the selection set of an operation.
func (u *unfolding) checkRoot(set ast.SelectionSet, l Limits) error {
	places, _ := u.flatten(set)
	if got := len(places); got > l.RootFields {
		return exceeded(RuleRootFields, l.RootFields, got)
	}
	introspection := 0
	for _, place := range places {
		if name := place.fields[0].Name; name == "__schema" || name == "__type" {
			introspection++
		}
	}
	if introspection > l.Introspection {
		return exceeded(RuleIntrospection, l.Introspection, introspection)
	}
	return u.checkShared(l, set)
}

// checkShared checks how many fields share each of the places that sets
// describe together.
func (u *unfolding) checkShared(l Limits, sets ...ast.SelectionSet) error {
	places, _ := u.flatten(sets...)
	for _, place := range places {
		if len(place.fields) > l.ResponseKey {
			if got := distinct(place.fields); got > l.ResponseKey {
				return repeatedKey(place.key, l.ResponseKey, got)
			}
		}
		if inner := place.inner(); len(inner) > 0 {
			if err := u.checkShared(l, inner...); err != nil {
				return err
			}
		}
	}
	return nil
}

// flatten returns the fields of sets by response key, in the order in which
// the keys first appear. Inline fragments and spreads are replaced by their
// content, every time they occur. It returns the number of spreads as well,
// without those that stand in a fragment: these are compared only once.
func (u *unfolding) flatten(sets ...ast.SelectionSet) (places []place, spreads int) {
	index := map[string]int{}
	var add func(set ast.SelectionSet, written bool)
	add = func(set ast.SelectionSet, written bool) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				at, known := index[selection.Alias]
				if !known {
					at = len(places)
					index[selection.Alias] = at
					places = append(places, place{key: selection.Alias})
				}
				places[at].fields = append(places[at].fields, selection)
			case *ast.InlineFragment:
				add(selection.SelectionSet, written)
			case *ast.FragmentSpread:
				if written {
					spreads++
				}
				if fragment := u.fragments[selection.Name]; fragment != nil {
					add(fragment.SelectionSet, false)
				}
			}
		}
	}
	for _, set := range sets {
		add(set, true)
	}
	return places, spreads
}

// distinct returns how many fields there are if one that arrives through
// several spreads of its fragment counts once: those merge with themselves.
func distinct(fields []*ast.Field) int {
	seen := make(map[*ast.Field]struct{}, len(fields))
	for _, field := range fields {
		seen[field] = struct{}{}
	}
	return len(seen)
}
