package plan

import (
	"bytes"
	"strconv"

	"parley/ent"
	"parley/ent/ms"
)

// ValueKind is of what type the values are by which a list is ordered, as its cursors hold them.
type ValueKind int

// The kinds of values.
const (
	// NoValue is for lists that are ordered by id alone.
	NoValue ValueKind = iota
	TimeValue
	// NumberValue is an int, LargeValue an int64: cursors tell them apart.
	NumberValue
	LargeValue
	TextValue
)

// appendCursor appends the cursor of an edge as ent's connections have it. value is the mark's content up to the first end
// of a mark, all what follows its kind, rest what follows that end.
func appendCursor(out []byte, kind byte, value, all, rest []byte) (_, _ []byte, err error) {
	id, number, _ := bytes.Cut(value, []byte{' '})
	c := ent.Cursor{ID: string(id)}
	var n int64
	switch kind {
	case markTextCursor:
		id, text, _ := bytes.Cut(all, []byte{' '})
		text, rest, _, err = cutText(text)
		c = ent.Cursor{ID: string(id), Value: string(text)}
	case markTimeCursor:
		n, err = strconv.ParseInt(string(number), 10, 64)
		c.Value = ms.Time(n)
	case markNumberCursor:
		n, err = strconv.ParseInt(string(number), 10, 64)
		c.Value = int(n)
	case markLargeCursor:
		n, err = strconv.ParseInt(string(number), 10, 64)
		c.Value = n
	}
	if err != nil {
		return nil, nil, ErrAside
	}
	return appendMarshaled(out, c), rest, nil
}
