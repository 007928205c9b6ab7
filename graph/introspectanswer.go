package graph

import (
	"bytes"
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"
)

// answersSchema answers `__schema` and `__type` by itself, with what the executor would answer: that makes a context, a path and
// a set of fields for each of ten thousand objects, 20 MB and 50 ms for what anybody may ask without a key.
func answersSchema(schema *ast.Schema) graphql.RootFieldMiddleware {
	whole := introspection.WrapSchema(schema)
	return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		o, root := graphql.GetOperationContext(ctx), graphql.GetRootFieldContext(ctx)
		if root == nil || o.DisableIntrospection {
			return next(ctx)
		}
		var b bytes.Buffer
		r := schemaReader{o}
		switch f := root.Field; f.Name {
		case "__schema":
			r.whole(f.Selections)(&b, whole)
		case "__type":
			name, ok := f.ArgumentMap(o.Variables)["name"].(string)
			if !ok {
				return next(ctx)
			}
			r.typ(f.Selections)(&b, introspection.WrapTypeFromDef(schema, schema.Types[name]))
		default:
			return next(ctx)
		}
		return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(b.Bytes()) }) // a failed connection is found by its owner
	}
}

// schemaReader turns selection sets into functions that write what they select, so that each set is looked at once and not once
// for each object.
type schemaReader struct{ *graphql.OperationContext }

// writer writes an object, or null for nil.
type writer[T any] func(*bytes.Buffer, *T)

// members are the fields of an object, in the order of the answer.
type members[T any] []struct {
	key   string
	write writer[T]
}

func (m *members[T]) add(f graphql.CollectedField, write writer[T]) {
	var key bytes.Buffer
	graphql.MarshalString(f.Alias).MarshalGQL(&key)
	*m = append(*m, struct {
		key   string
		write writer[T]
	}{key.String() + ":", write})
}

func (m members[T]) object(b *bytes.Buffer, v *T) {
	if v == nil {
		b.WriteString("null")
		return
	}
	b.WriteByte('{')
	for i, member := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(member.key)
		member.write(b, v)
	}
	b.WriteByte('}')
}

func array[T any](b *bytes.Buffer, all []T, write writer[T]) {
	b.WriteByte('[')
	for i := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		write(b, &all[i])
	}
	b.WriteByte(']')
}

func text(b *bytes.Buffer, s string) { graphql.MarshalString(s).MarshalGQL(b) }

func optional(b *bytes.Buffer, s *string) {
	if s == nil {
		b.WriteString("null")
		return
	}
	text(b, *s)
}

func truth(b *bytes.Buffer, v bool) { graphql.MarshalBoolean(v).MarshalGQL(b) }

// fieldsOf calls add for each field that is selected of a type. Validation has seen to it that the type has them.
func (r schemaReader) fieldsOf(set ast.SelectionSet, name string, add func(graphql.CollectedField)) {
	for _, f := range graphql.CollectFields(r.OperationContext, set, []string{name}) {
		add(f)
	}
}

// deprecated says whether a field asks for what is deprecated, too.
func (r schemaReader) deprecated(f graphql.CollectedField) bool {
	asked, _ := f.ArgumentMap(r.Variables)["includeDeprecated"].(bool)
	return asked
}

func (r schemaReader) whole(set ast.SelectionSet) writer[introspection.Schema] {
	type schema = introspection.Schema
	var m members[schema]
	r.fieldsOf(set, "__Schema", func(f graphql.CollectedField) {
		one := func(of func(*schema) *introspection.Type) {
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, s *schema) { write(b, of(s)) })
		}
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *schema) { text(b, "__Schema") })
		case "description":
			m.add(f, func(b *bytes.Buffer, s *schema) { optional(b, s.Description()) })
		case "types":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, s *schema) { array(b, s.Types(), write) })
		case "queryType":
			one((*schema).QueryType)
		case "mutationType":
			one((*schema).MutationType)
		case "subscriptionType":
			one((*schema).SubscriptionType)
		case "directives":
			write := r.directive(f.Selections)
			m.add(f, func(b *bytes.Buffer, s *schema) { array(b, s.Directives(), write) })
		}
	})
	return m.object
}

func (r schemaReader) typ(set ast.SelectionSet) writer[introspection.Type] {
	type typ = introspection.Type
	var m members[typ]
	r.fieldsOf(set, "__Type", func(f graphql.CollectedField) {
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *typ) { text(b, "__Type") })
		case "kind":
			m.add(f, func(b *bytes.Buffer, t *typ) { text(b, t.Kind()) })
		case "name":
			m.add(f, func(b *bytes.Buffer, t *typ) { optional(b, t.Name()) })
		case "description":
			m.add(f, func(b *bytes.Buffer, t *typ) { optional(b, t.Description()) })
		case "specifiedByURL":
			m.add(f, func(b *bytes.Buffer, t *typ) { optional(b, t.SpecifiedByURL()) })
		case "isOneOf":
			m.add(f, func(b *bytes.Buffer, t *typ) { truth(b, t.IsOneOf()) })
		case "fields":
			write, deprecated := r.field(f.Selections), r.deprecated(f)
			m.add(f, func(b *bytes.Buffer, t *typ) { array(b, t.Fields(deprecated), write) })
		case "enumValues":
			write, deprecated := r.enumValue(f.Selections), r.deprecated(f)
			m.add(f, func(b *bytes.Buffer, t *typ) { array(b, t.EnumValues(deprecated), write) })
		case "inputFields":
			write := r.inputValue(f.Selections)
			m.add(f, func(b *bytes.Buffer, t *typ) { array(b, t.InputFields(), write) })
		case "interfaces":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, t *typ) { array(b, t.Interfaces(), write) })
		case "possibleTypes":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, t *typ) { array(b, t.PossibleTypes(), write) })
		case "ofType":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, t *typ) { write(b, t.OfType()) })
		}
	})
	return m.object
}

func (r schemaReader) field(set ast.SelectionSet) writer[introspection.Field] {
	type field = introspection.Field
	var m members[field]
	r.fieldsOf(set, "__Field", func(f graphql.CollectedField) {
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *field) { text(b, "__Field") })
		case "name":
			m.add(f, func(b *bytes.Buffer, v *field) { text(b, v.Name) })
		case "description":
			m.add(f, func(b *bytes.Buffer, v *field) { optional(b, v.Description()) })
		case "args":
			write := r.inputValue(f.Selections)
			m.add(f, func(b *bytes.Buffer, v *field) { array(b, v.Args, write) })
		case "type":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, v *field) { write(b, v.Type) })
		case "isDeprecated":
			m.add(f, func(b *bytes.Buffer, v *field) { truth(b, v.IsDeprecated()) })
		case "deprecationReason":
			m.add(f, func(b *bytes.Buffer, v *field) { optional(b, v.DeprecationReason()) })
		}
	})
	return m.object
}

func (r schemaReader) inputValue(set ast.SelectionSet) writer[introspection.InputValue] {
	type input = introspection.InputValue
	var m members[input]
	r.fieldsOf(set, "__InputValue", func(f graphql.CollectedField) {
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *input) { text(b, "__InputValue") })
		case "name":
			m.add(f, func(b *bytes.Buffer, v *input) { text(b, v.Name) })
		case "description":
			m.add(f, func(b *bytes.Buffer, v *input) { optional(b, v.Description()) })
		case "type":
			write := r.typ(f.Selections)
			m.add(f, func(b *bytes.Buffer, v *input) { write(b, v.Type) })
		case "defaultValue":
			m.add(f, func(b *bytes.Buffer, v *input) { optional(b, v.DefaultValue) })
		case "isDeprecated":
			m.add(f, func(b *bytes.Buffer, v *input) { truth(b, v.IsDeprecated()) })
		case "deprecationReason":
			m.add(f, func(b *bytes.Buffer, v *input) { optional(b, v.DeprecationReason()) })
		}
	})
	return m.object
}

func (r schemaReader) enumValue(set ast.SelectionSet) writer[introspection.EnumValue] {
	type value = introspection.EnumValue
	var m members[value]
	r.fieldsOf(set, "__EnumValue", func(f graphql.CollectedField) {
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *value) { text(b, "__EnumValue") })
		case "name":
			m.add(f, func(b *bytes.Buffer, v *value) { text(b, v.Name) })
		case "description":
			m.add(f, func(b *bytes.Buffer, v *value) { optional(b, v.Description()) })
		case "isDeprecated":
			m.add(f, func(b *bytes.Buffer, v *value) { truth(b, v.IsDeprecated()) })
		case "deprecationReason":
			m.add(f, func(b *bytes.Buffer, v *value) { optional(b, v.DeprecationReason()) })
		}
	})
	return m.object
}

func (r schemaReader) directive(set ast.SelectionSet) writer[introspection.Directive] {
	type directive = introspection.Directive
	var m members[directive]
	r.fieldsOf(set, "__Directive", func(f graphql.CollectedField) {
		switch f.Name {
		case "__typename":
			m.add(f, func(b *bytes.Buffer, _ *directive) { text(b, "__Directive") })
		case "name":
			m.add(f, func(b *bytes.Buffer, v *directive) { text(b, v.Name) })
		case "description":
			m.add(f, func(b *bytes.Buffer, v *directive) { optional(b, v.Description()) })
		case "isRepeatable":
			m.add(f, func(b *bytes.Buffer, v *directive) { truth(b, v.IsRepeatable) })
		case "locations":
			m.add(f, func(b *bytes.Buffer, v *directive) {
				array(b, v.Locations, func(b *bytes.Buffer, s *string) { text(b, *s) })
			})
		case "args":
			write := r.inputValue(f.Selections)
			m.add(f, func(b *bytes.Buffer, v *directive) { array(b, v.Args, write) })
		}
	})
	return m.object
}
