package graph

import (
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	entvalue "entgo.io/ent"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/relay"
	"parley/graph/gql"
	"parley/invalid"
)

// Sizes of a page.
const (
	defaultPage = 50
	// MaxPage is how much of a list is answered at once.
	MaxPage = 250
)

// page is the arguments of a connection in the form ent pages with.
type page struct {
	after, before *ent.Cursor
	first, last   *int
}

// place says what a cursor of a list holds.
type place struct {
	prefix string // of the ids in the list
	// zero is the zero value of what the list is ordered by; nil when it is ordered by id. Cursors are written without
	// a zero value, so that one without a value stands for it: no column that orders a list may be null.
	zero any
}

// placeIn is the place of a list in the given order, with the value of an empty row.
func placeIn[T any](prefix string, value func(*T) (entvalue.Value, error)) place {
	zero, err := value(new(T))
	if err != nil {
		return place{prefix: prefix}
	}
	return place{prefix, zero}
}

// newPage checks the arguments of a connection. Neither first nor last means the first 50.
func newPage(at place, after *gql.Cursor, first *int, before *gql.Cursor, last *int) (page, error) {
	var bad invalid.Error
	p := page{first: first, last: last, after: at.read(&bad, "after", after), before: at.read(&bad, "before", before)}
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
		bad.Check(*n >= 1 && *n <= MaxPage, field, "must be from 1 to %d", MaxPage)
	}
}

// read reads a cursor. One of another list, or of another order as far as its value tells, is recorded as bad.
func (at place) read(bad *invalid.Error, field string, c *gql.Cursor) *ent.Cursor {
	if c == nil || *c == "" {
		return nil
	}
	var read relay.Cursor[string]
	err := read.UnmarshalGQL(string(*c))
	prefix, ok := id.Prefix(read.ID)
	fits := err == nil && ok && prefix == at.prefix
	if fits {
		read.Value, fits = at.value(read.Value)
	}
	bad.Check(fits, field, "is no cursor of this list in this order: use one that an earlier answer gave")
	return &read
}

// value gives the value of a cursor the type that the list is ordered by, and says whether it can be.
func (at place) value(got any) (any, bool) {
	if at.zero == nil {
		return nil, got == nil
	}
	if got == nil {
		return at.zero, true
	}
	number := reflect.ValueOf(at.zero).CanInt()
	switch v := reflect.ValueOf(got); {
	case number && v.CanInt():
		return v.Int(), true
	case number && v.CanUint() && v.Uint() <= math.MaxInt64:
		return int64(v.Uint()), true
	case !number && v.Kind() == reflect.String:
		return got, utf8.ValidString(v.String()) && !strings.ContainsRune(v.String(), 0)
	}
	return nil, false
}
