package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/invalid"
)

// errPanicked marks the error that stands for a panic.
var errPanicked = errors.New("panic")

// checkArguments refuses arguments of the present field that no database should see: text that is not UTF-8 or holds a
// NUL character, wherever it is, and filters that are too large. What is left of the filters it completes.
func checkArguments(ctx context.Context) error {
	fc := graphql.GetFieldContext(ctx)
	if len(fc.Field.Arguments) == 0 {
		return nil
	}
	sent := fc.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if err := checkText(name, sent[name]); err != nil {
			return err
		}
		if !isFilter(fc.Field.Definition.Arguments.ForName(name)) {
			continue
		}
		if err := new(filterSize).add(name, sent[name], 1); err != nil {
			return err
		}
		completeFilter(reflect.ValueOf(fc.Args[name]))
	}
	return nil
}

func isFilter(argument *ast.ArgumentDefinition) bool {
	return argument != nil && strings.HasSuffix(argument.Type.Name(), "WhereInput")
}

// checkText finds the first text in a value that cannot be stored.
func checkText(path string, value any) error {
	switch v := value.(type) {
	case string:
		if !isText(v) {
			return invalid.One(inInput(path), "must be valid text without NUL characters")
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !isText(name) {
				return invalid.One(inInput(path), "must have names of valid text without NUL characters")
			}
			if err := checkText(path+"."+name, v[name]); err != nil {
				return err
			}
		}
	default:
		entries, _ := listIn(value)
		for i, entry := range entries {
			if err := checkText(fmt.Sprintf("%s.%d", path, i), entry); err != nil {
				return err
			}
		}
	}
	return nil
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// listIn returns the entries of a list that came as an argument, and whether it is one. A single value that was taken
// for a list is a slice of its own type, where others are []any.
func listIn(value any) ([]any, bool) {
	if entries, ok := value.([]any); ok {
		return entries, true
	}
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice {
		return nil, false
	}
	entries := make([]any, v.Len())
	for i := range entries {
		entries[i] = v.Index(i).Interface()
	}
	return entries, true
}

// inInput is the path of a field as clients know it: fields of the one `input` of a mutation go by their own names.
func inInput(path string) string { return strings.TrimPrefix(path, "input.") }

// misread turns the error of an argument that could not be read into one that names the argument. Other errors stay as
// they are. While arguments are read the field has none yet, which is how such an error is known.
func misread(ctx context.Context, err error) error {
	fc := graphql.GetFieldContext(ctx)
	var located *gqlerror.Error
	if fc == nil || fc.Args != nil || len(fc.Field.Arguments) == 0 || errors.Is(err, errPanicked) || !errors.As(err, &located) {
		return err
	}
	var bad *invalid.Error
	if errors.As(err, &bad) { // a field of a filter that checks itself
		return err
	}
	var path []string
	for _, step := range located.Path[min(len(fc.Path()), len(located.Path)):] {
		path = append(path, fmt.Sprint(step))
	}
	reason := located.Message
	if located.Err != nil {
		reason = located.Err.Error()
	}
	return invalid.One(inInput(strings.Join(path, ".")), "cannot be read: %s", reason)
}
