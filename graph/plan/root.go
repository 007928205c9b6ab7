package plan

import (
	"github.com/99designs/gqlgen/graphql"

	"parley/ent/viewer"
)

// root compiles a root field.
func (c *compiler) root(f graphql.CollectedField) (expression, bool) {
	switch f.Name {
	case "threads":
		return c.rootList(threads, "", f)
	case "customers":
		return c.rootList(customers, "", f)
	case "agents":
		return c.rootList(agents, "deleted_at", f)
	case "thread":
		return c.lookup(threads, f)
	case "agent":
		return c.lookup(agents, f)
	case "viewer":
		return c.viewer(f)
	}
	return nil, false
}

func (c *compiler) rootList(of *noun, listed string, f graphql.CollectedField) (expression, bool) {
	if c.role == viewer.ThreadToken {
		return nil, false // it has no lists, and conditions of lists do not know it
	}
	l, ok := c.list(of, "Query", f)
	if !ok {
		return nil, false
	}
	l.listed = listed
	return expression{l}, true
}

// Lookup is a root field with one object. Which one is given at each run: a column and the value in it.
type Lookup struct {
	Field graphql.CollectedField
	row   *row
}

// write implements segment.
func (l *Lookup) write(w *writer) error {
	found, err := w.find(l)
	if err != nil {
		return err
	}
	w.WriteString(l.row.alias + "." + found.Column + " = " + w.add(source{lookup: l}, found.Value))
	return nil
}

// Found is how a Lookup finds its object.
type Found struct{ Column, Value string }

// lookup compiles a root field with one object, or null.
func (c *compiler) lookup(of *noun, f graphql.CollectedField) (expression, bool) {
	r := c.row(of)
	out, ok := c.object(r, f.Selections)
	if !ok {
		return nil, false
	}
	e := joined(sql("coalesce((SELECT "), out.expression(), sql(r.from()+" AND "), expression{&Lookup{f, r}})
	if c.role == viewer.ThreadToken {
		if of != threads {
			return nil, false
		}
		e = joined(e, sql(" AND "+r.alias+".id = "), expression{paramThread})
	}
	return joined(e, sql("), 'null')")), true
}

// viewer compiles who asks, for those with a key.
func (c *compiler) viewer(f graphql.CollectedField) (expression, bool) {
	if c.role == viewer.ThreadToken {
		return nil, false
	}
	out := &output{}
	fields := graphql.CollectFields(c.op, f.Selections, []string{"Viewer"})
	for i, s := range fields {
		out.lit(begin(i, s.Alias))
		switch s.Name {
		case "__typename":
			out.lit(`"Viewer"`)
		case "role":
			out.lit(`"` + string(c.role) + `"`)
		case "name":
			name := joined(sql("CAST("), expression{paramName}, sql(" AS text)"))
			out.lit(string([]byte{markBegin, markText}))
			out.value(joined(sql("octet_length("), name, sql(")")))
			out.lit(":")
			out.value(name)
			out.lit(string(rune(markEnd)))
		case "workspace":
			w, ok := c.one(workspaces, s.Selections, func(*row) []string { return nil })
			if !ok {
				return nil, false
			}
			out.value(joined(sql("coalesce("), w, sql(","+quoted(stepAside)+")")))
		default:
			return nil, false
		}
	}
	out.lit(end(len(fields)))
	return out.expression(), true
}
