package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// noNulls refuses a variable that is null where no null may stand. The validation lets a variable that may be null stand there if
// it has a default, and leaves it to the execution to look at its value, which gqlgen does not: it panics.
type noNulls struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = noNulls{}

// ExtensionName implements graphql.HandlerExtension.
func (noNulls) ExtensionName() string { return "NoNulls" }

// Validate implements graphql.HandlerExtension.
func (noNulls) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator. It changes nothing.
func (noNulls) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, d := range op.Operation.VariableDefinitions {
		if value, given := op.Variables[d.Variable]; given && value == nil {
			return nullIn(op)
		}
	}
	return nil
}

// nullIn finds the first null where none may stand.
func nullIn(op *graphql.OperationContext) (err *gqlerror.Error) {
	document := &ast.QueryDocument{Operations: ast.OperationList{op.Operation}, Fragments: op.Doc.Fragments}
	eachValue(document, func(v *ast.Value) {
		if err != nil || v.Kind != ast.Variable || v.ExpectedType == nil || !v.ExpectedType.NonNull {
			return
		}
		if value, given := op.Variables[v.Raw]; given && value == nil {
			err = gqlerror.ErrorPosf(v.Position, "variable $%s is null where %s is expected: leave it out to have its default", v.Raw, v.ExpectedType)
			errcode.Set(err, errcode.ValidationFailed)
		}
	})
	return err
}
