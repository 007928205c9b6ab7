package graph

import (
	"entgo.io/contrib/entgql"

	"parley/ent"
	"parley/graph/gql"
	"parley/invalid"
)

// Sizes of a page.
const (
	defaultPage = 50
	maxPage     = 250
)

// page is the arguments of a connection in the form ent pages with.
type page struct {
	after, before *ent.Cursor
	first, last   *int
}

// newPage checks the arguments of a connection. Neither first nor last means the first 50.
func newPage(after *gql.Cursor, first *int, before *gql.Cursor, last *int) (page, error) {
	var bad invalid.Error
	p := page{first: first, last: last, after: readCursor(&bad, "after", after), before: readCursor(&bad, "before", before)}
	if first != nil && last != nil {
		bad.Add("first", "give first or last, not both")
	}
	checkSize(&bad, "first", first)
	checkSize(&bad, "last", last)
	if first == nil && last == nil {
		n := defaultPage
		p.first = &n
	}
	return p, bad.Err()
}

func checkSize(bad *invalid.Error, field string, n *int) {
	if n != nil {
		bad.Check(*n >= 1 && *n <= maxPage, field, "must be from 1 to %d", maxPage)
	}
}

func readCursor(bad *invalid.Error, field string, c *gql.Cursor) *ent.Cursor {
	if c == nil || *c == "" {
		return nil
	}
	var place entgql.Cursor[string]
	if err := place.UnmarshalGQL(string(*c)); err != nil || place.ID == "" {
		bad.Add(field, "is no cursor of this list: use one that an earlier answer gave")
	}
	return &place
}
