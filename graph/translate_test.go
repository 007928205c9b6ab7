package graph

import (
	"context"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestDataThatPostgresRefusesIsBadInput(t *testing.T) {
	t.Parallel()
	for state, want := range map[pqerror.Code]string{
		"22021": CodeBadInput, // a byte that is no UTF-8
		"22003": CodeBadInput, // a number out of range
		"42601": CodeInternal, // SQL that we wrote wrong
		"53300": CodeInternal,
	} {
		got := translate(fmt.Errorf("read threads: %w", &pq.Error{Code: state, Message: "canary"}))
		if got.code != want || !got.hidden || got.text == "canary" {
			t.Errorf("%s: %+v, want %s, and the cause in the log only", state, got, want)
		}
	}
}

// Arguments are read before a field has any, and a panic in that is no fault of the client.
func TestAPanicWhileArgumentsAreReadIsInternal(t *testing.T) {
	t.Parallel()
	field := &ast.Field{Alias: "threads", Name: "threads", Arguments: ast.ArgumentList{{Name: "where"}}}
	ctx := graphql.WithFieldContext(context.Background(), &graphql.FieldContext{Object: "Query", Field: graphql.CollectedField{Field: field}})
	path := ast.Path{ast.PathName("threads"), ast.PathName("where")}
	panicked := gqlerror.WrapPath(path, fmt.Errorf("%w: canary", errPanicked))
	if got := translate(misread(ctx, panicked)); got.code != CodeInternal {
		t.Errorf("a panic: %+v", got)
	}
	if got := translate(misread(ctx, gqlerror.WrapPath(path, fmt.Errorf("no time")))); got.code != CodeBadInput || got.fields[0].Field != "where" {
		t.Errorf("an argument that cannot be read: %+v", got)
	}
}
