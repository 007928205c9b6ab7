package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// wholeIntrospection is what tools ask for, all of it; see graphql-js, getIntrospectionQuery.
const wholeIntrospection = `{ __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind } types { ...T }
directives { name description isRepeatable locations args(includeDeprecated: true) { ...I } } } }
fragment T on __Type { kind name description specifiedByURL isOneOf interfaces { ...R } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...I } type { ...R } isDeprecated deprecationReason }
inputFields(includeDeprecated: true) { ...I } possibleTypes { ...R } }
fragment I on __InputValue { name description type { ...R } defaultValue isDeprecated deprecationReason }
fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`

// introspected bounds how much of the schema one operation reads: fields of it cost one in the query limit, however many types
// there are, and each alias of `types` reads all of them once more.
type introspected struct {
	sizes map[string]int // how many a list has, on the average
	most  int
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*introspected)(nil)

// ExtensionName implements graphql.HandlerExtension.
func (*introspected) ExtensionName() string { return "IntrospectionLimit" }

// Validate implements graphql.HandlerExtension. It reckons with the schema's sizes, and allows what tools ask for once, and a
// tenth more.
func (i *introspected) Validate(es graphql.ExecutableSchema) error {
	i.sizes = sizesOf(es.Schema())
	whole, err := parser.ParseQuery(&ast.Source{Input: wholeIntrospection})
	if err != nil {
		return err
	}
	most := i.cost(whole.Operations[0].SelectionSet, whole.Fragments)
	i.most = most + most/10
	return nil
}

// MutateOperationContext implements graphql.OperationContextMutator.
func (i *introspected) MutateOperationContext(_ context.Context, o *graphql.OperationContext) *gqlerror.Error {
	cost := 0
	for _, f := range rootsOf(o.Operation.SelectionSet, o.Doc.Fragments) {
		if f.Name == "__schema" || f.Name == "__type" {
			cost += 1 + i.cost(f.SelectionSet, o.Doc.Fragments)
		}
	}
	o.Stats.SetExtension(i.ExtensionName(), cost)
	if cost > i.most {
		err := gqlerror.Errorf("the operation reads %d fields of the schema, at most %d are allowed", cost, i.most)
		err.Extensions = map[string]any{"code": "COMPLEXITY_LIMIT_EXCEEDED"}
		return err
	}
	return nil
}

// cost is how many fields a selection of the schema brings, reckoned with averages.
func (i *introspected) cost(set ast.SelectionSet, fragments ast.FragmentDefinitionList) (n int) {
	for _, f := range rootsOf(set, fragments) {
		inside := i.cost(f.SelectionSet, fragments)
		if f.Name == "ofType" { // of most types there is none
			inside /= 2
		}
		n += 1 + max(1, i.sizes[f.Name])*inside
	}
	return n
}

// rootsOf are the fields of a selection set, with those of its fragments. Fragments do not spread themselves: that was refused.
func rootsOf(set ast.SelectionSet, fragments ast.FragmentDefinitionList) (fields []*ast.Field) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			fields = append(fields, selection)
		case *ast.InlineFragment:
			fields = append(fields, rootsOf(selection.SelectionSet, fragments)...)
		case *ast.FragmentSpread:
			if f := fragments.ForName(selection.Name); f != nil {
				fields = append(fields, rootsOf(f.SelectionSet, fragments)...)
			}
		}
	}
	return fields
}

// sizesOf counts the lists of a schema, rounded up to whole averages over all types.
func sizesOf(schema *ast.Schema) map[string]int {
	types, fields, inputs, args, values := len(schema.Types), 0, 0, 0, 0
	for _, t := range schema.Types {
		if t.Kind == ast.InputObject {
			inputs += len(t.Fields)
		} else {
			fields += len(t.Fields)
		}
		for _, f := range t.Fields {
			args += len(f.Arguments)
		}
		values += len(t.EnumValues)
	}
	average := func(n, of int) int { return (n + of - 1) / max(1, of) }
	return map[string]int{
		"types": types, "directives": len(schema.Directives), "fields": average(fields, types), "inputFields": average(inputs, types),
		"args": average(args, max(1, fields)), "enumValues": average(values, types), "possibleTypes": 1, "interfaces": 1,
	}
}
