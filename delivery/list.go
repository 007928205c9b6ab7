package delivery

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// list is a table of values that goes into a statement whole, so that the statement is the same text for any number of
// rows, and stays prepared. There is no NULL in it: statements make it of 0 by NULLIF.
type list struct {
	columns []listColumn
	rows    int
}

// listColumn holds its values in the one slice that fits its kind.
type listColumn struct {
	name, kind string // kind is text, bigint or boolean
	texts      pq.StringArray
	numbers    pq.Int64Array
	flags      pq.BoolArray
}

// newList returns an empty list with columns such as "id text".
func newList(columns ...string) *list {
	l := &list{columns: make([]listColumn, len(columns))}
	for i, c := range columns {
		l.columns[i].name, l.columns[i].kind, _ = strings.Cut(c, " ")
	}
	return l
}

// add appends a row: a string, int64 or bool for each column.
func (l *list) add(values ...any) {
	for i, v := range values {
		c := &l.columns[i]
		switch v := v.(type) {
		case string:
			c.texts = append(c.texts, v)
		case int64:
			c.numbers = append(c.numbers, v)
		case bool:
			c.flags = append(c.flags, v)
		default:
			panic(fmt.Sprintf("a %T in a list", v))
		}
	}
	l.rows++
}

// idList returns a list of one column, id.
func idList(ids []string) *list {
	return &list{[]listColumn{{name: "id", kind: "text", texts: ids}}, len(ids)}
}

// with fills in a statement: {v} is the list under the name v, {now} the time. The parameters of the list come after the
// given others.
func (s *Service) with(text string, l *list, others ...any) (string, []any) {
	var from strings.Builder
	first := len(others) + 1
	if s.log.Postgres() {
		from.WriteString("unnest(")
		names := make([]string, len(l.columns))
		for i, c := range l.columns {
			if i > 0 {
				from.WriteString(", ")
			}
			fmt.Fprintf(&from, "$%d::%s[]", first+i, c.kind)
			names[i] = c.name
			others = append(others, c.array())
		}
		from.WriteString(") AS v (" + strings.Join(names, ", ") + ")")
	} else {
		from.WriteString("(SELECT ")
		for i, c := range l.columns {
			if i > 0 {
				from.WriteString(", ")
			}
			fmt.Fprintf(&from, "value ->> %d AS %s", i, c.name)
		}
		// The limit keeps SQLite from reading the JSON once for every row that it is joined with.
		fmt.Fprintf(&from, " FROM json_each($%d) LIMIT -1) AS v", first)
		others = append(others, l.json())
	}
	return s.sql(text, "{v}", from.String()), others
}

func (c listColumn) array() any {
	switch c.kind {
	case "text":
		return c.texts
	case "bigint":
		return c.numbers
	}
	return c.flags
}

// json is the list as an array of rows, each of them an array.
func (l *list) json() string {
	rows := make([][]any, l.rows)
	for i := range rows {
		rows[i] = make([]any, len(l.columns))
		for k, c := range l.columns {
			switch c.kind {
			case "text":
				rows[i][k] = c.texts[i]
			case "bigint":
				rows[i][k] = c.numbers[i]
			default:
				rows[i][k] = c.flags[i]
			}
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		panic(fmt.Sprintf("strings, numbers and booleans that are no JSON: %v", err))
	}
	return string(text)
}
