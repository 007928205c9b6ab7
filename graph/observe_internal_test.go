package graph

import (
	"context"
	"log/slog"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	dto "github.com/prometheus/client_model/go"
	"github.com/vektah/gqlparser/v2/ast"
)

// An operation whose time is over before it begins is counted like any other that fails, once.
func TestWhatEndsBeforeItBeginsIsCounted(t *testing.T) {
	t.Parallel()
	f := &front{operations: newOperations(), logger: slog.Default()}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{Operation: &ast.OperationDefinition{
		Operation: ast.Query, SelectionSet: ast.SelectionSet{&ast.Field{Name: "viewer", Alias: "viewer"}},
	}})
	responses := f.observe(ctx, func(context.Context) graphql.ResponseHandler {
		return func(context.Context) *graphql.Response { return nil }
	})
	if first, second := responses(ctx), responses(ctx); first != nil || second != nil {
		t.Error("there is an answer")
	}
	var counted dto.Metric
	if err := f.operations.done.WithLabelValues("query", "viewer", CodeTimeout).Write(&counted); err != nil || counted.GetCounter().GetValue() != 1 {
		t.Errorf("counted %v times, %v", counted.GetCounter().GetValue(), err)
	}
}
