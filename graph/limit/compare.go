package limit

import "github.com/vektah/gqlparser/v2/ast"

// comparison walks the response a document describes: fields with one response
// key are one place in it, and what they select is merged. It counts the pairs
// of fields that validation compares to make sure they can be merged.
type comparison struct {
	*unfolding
	limits Limits
	pairs  int
	inline map[*ast.InlineFragment]int // pairs inside, so that each is walked once
}

// place is a response key inside a merged selection set, and who selects it.
type place struct {
	key    string
	fields []*ast.Field
}

// compare checks what each operation and each fragment adds up to. Its time is
// bounded by the number of selections, which has been checked, times the depth.
func (u *unfolding) compare(query *ast.QueryDocument, l Limits) error {
	c := &comparison{unfolding: u, limits: l, inline: map[*ast.InlineFragment]int{}}
	for _, operation := range query.Operations {
		if err := c.root(operation.SelectionSet); err != nil {
			return err
		}
	}
	for _, fragment := range query.Fragments {
		if err := c.walk(fragment.SelectionSet); err != nil {
			return err
		}
	}
	return nil
}

// root checks the selection set of an operation.
func (c *comparison) root(set ast.SelectionSet) error {
	places, _ := c.flatten(set)
	if got := len(places); got > c.limits.RootFields {
		return exceeded(RuleRootFields, c.limits.RootFields, got)
	}
	introspection := 0
	for _, place := range places {
		if name := place.fields[0].Name; name == "__schema" || name == "__type" {
			introspection++
		}
	}
	if introspection > c.limits.Introspection {
		return exceeded(RuleIntrospection, c.limits.Introspection, introspection)
	}
	return c.walk(set)
}

// walk counts the pairs that validation compares on its way through set: those
// of the set itself, and once more those of every inline fragment it passes,
// because it compares the content of an inline fragment on its own as well as
// in the set that encloses it.
func (c *comparison) walk(set ast.SelectionSet) error {
	if err := c.merge(set); err != nil {
		return err
	}
	return c.walkInline(set)
}

func (c *comparison) walkInline(set ast.SelectionSet) error {
	for _, selection := range set {
		var err error
		switch selection := selection.(type) {
		case *ast.Field:
			err = c.walkInline(selection.SelectionSet)
		case *ast.InlineFragment:
			if err = c.mergeInline(selection); err == nil {
				err = c.walkInline(selection.SelectionSet)
			}
		case *ast.FragmentSpread:
			if fragment := c.fragments[selection.Name]; fragment != nil {
				err = c.walkInline(fragment.SelectionSet)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeInline is merge for an inline fragment, which may be passed often.
func (c *comparison) mergeInline(fragment *ast.InlineFragment) error {
	if pairs, known := c.inline[fragment]; known {
		return c.count(pairs)
	}
	before := c.pairs
	if err := c.merge(fragment.SelectionSet); err != nil {
		return err
	}
	c.inline[fragment] = c.pairs - before
	return nil
}

// merge checks the place that sets describe together, and the places in it.
func (c *comparison) merge(sets ...ast.SelectionSet) error {
	places, spreads := c.flatten(sets...)
	if err := c.count(pairsOf(spreads)); err != nil {
		return err
	}
	for _, place := range places {
		if err := c.checkPlace(place); err != nil {
			return err
		}
		var inner []ast.SelectionSet
		for _, field := range place.fields {
			if len(field.SelectionSet) > 0 {
				inner = append(inner, field.SelectionSet)
			}
		}
		if len(inner) == 0 {
			continue
		}
		if err := c.merge(inner...); err != nil {
			return err
		}
	}
	return nil
}

// checkPlace checks how many fields share a place. A pair costs more the more
// arguments its two fields have, because each is compared with each.
func (c *comparison) checkPlace(p place) error {
	if len(p.fields) > c.limits.ResponseKey {
		if got := distinct(p.fields); got > c.limits.ResponseKey {
			return repeatedKey(p.key, c.limits.ResponseKey, got)
		}
	}
	sum, squares := 0, 0
	for _, field := range p.fields {
		weight := 1 + len(field.Arguments)
		sum += weight
		squares += weight * weight
	}
	return c.count((sum*sum - squares) / 2)
}

// count adds to the pairs found and fails when there are too many.
func (c *comparison) count(pairs int) error {
	c.pairs += pairs
	if c.pairs > c.limits.Comparisons {
		return exceeded(RuleComparisons, c.limits.Comparisons, c.pairs)
	}
	return nil
}

// flatten returns the fields of sets by response key, in the order in which
// the keys first appear. Inline fragments and spreads are replaced by their
// content, every time they occur. It returns the number of spreads as well,
// without those that stand in a fragment: these are compared only once.
func (c *comparison) flatten(sets ...ast.SelectionSet) (places []place, spreads int) {
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
				if fragment := c.fragments[selection.Name]; fragment != nil {
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

func pairsOf(n int) int { return n * (n - 1) / 2 }
