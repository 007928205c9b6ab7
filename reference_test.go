package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// docs/reference.md is the schema as a page.
func TestTheReferenceIsTheSchema(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: publicSchema})
	if err != nil {
		t.Fatal(err)
	}
	checkWritten(t, "docs/reference.md", map[string]string{"reference": reference(schema)})
}

// reference writes a schema in Markdown: what can be asked for first, then the types.
func reference(schema *ast.Schema) string {
	var b strings.Builder
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		fmt.Fprintf(&b, "## %s\n\n", map[string]string{"Query": "Queries", "Mutation": "Mutations", "Subscription": "Subscriptions"}[root.Name])
		fields := slices.Clone(root.Fields)
		slices.SortFunc(fields, func(x, y *ast.FieldDefinition) int { return strings.Compare(x.Name, y.Name) })
		for _, f := range fields {
			if !strings.HasPrefix(f.Name, "__") {
				rootField(&b, root.Name, f)
			}
		}
	}
	for _, part := range []struct {
		title string
		kinds []ast.DefinitionKind
	}{
		{"Objects", []ast.DefinitionKind{ast.Object}}, {"Interfaces and unions", []ast.DefinitionKind{ast.Interface, ast.Union}},
		{"Inputs", []ast.DefinitionKind{ast.InputObject}}, {"Enums", []ast.DefinitionKind{ast.Enum}}, {"Scalars", []ast.DefinitionKind{ast.Scalar}},
	} {
		fmt.Fprintf(&b, "## %s\n\n", part.title)
		var names []string
		for name, d := range schema.Types {
			if slices.Contains(part.kinds, d.Kind) && !d.BuiltIn && d != schema.Query && d != schema.Mutation && d != schema.Subscription {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			definition(&b, schema, schema.Types[name])
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// rootField writes what can be asked for, with who may ask.
func rootField(b *strings.Builder, root string, f *ast.FieldDefinition) {
	fmt.Fprintf(b, "### %s.%s\n\n%s\n\nReturns %s. %s\n\n", root, f.Name, prose(f.Description), typeLink(f.Type), allowed(f))
	if len(f.Arguments) > 0 {
		b.WriteString("| argument | type | |\n| --- | --- | --- |\n")
		for _, a := range f.Arguments {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.Name, typeLink(a.Type), cell(a.Description, a.DefaultValue, a.Directives))
		}
		b.WriteString("\n")
	}
}

// allowed says who may ask for a root field.
func allowed(f *ast.FieldDefinition) string {
	auth := f.Directives.ForName("auth")
	var who []string
	for _, v := range auth.Arguments.ForName("roles").Value.Children {
		if v.Value.Raw == "THREAD" {
			who = append(who, "thread tokens")
		} else {
			who = append(who, v.Value.Raw)
		}
	}
	if len(who) == 0 {
		return "For anybody, also without a key."
	}
	return "For " + strings.Join(who, ", ") + "."
}

func definition(b *strings.Builder, schema *ast.Schema, d *ast.Definition) {
	fmt.Fprintf(b, "### %s\n\n", d.Name)
	if d.Description != "" {
		b.WriteString(prose(d.Description) + "\n\n")
	}
	if possible := schema.GetPossibleTypes(d); (d.Kind == ast.Interface || d.Kind == ast.Union) && len(possible) > 0 {
		var links []string
		for _, p := range possible {
			links = append(links, link(p.Name))
		}
		slices.Sort(links)
		b.WriteString("Is one of " + strings.Join(slices.Compact(links), ", ") + ".\n\n")
	}
	if len(d.Interfaces) > 0 {
		var links []string
		for _, name := range d.Interfaces {
			links = append(links, link(name))
		}
		b.WriteString("Is a " + strings.Join(links, ", ") + ".\n\n")
	}
	switch {
	case d.Kind == ast.Enum:
		b.WriteString("| value | |\n| --- | --- |\n")
		for _, v := range d.EnumValues {
			fmt.Fprintf(b, "| `%s` | %s |\n", v.Name, cell(v.Description, nil, v.Directives))
		}
		b.WriteString("\n")
	case len(d.Fields) > 0:
		b.WriteString("| field | type | |\n| --- | --- | --- |\n")
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			name := "`" + f.Name + "`"
			if len(f.Arguments) > 0 {
				var arguments []string
				for _, a := range f.Arguments {
					text := "`" + a.Name + "` " + typeLink(a.Type)
					if a.DefaultValue != nil {
						text += " = `" + a.DefaultValue.String() + "`"
					}
					arguments = append(arguments, text)
				}
				name += " (" + strings.Join(arguments, ", ") + ")"
			}
			fmt.Fprintf(b, "| %s | %s | %s |\n", name, typeLink(f.Type), cell(f.Description, f.DefaultValue, f.Directives))
		}
		b.WriteString("\n")
	}
}

// cell is a description in one cell of a table, with the default and what a deprecation says.
func cell(description string, value *ast.Value, directives ast.DirectiveList) string {
	text := strings.Join(strings.Fields(prose(description)), " ")
	if value != nil {
		text = strings.TrimSpace(text + " Default: `" + value.String() + "`.")
	}
	if d := directives.ForName("deprecated"); d != nil {
		reason := ""
		if a := d.Arguments.ForName("reason"); a != nil {
			reason = ": " + a.Value.Raw
		}
		text = strings.TrimSpace(text + " **Deprecated**" + reason + ".")
	}
	return strings.ReplaceAll(text, "|", "\\|")
}

// prose is a description that Markdown takes for nothing else.
func prose(description string) string {
	return strings.NewReplacer("<", "&lt;", "{", "&#123;", "}", "&#125;").Replace(strings.TrimSpace(description))
}

var builtIn = []string{"ID", "String", "Int", "Float", "Boolean"}

func link(name string) string {
	if slices.Contains(builtIn, name) {
		return "`" + name + "`"
	}
	return "[`" + name + "`](#" + strings.ToLower(name) + ")"
}

func typeLink(t *ast.Type) string {
	text := ""
	if t.Elem != nil {
		text = "list of " + typeLink(t.Elem)
	} else {
		text = link(t.NamedType)
	}
	if t.NonNull {
		return text + "!"
	}
	return text
}
