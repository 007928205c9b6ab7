package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// wholeAnswers refuses documents with @defer, which the parser knows by itself: what is deferred would come in further
// answers, and one over POST has no place for them.
type wholeAnswers struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = wholeAnswers{}

// ExtensionName implements graphql.HandlerExtension.
func (wholeAnswers) ExtensionName() string { return "WholeAnswers" }

// Validate implements graphql.HandlerExtension.
func (wholeAnswers) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator. It changes nothing.
func (wholeAnswers) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	found := deferred(op.Operation.SelectionSet)
	for _, f := range op.Doc.Fragments {
		if found == nil {
			found = deferred(f.SelectionSet)
		}
	}
	if found == nil {
		return nil
	}
	err := gqlerror.ErrorPosf(found.Position, "@defer is not supported: leave it out, the answer comes whole")
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

// deferred returns the first @defer of a selection, but for those in fragments that it names.
func deferred(selections ast.SelectionSet) *ast.Directive {
	for _, s := range selections {
		var directives ast.DirectiveList
		var below ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			below = s.SelectionSet
		case *ast.InlineFragment:
			directives, below = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			directives = s.Directives
		}
		if d := directives.ForName("defer"); d != nil {
			return d
		}
		if d := deferred(below); d != nil {
			return d
		}
	}
	return nil
}
