package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/invalid"
)

// variables refuses what a document's variables may not hold, before anything is made of them.
type variables struct{ schema *ast.Schema }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = variables{}

// ExtensionName implements graphql.HandlerExtension.
func (variables) ExtensionName() string { return "Variables" }

// Validate implements graphql.HandlerExtension.
func (variables) Validate(graphql.ExecutableSchema) error { return nil }

// maxObjects is how many objects the variables of a request may hold: gqlparser looks for each field of a filter in each of them. The
// largest values of scalars that are objects have fewer.
const maxObjects = 5_000

// MutateOperationParameters implements graphql.OperationParameterMutator. It changes nothing.
func (variables) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	left := maxObjects + 1 // they are one themselves
	var take func(value any)
	take = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			left--
			for _, member := range value {
				if left < 0 {
					return
				}
				take(member)
			}
		case []any:
			for _, entry := range value {
				if left < 0 {
					return
				}
				take(entry)
			}
		}
	}
	if take(params.Variables); left < 0 {
		return translate(invalid.One("variables", "hold more than %d objects", maxObjects)).gql(ctx)
	}
	return nil
}

// MutateOperationContext implements graphql.OperationContextMutator. It changes nothing.
func (x variables) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, d := range op.Operation.VariableDefinitions {
		value, given := op.Variables[d.Variable]
		if !given {
			continue
		}
		if value == nil {
			if err := nullIn(op); err != nil {
				return err
			}
			continue
		}
		s := variableSize{schema: x.schema}
		if s.add(value, d.Type); !s.small() {
			if err := s.check(d.Variable, usesOf(op, d.Variable)); err != nil {
				return translate(err).gql(ctx)
			}
		}
	}
	return nil
}

// nullIn finds the first null where none may stand. The validation lets a variable that may be null stand there if it has a default,
// and leaves it to the execution to look at its value, which gqlgen does not: it panics.
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

// A variable is made into what a field takes for each place where it stands, and once more to reckon the cost: a filter is
// kilobytes then, though it be empty. So what is far more than any field takes (filterSize says what that is) is not read at all.
const (
	maxVariableFilters = 250
	maxVariableEntries = 10_000
	// What is less than these may stand anywhere; of what is more, so much may be made in all.
	fewFilters, manyFilters = 20, 2_500
	fewEntries, manyEntries = 500, 100_000
)

// variableSize counts what a variable holds. Scalars of ours, such as JSON, are not looked into.
type variableSize struct {
	schema           *ast.Schema
	filters, entries int
}

func (s *variableSize) small() bool { return s.filters <= fewFilters && s.entries <= fewEntries }

func (s *variableSize) add(value any, t *ast.Type) {
	if s.entries++; s.filters > maxVariableFilters || s.entries > maxVariableEntries {
		return
	}
	if entries, isList := listIn(value); isList && t.Elem != nil {
		for _, entry := range entries {
			s.add(entry, t.Elem)
		}
		return
	}
	object, ok := value.(map[string]any)
	of := s.schema.Types[t.Name()]
	if !ok || of == nil || of.Kind != ast.InputObject {
		return
	}
	if strings.HasSuffix(of.Name, "WhereInput") {
		s.filters++
	}
	for name, field := range object {
		if f := of.Fields.ForName(name); f != nil {
			s.add(field, f.Type)
		}
	}
}

func (s *variableSize) check(name string, uses int) error {
	switch {
	case s.filters > maxVariableFilters:
		return invalid.One(name, "has more than %d filters in it", maxVariableFilters)
	case s.entries > maxVariableEntries:
		return invalid.One(name, "has more than %d entries", maxVariableEntries)
	case s.filters > fewFilters && s.filters*uses > manyFilters, s.entries > fewEntries && s.entries*uses > manyEntries:
		return invalid.One(name, "has %d filters and %d entries, which is too much to stand in %d places", s.filters, s.entries, uses)
	}
	return nil
}

// usesOf counts the places where a variable stands, with fragments unfolded.
func usesOf(op *graphql.OperationContext, name string) (n int) {
	var value func(v *ast.Value)
	value = func(v *ast.Value) {
		if v.Kind == ast.Variable && v.Raw == name {
			n++
		}
		for _, child := range v.Children {
			value(child.Value)
		}
	}
	var set func(selections ast.SelectionSet)
	set = func(selections ast.SelectionSet) {
		for _, s := range selections {
			switch s := s.(type) {
			case *ast.Field:
				for _, a := range s.Arguments {
					value(a.Value)
				}
				set(s.SelectionSet)
			case *ast.InlineFragment:
				set(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := op.Doc.Fragments.ForName(s.Name); f != nil {
					set(f.SelectionSet)
				}
			}
		}
	}
	set(op.Operation.SelectionSet)
	return n
}
