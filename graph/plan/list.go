package plan

import (
	"slices"
	"strconv"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/relay"
)

// List is a connection. Its arguments are given at each run, as a Page.
type List struct {
	// Of is the type that has the field, Field the field with its arguments.
	Of    string
	Field graphql.CollectedField

	row     *row
	listed  string // column that is NULL in the rows that are listed; empty: all are
	parent  string // condition that its rows are those of another row; empty for a root field
	items   []item
	dialect string
}

// size is about how much text a list is written as.
func (l *List) size() int {
	n := 1000 // the statement that finds its rows
	for _, it := range l.items {
		n += len(it.name) + len(it.text) + it.edge.size()
		for _, i := range it.info {
			n += len(i.before) + 200
		}
	}
	return n
}

// Page is which rows of a list are asked for.
type Page struct {
	// Column orders the rows, and among equals the id; both downwards if Descending.
	Column     string
	Descending bool
	// Unique says that no two rows of one list have the same value in Column.
	Unique bool
	Value  ValueKind
	// Exactly one of First and Last is not 0.
	First, Last   int
	After, Before *ent.Cursor
	// Where is a filter, if there is one.
	Where func(*entsql.Selector)
}

// repeats says whether a page leads to the same statement as another, but for values.
func (p Page) repeats(other Page) bool {
	return p.simple() && other.simple() && p.Column == other.Column && p.Descending == other.Descending && p.First == other.First && p.Last == other.Last
}

func (p Page) simple() bool { return p.Where == nil && p.After == nil && p.Before == nil }

func (p Page) size() int { return max(p.First, p.Last) }

// item is one selected field of a connection.
type item struct {
	name string // with what stands before it
	kind itemKind
	text string
	edge expression
	info []info
}

type itemKind int

const (
	itemFixed itemKind = iota
	itemEdges
	itemPageInfo
	itemCount
)

// info is one selected field of a pageInfo.
type info struct{ before, field string }

// list is a field with a connection to rows that have the id of this one in a column.
func list(of func() *noun, column string) field {
	return func(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
		l, ok := c.list(of(), r.implements[0], f)
		if !ok {
			return false
		}
		l.parent = l.row.table + "." + column + " = " + r.col("id")
		out.value(expression{l})
		return true
	}
}

// list compiles a connection.
func (c *compiler) list(of *noun, parent string, f graphql.CollectedField) (*List, bool) {
	l := &List{Of: parent, Field: f, row: c.row(of), dialect: c.dialect}
	for i, s := range graphql.CollectFields(c.op, f.Selections, []string{of.implements[0] + "Connection"}) {
		it := item{name: begin(i, s.Alias)}
		ok := true
		switch s.Name {
		case "__typename":
			it.text = `"` + of.implements[0] + `Connection"`
		case "edges":
			it.kind = itemEdges
			it.edge, ok = c.edge(l.row, s)
		case "pageInfo":
			it.kind = itemPageInfo
			for j, g := range graphql.CollectFields(c.op, s.Selections, []string{"PageInfo"}) {
				it.info = append(it.info, info{begin(j, g.Alias), g.Name})
			}
		case "totalCount":
			it.kind = itemCount
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
		l.items = append(l.items, it)
	}
	return l, true
}

// edge is one edge, but for its cursors, which depend on the order: cursorOf stands for them.
func (c *compiler) edge(r *row, f graphql.CollectedField) (expression, bool) {
	out := &output{}
	fields := graphql.CollectFields(c.op, f.Selections, []string{r.implements[0] + "Edge"})
	for i, s := range fields {
		out.lit(begin(i, s.Alias))
		switch s.Name {
		case "__typename":
			out.lit(`"` + r.implements[0] + `Edge"`)
		case "cursor":
			out.value(expression{cursorOf{r}})
		case "node":
			node, ok := c.object(r, s.Selections)
			if !ok {
				return nil, false
			}
			out.add(node)
		default:
			return nil, false
		}
	}
	out.lit(end(len(fields)))
	return out.expression(), true
}

// cursorOf stands for the cursor of a row in the list that is being written.
type cursorOf struct{ row *row }

func (c cursorOf) write(w *writer) error {
	w.WriteString(c.row.cursor(w.pages[c.row]))
	return nil
}

// cursor is an expression for the mark of a row's cursor in a page.
func (r *row) cursor(p Page) string {
	out := &output{}
	id, value := r.alias+".id", r.alias+"."+p.Column
	switch p.Value {
	case NoValue:
		out.mark(markCursor, id)
	case TextValue:
		out.lit(string([]byte{markBegin, markTextCursor}))
		out.value(sql(id))
		out.lit(" ")
		out.value(sql("octet_length(" + value + ")"))
		out.lit(":")
		out.value(sql(value))
		out.lit(string(rune(markEnd)))
	case TimeValue:
		out.mark(markTimeCursor, id, value)
	case NumberValue:
		out.mark(markNumberCursor, id, value)
	case LargeValue:
		out.mark(markLargeCursor, id, value)
	}
	return string(out.expression()[0].(fixed))
}

func (l *List) has(kind itemKind) bool {
	for _, it := range l.items {
		if it.kind == kind {
			return true
		}
	}
	return false
}

// write implements segment.
func (l *List) write(w *writer) error {
	p, err := w.page(l)
	if err != nil {
		return err
	}
	rows := l.has(itemEdges) // whether anything sums up rows: without that there must be none
	w.WriteString("(SELECT concat(")
	for _, it := range l.items {
		w.WriteString(quoted(it.name+it.text) + ",")
		switch it.kind {
		case itemEdges:
			w.WriteString("'[',")
			if err := l.writeEdges(w, p, it.edge); err != nil {
				return err
			}
			w.WriteString(",']',")
		case itemPageInfo:
			rows = l.writeInfo(w, p, it.info) || rows
		case itemCount:
			w.WriteString("(")
			if err := w.query(l.count(p)); err != nil {
				return err
			}
			w.WriteString("),")
		}
	}
	w.WriteString(quoted(end(len(l.items))) + ")")
	if rows {
		w.WriteString(" FROM (")
		if err := l.writeRows(w, p); err != nil {
			return err
		}
		w.WriteString(") " + l.row.alias)
	}
	w.WriteString(")")
	return nil
}

// numbered says whether the rows have their number as n and how many there are, up to one more than the page has, as c.
func (l *List) numbered(p Page) bool { return l.has(itemPageInfo) || p.Last > 0 && !p.Unique }

func (l *List) writeEdges(w *writer, p Page, edge expression) error {
	w.WriteString(aggregateOf(l.dialect) + "(")
	if err := w.write(edge); err != nil {
		return err
	}
	w.WriteString(", ','")
	alias := l.row.alias
	switch {
	case p.Last > 0 && l.numbered(p):
		w.WriteString(" ORDER BY " + alias + ".n DESC")
	case p.Last > 0:
		w.WriteString(" ORDER BY " + alias + "." + p.Column + direction(p.Descending))
	}
	w.WriteString(")")
	if l.has(itemPageInfo) {
		w.WriteString(" FILTER (WHERE " + alias + ".n <= " + strconv.Itoa(p.size()) + ")")
	}
	return nil
}

func direction(descending bool) string {
	if descending {
		return " DESC"
	}
	return ""
}

// writeInfo says of a page what ent's connections say. It returns whether that takes its rows.
func (l *List) writeInfo(w *writer, p Page, infos []info) (rows bool) {
	alias, size := l.row.alias, strconv.Itoa(p.size())
	more := "CASE WHEN count(*) > " + size + " THEN 'true' ELSE 'false' END"
	first, last := alias+".n = 1", alias+".n = "+least(l.dialect)+"("+alias+".c, "+size+")"
	if p.Last > 0 {
		first, last = last, first
	}
	for _, i := range infos {
		w.WriteString(quoted(i.before) + ",")
		switch {
		case i.field == "hasNextPage" && (p.First > 0 && p.Before == nil), i.field == "hasPreviousPage" && (p.Last > 0 && p.After == nil):
			w.WriteString(more)
			rows = true
		case i.field == "hasNextPage":
			w.WriteString(quoted(strconv.FormatBool(p.Before != nil)))
		case i.field == "hasPreviousPage":
			w.WriteString(quoted(strconv.FormatBool(p.After != nil)))
		case i.field == "startCursor":
			w.WriteString("coalesce(max(CASE WHEN " + first + " THEN " + l.row.cursor(p) + " END), 'null')")
			rows = true
		case i.field == "endCursor":
			w.WriteString("coalesce(max(CASE WHEN " + last + " THEN " + l.row.cursor(p) + " END), 'null')")
			rows = true
		default: // __typename
			w.WriteString(`'"PageInfo"'`)
		}
		w.WriteString(",")
	}
	w.WriteString(quoted(end(len(infos))) + ",")
	return rows
}

// writeRows writes the statement that finds the rows of a page.
func (l *List) writeRows(w *writer, p Page) error {
	size := p.size()
	if l.has(itemPageInfo) {
		size++ // says whether there are more
	}
	if l.numbered(p) {
		w.WriteString("SELECT p.*, row_number() OVER () AS n, count(*) OVER () AS c FROM (")
		defer w.WriteString(") p")
	}
	columns := slices.Clone(l.row.used)
	for _, name := range []string{"id", p.Column} {
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	s := l.selector(p, columns)
	down := p.Descending != (p.Last > 0)
	way := relay.OrderDirectionAsc
	if down {
		way = relay.OrderDirectionDesc
	}
	for _, predicate := range relay.CursorsPredicate(p.After, p.Before, "id", p.Column, way) {
		predicate(s)
	}
	order := []string{p.Column}
	if !p.Unique && p.Column != "id" {
		order = append(order, "id")
	}
	for _, name := range order {
		if down {
			s.OrderBy(entsql.Desc(s.C(name)))
		} else {
			s.OrderBy(entsql.Asc(s.C(name)))
		}
	}
	s.Limit(size)
	return w.query(s)
}

func (l *List) count(p Page) *entsql.Selector { return l.selector(p, nil).Count() }

// selector finds the rows that the viewer may see and that pass the filter.
func (l *List) selector(p Page, columns []string) *entsql.Selector {
	t := entsql.Table(l.row.table)
	s := entsql.Dialect(l.dialect).Select(t.Columns(columns...)...).From(t)
	tenant := t.C("workspace_id") + " = $1"
	if l.parent != "" && l.dialect == dialect.SQLite {
		tenant = "+" + tenant // see row.from
	}
	s.Where(entsql.ExprP(tenant))
	if l.row.hidden != "" {
		s.Where(entsql.IsNull(t.C(l.row.hidden)))
	}
	if l.parent != "" {
		s.Where(entsql.ExprP(l.parent))
	}
	if l.listed != "" {
		s.Where(entsql.IsNull(t.C(l.listed)))
	}
	if p.Where != nil {
		p.Where(s)
	}
	return s
}

func least(d string) string {
	if d == dialect.Postgres {
		return "least"
	}
	return "min"
}
