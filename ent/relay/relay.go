// Package relay is what generated code needs of entgql while the server runs: cursors, where they are in a list, and the directions of
// orders. entgql itself is the generator, too, and brings that, gqlgen's and their templates into whatever imports it.
//
//	text := relay.Cursor[string]{ID: "thr_…", Value: ms.Now()}
package relay

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// OrderDirection is the way of an order.
type OrderDirection string

// The ways.
const (
	OrderDirectionAsc  OrderDirection = "ASC"
	OrderDirectionDesc OrderDirection = "DESC"
)

// Validate says whether it is one of the ways.
func (o OrderDirection) Validate() error {
	if o != OrderDirectionAsc && o != OrderDirectionDesc {
		return fmt.Errorf("%s is not a valid OrderDirection", o)
	}
	return nil
}

// String implements fmt.Stringer.
func (o OrderDirection) String() string { return string(o) }

// Reverse is the other way.
func (o OrderDirection) Reverse() OrderDirection {
	if o == OrderDirectionDesc {
		return OrderDirectionAsc
	}
	return OrderDirectionDesc
}

// OrderTermOption is the way in the terms of generated code.
func (o OrderDirection) OrderTermOption() sql.OrderTermOption {
	if o == OrderDirectionDesc {
		return sql.OrderDesc()
	}
	return sql.OrderAsc()
}

// MarshalGQL implements graphql.Marshaler.
func (o OrderDirection) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (o *OrderDirection) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("order direction %T must be a string", v)
	}
	*o = OrderDirection(s)
	return o.Validate()
}

// PageInfo says where a page stands in its list.
type PageInfo[T any] struct {
	HasNextPage     bool       `json:"hasNextPage"`
	HasPreviousPage bool       `json:"hasPreviousPage"`
	StartCursor     *Cursor[T] `json:"startCursor"`
	EndCursor       *Cursor[T] `json:"endCursor"`
}

// Cursor is the place of a row in a list: its id, and its value in what the list is ordered by unless that is the id. Outside it is
// MessagePack in base64, as entgql writes it: clients keep cursors.
type Cursor[T any] struct {
	ID    T         `msgpack:"i"`
	Value ent.Value `msgpack:"v,omitempty"`
}

// MarshalGQL implements graphql.Marshaler.
func (c Cursor[T]) MarshalGQL(w io.Writer) {
	packed, err := msgpack.Marshal(c)
	if err != nil { // a value of no kind that orders a list
		packed = nil
	}
	_, _ = io.WriteString(w, `"`+base64.RawStdEncoding.EncodeToString(packed)+`"`)
}

// UnmarshalGQL implements graphql.Unmarshaler.
func (c *Cursor[T]) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("%T is not a string", v)
	}
	packed, err := base64.RawStdEncoding.DecodeString(s)
	if err == nil {
		err = flat(packed)
	}
	if err == nil {
		err = msgpack.Unmarshal(packed, c)
	}
	if err != nil {
		return fmt.Errorf("cannot decode cursor: %w", err)
	}
	return nil
}

var errNotFlat = errors.New("it is no map of two words, numbers or short texts")

// flat refuses what no cursor is. MessagePack says how long a list or text is before it comes, and is believed: lists in lists
// would take ten thousand times their size.
func flat(packed []byte) error {
	d := msgpack.NewDecoder(bytes.NewReader(packed))
	fields, err := d.DecodeMapLen()
	if err != nil {
		return err
	}
	if fields < 1 || fields > 2 {
		return errNotFlat
	}
	for range 2 * fields {
		code, err := d.PeekCode()
		if err != nil {
			return err
		}
		switch {
		case msgpcode.IsFixedNum(code), msgpcode.IsFixedString(code), code == msgpcode.Nil, code >= msgpcode.Float && code <= msgpcode.Int64,
			code == msgpcode.Str8, code == msgpcode.Str16:
		default:
			return errNotFlat
		}
		if err := d.Skip(); err != nil {
			return err
		}
	}
	return nil
}

// CursorsPredicate are the conditions that rows come behind one cursor and before another, in the given way.
func CursorsPredicate[T any](after, before *Cursor[T], idField, field string, way OrderDirection) []func(*sql.Selector) {
	var all []func(*sql.Selector)
	for _, c := range []*Cursor[T]{after, before} {
		switch {
		case c == nil:
		case c.Value == nil && way == OrderDirectionAsc:
			all = append(all, sql.FieldGT(idField, c.ID))
		case c.Value == nil:
			all = append(all, sql.FieldLT(idField, c.ID))
		default:
			all = append(all, behind(*c, idField, field, way))
		}
	}
	return all
}

func behind[T any](c Cursor[T], idField, field string, way OrderDirection) func(*sql.Selector) {
	return func(s *sql.Selector) {
		column := s.C(field)
		if found := s.FindSelection(field); len(found) == 1 { // an order may have joined what it orders by
			column = found[0]
		}
		columns := []string{column, s.C(idField)}
		if way == OrderDirectionAsc {
			s.Where(sql.CompositeGT(columns, c.Value, c.ID))
		} else {
			s.Where(sql.CompositeLT(columns, c.Value, c.ID))
		}
	}
}

// ErrNodeNotFound is the error of an id that leads to nothing.
func ErrNodeNotFound(id any) *gqlerror.Error {
	err := gqlerror.Errorf("Could not resolve to a node with the global id of '%v'", id)
	errcode.Set(err, "NOT_FOUND")
	return err
}
