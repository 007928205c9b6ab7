package limit

import "github.com/vektah/gqlparser/v2/ast"

// comparison walks the response a document describes: fields with one response
// key are one place in it, and what they select is merged. It counts the pairs
// of fields that gqlparser's own rule would compare to make sure they can be
// merged.
type comparison struct {
	*unfolding
	most   int // pairs
	pairs  int
	inline map[*ast.InlineFragment]int // pairs inside, so that each is walked once
}

// compare fails if gqlparser would have to compare too many pairs. Its time is
// bounded by the number of selections, which has been checked, times the depth.
func (u *unfolding) compare(query *ast.QueryDocument, l Limits) error {
	c := &comparison{unfolding: u, most: l.Comparisons, inline: map[*ast.InlineFragment]int{}}
	for _, operation := range query.Operations {
		if err := c.walk(operation.SelectionSet); err != nil {
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

// merge counts the pairs of the place that sets describe together, and of the places in it.
func (c *comparison) merge(sets ...ast.SelectionSet) error {
	places, spreads := c.flatten(sets...)
	if err := c.count(pairsOf(spreads)); err != nil {
		return err
	}
	for _, place := range places {
		if err := c.countPlace(place); err != nil {
			return err
		}
		if inner := place.inner(); len(inner) > 0 {
			if err := c.merge(inner...); err != nil {
				return err
			}
		}
	}
	return nil
}

// countPlace counts the pairs of a place. A pair costs more the more
// arguments its two fields have, because each is compared with each.
func (c *comparison) countPlace(p place) error {
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
	if c.pairs > c.most {
		return exceeded(RuleComparisons, c.most, c.pairs)
	}
	return nil
}

func pairsOf(n int) int { return n * (n - 1) / 2 }
