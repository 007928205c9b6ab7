package graph_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// operation is a root field as the matrices ask for it.
type operation struct {
	kind  ast.Operation
	field *ast.FieldDefinition
	roles []string
	// document has each argument as a variable of its name.
	document string
}

// operations are all root fields of the schema, in order.
func operations(t testing.TB, schema *ast.Schema) (all []operation) {
	t.Helper()
	for kind, root := range map[ast.Operation]*ast.Definition{ast.Query: schema.Query, ast.Mutation: schema.Mutation, ast.Subscription: schema.Subscription} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			o := operation{kind: kind, field: f}
			for _, r := range f.Directives.ForName("auth").Arguments.ForName("roles").Value.Children {
				o.roles = append(o.roles, r.Value.Raw)
			}
			var declared, given []string
			for _, a := range f.Arguments {
				variable := fmt.Sprintf("$%s: %s", a.Name, a.Type)
				if a.DefaultValue != nil {
					variable += " = " + a.DefaultValue.String()
				}
				declared = append(declared, variable)
				given = append(given, fmt.Sprintf("%[1]s: $%[1]s", a.Name))
			}
			if o.document = string(kind) + " "; len(declared) > 0 {
				o.document += "(" + strings.Join(declared, ", ") + ") "
			}
			levels := 3
			if f.Name == "usage" { // of which every row counts with all that is in it
				levels = 2
			}
			o.document += "{ " + f.Name
			if len(given) > 0 {
				o.document += "(" + strings.Join(given, ", ") + ")"
			}
			o.document += selection(schema, f.Type, levels) + " }"
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return strings.Compare(string(a.kind)+a.field.Name, string(b.kind)+b.field.Name)
	})
	return all
}

// selection is all that can be selected of a type without arguments, some levels deep.
func selection(schema *ast.Schema, t *ast.Type, levels int) string {
	d := schema.Types[t.Name()]
	if d.IsLeafType() {
		return ""
	}
	if d.IsAbstractType() {
		var b strings.Builder
		b.WriteString(" { __typename")
		for _, possible := range schema.GetPossibleTypes(d) {
			if levels > 1 {
				fmt.Fprintf(&b, " ... on %s { __typename %s }", possible.Name, texts(possible))
			}
		}
		return b.String() + " }"
	}
	var b strings.Builder
	b.WriteString(" { __typename " + leaves(schema, d))
	for _, f := range d.Fields {
		if levels > 1 && len(f.Arguments) == 0 && !schema.Types[f.Type.Name()].IsLeafType() && !schema.Types[f.Type.Name()].IsAbstractType() {
			b.WriteString(" " + f.Name + selection(schema, f.Type, levels-1))
		}
	}
	return b.String() + " }"
}

func leaves(schema *ast.Schema, d *ast.Definition) string {
	var names []string
	for _, f := range d.Fields {
		if len(f.Arguments) == 0 && schema.Types[f.Type.Name()].IsLeafType() && !strings.HasPrefix(f.Name, "__") {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

// texts are the leaves that are texts for sure: under one name they merge, whatever the types.
func texts(d *ast.Definition) string {
	var names []string
	for _, f := range d.Fields {
		if len(f.Arguments) == 0 && f.Type.String() == "String!" {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

// value is some valid value of a type. Ids are of nothing; only what is required is given.
func value(schema *ast.Schema, t *ast.Type) any {
	if t.Elem != nil {
		return []any{value(schema, t.Elem)}
	}
	d := schema.Types[t.Name()]
	switch {
	case d.Kind == ast.Enum:
		return d.EnumValues[0].Name
	case d.Kind == ast.InputObject:
		o := map[string]any{}
		for _, f := range d.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				o[f.Name] = value(schema, f.Type)
			}
		}
		return o
	}
	switch d.Name {
	case "Int":
		return 1
	case "Float":
		return 1.5
	case "Boolean":
		return true
	case "Time":
		return "2026-11-24T15:10:22.001Z"
	case "Decimal":
		return "1.5"
	case "JSON":
		return map[string]any{}
	}
	return "none_00000000000000000000000000"
}

// arguments are valid values for the required arguments of an operation.
func arguments(schema *ast.Schema, o operation) map[string]any {
	given := map[string]any{}
	for _, a := range o.field.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			given[a.Name] = value(schema, a.Type)
		}
	}
	return given
}

// place is where a scalar can stand in the arguments of an operation.
type place struct {
	path   []string
	scalar string
	list   bool
}

// places are all places of the scalars ID, Cursor and String in the arguments of an operation; filters are entered, but not
// what they have of themselves.
func places(schema *ast.Schema, o operation) (all []place) {
	var walk func(path []string, t *ast.Type, seen []string)
	walk = func(path []string, t *ast.Type, seen []string) {
		name := t.Name()
		d := schema.Types[name]
		switch {
		case name == "ID" || name == "Cursor" || name == "String":
			all = append(all, place{slices.Clone(path), name, t.Elem != nil})
		case d.Kind == ast.InputObject && t.Elem == nil && !slices.Contains(seen, name):
			for _, f := range d.Fields {
				walk(append(path, f.Name), f.Type, append(seen, name))
			}
		}
	}
	for _, a := range o.field.Arguments {
		walk([]string{a.Name}, a.Type, nil)
	}
	return all
}

// put returns arguments with a value at a place.
func (p place) put(given map[string]any, v string) map[string]any {
	given = maps.Clone(given)
	if len(p.path) == 1 {
		given[p.path[0]] = v
		if p.list {
			given[p.path[0]] = []any{v}
		}
		return given
	}
	inner, _ := given[p.path[0]].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
	}
	given[p.path[0]] = place{p.path[1:], p.scalar, p.list}.put(inner, v)
	return given
}
