package ent

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// collectFields is graphql.CollectFields for the generated code, which loads an edge once and reads no column that was
// not asked for: fields of one name, under whatever aliases, each ask for what all of them ask for. Otherwise the last
// alias would decide what the others read, and they would read zero values.
func collectFields(op *graphql.OperationContext, selections ast.SelectionSet, satisfies []string) []graphql.CollectedField {
	// A copy: the fields of a selection are kept for the whole operation, and resolvers run side by side.
	fields := slices.Clone(graphql.CollectFields(op, selections, satisfies))
	asked := map[string]ast.SelectionSet{}
	for _, f := range fields {
		asked[f.Name] = append(slices.Clip(asked[f.Name]), f.Selections...)
	}
	for i := range fields {
		fields[i].Selections = asked[fields[i].Name]
	}
	return fields
}
