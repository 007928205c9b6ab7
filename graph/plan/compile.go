package plan

import (
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
)

// Plan answers the fields of one operation for one role. It is safe for concurrent use.
type Plan struct {
	// Roots are the root fields of the operation, in their order. Those that are not Planned are left to the generic path.
	Roots []Root
	// Whole says that all of them are planned.
	Whole bool

	dialect string
	kept    keptStatement
	size    int
}

// documentWorth is how much memory a byte of a document is worth at most: lists and lookups hold on to their part of it.
const documentWorth = 70

// Size is about how much memory a plan takes once it has run, in bytes; nil takes none.
func (p *Plan) Size() int {
	if p == nil {
		return 0
	}
	return p.size
}

// Root is one field of an answer.
type Root struct {
	Name    string // as the answer calls it
	Planned bool

	fixed string // what it is, where that takes no statement
	value expression
}

// Compile makes the plan of a query, of which op has the document and the values of variables that its directives ask for;
// false if none of its root fields can be planned.
func Compile(op *graphql.OperationContext, role viewer.Role, dialect string) (*Plan, bool) {
	c := &compiler{op: op, role: role, dialect: dialect}
	p := &Plan{dialect: dialect, Whole: true}
	any := false
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}) {
		r := Root{Name: f.Alias}
		switch {
		case f.Name == "__typename":
			r.Planned, r.fixed = true, `"Query"`
		case mayUse(f.Definition, role):
			r.value, r.Planned = c.root(f)
			any = any || r.Planned
		}
		p.Whole = p.Whole && r.Planned
		p.Roots = append(p.Roots, r)
		p.size += 3 * r.value.size() // in pieces, and as the statement that is kept
	}
	p.size += documentWorth * len(op.RawQuery)
	return p, any
}

// mayUse says whether @auth lets a role use a root field. Whom it does not let hears so from the generic path.
func mayUse(f *ast.FieldDefinition, role viewer.Role) bool {
	auth := f.Directives.ForName("auth")
	if auth == nil {
		return false
	}
	roles := auth.Arguments.ForName("roles")
	return roles != nil && slices.ContainsFunc(roles.Value.Children, func(c *ast.ChildValue) bool { return c.Value.Raw == string(role) })
}

// compiler compiles one operation.
type compiler struct {
	op      *graphql.OperationContext
	role    viewer.Role
	dialect string
	rows    int // of which aliases were made
}

func (c *compiler) has(roles ...viewer.Role) bool { return slices.Contains(roles, c.role) }

// row is a row of a noun somewhere in a statement.
type row struct {
	*noun
	alias   string
	dialect string
	used    []string // columns, where they are read of a derived table
}

func (c *compiler) row(of *noun) *row {
	c.rows++
	return &row{noun: of, alias: "r" + strconv.Itoa(c.rows), dialect: c.dialect}
}

func (r *row) col(name string) string {
	if !slices.Contains(r.used, name) {
		r.used = append(r.used, name)
	}
	return r.alias + "." + name
}

// from is what stands behind SELECT to read rows that the viewer may see, of which more is known: the plus has SQLite find them
// by that, and not by their workspace, which would be all of them.
func (r *row) from(conditions ...string) string {
	tenant := r.alias + ".workspace_id = $1"
	switch {
	case r.noun == workspaces:
		tenant = r.alias + ".id = $1"
	case len(conditions) > 0 && r.dialect == dialect.SQLite:
		tenant = "+" + tenant
	}
	all := append([]string{tenant}, conditions...)
	if r.hidden != "" {
		all = append(all, r.alias+"."+r.hidden+" IS NULL")
	}
	return " FROM " + r.table + " " + r.alias + " WHERE " + strings.Join(all, " AND ")
}

// object writes an object with what is selected of it; false if something of that is not known here.
func (c *compiler) object(r *row, selected ast.SelectionSet) (*output, bool) {
	out := &output{}
	fields := graphql.CollectFields(c.op, selected, r.implements)
	for i, f := range fields {
		out.lit(begin(i, f.Alias))
		if f.Name == "__typename" {
			out.lit(`"` + r.implements[0] + `"`)
			continue
		}
		write := r.fields[f.Name]
		if write == nil || !write(c, r, f, out) {
			return nil, false
		}
	}
	out.lit(end(len(fields)))
	return out, true
}

// begin is what stands before the value of a field, which is the i-th of its object.
func begin(i int, name string) string {
	if i == 0 {
		return `{"` + name + `":`
	}
	return `,"` + name + `":`
}

// end is what stands behind the fields of an object, of which directives may have left none.
func end(fields int) string {
	if fields == 0 {
		return "{}"
	}
	return "}"
}

// one reads the one row that conditions find, as an expression that is NULL if there is none.
func (c *compiler) one(of *noun, selected ast.SelectionSet, conditions func(r *row) []string) (expression, bool) {
	r := c.row(of)
	out, ok := c.object(r, selected)
	if !ok {
		return nil, false
	}
	return joined(sql("(SELECT "), out.expression(), sql(r.from(conditions(r)...)+")")), true
}

// linked reads the row that a column of another leads to. One that is not there is an error, for the generic path to tell.
func (c *compiler) linked(of *noun, selected ast.SelectionSet, column string, out *output) bool {
	e, ok := c.one(of, selected, func(r *row) []string { return []string{r.alias + ".id = " + column} })
	if ok {
		out.value(joined(sql("coalesce("), e, sql(","+quoted(stepAside)+")")))
	}
	return ok
}

// linkedOrNull is linked for a column that may be null.
func (c *compiler) linkedOrNull(of *noun, selected ast.SelectionSet, column string, out *output) bool {
	inner := &output{}
	if !c.linked(of, selected, column, inner) {
		return false
	}
	out.value(joined(sql("CASE WHEN "+column+" IS NULL THEN 'null' ELSE "), inner.parts[0].value, sql(" END")))
	return true
}

// many reads rows as a whole list, in an order.
func (c *compiler) many(of *noun, selected ast.SelectionSet, conditions func(r *row) []string, order func(r *row) string, limit int, out *output) bool {
	r := c.row(of)
	object, ok := c.object(r, selected)
	if !ok {
		return false
	}
	inner := c.row(of)
	inner.alias = "s" + inner.alias
	columns := make([]string, len(r.used))
	for i, name := range r.used {
		columns[i] = inner.alias + "." + name
	}
	if len(columns) == 0 {
		columns = []string{inner.alias + ".id"}
	}
	from := " FROM (SELECT " + strings.Join(columns, ", ") + inner.from(conditions(inner)...) + " ORDER BY " + order(inner)
	if limit > 0 {
		from += " LIMIT " + strconv.Itoa(limit)
	}
	out.lit("[")
	out.value(joined(sql("(SELECT "+c.aggregate()+"("), object.expression(), sql(", ',')"+from+") "+r.alias+")")))
	out.lit("]")
	return true
}

// aggregate is the function that puts texts of many rows together.
func (c *compiler) aggregate() string { return aggregateOf(c.dialect) }

func aggregateOf(d string) string {
	if d == dialect.Postgres {
		return "string_agg"
	}
	return "group_concat"
}

// inBytes orders texts by their bytes, as Go does, whatever order the database has for texts.
func (c *compiler) inBytes(column string) string {
	if c.dialect == dialect.Postgres {
		return column + ` COLLATE "C"`
	}
	return column
}
