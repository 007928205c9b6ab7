package graph

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"parley/ent/viewer"
)

// shareKey is the same for subscriptions that have the same answers: all that they depend on is in it.
type shareKey [sha256.Size]byte

// shareKeyOf returns the key of a subscription; false when it may not be shared. Where it begins is not in the key.
func shareKeyOf(ctx context.Context, operation *graphql.OperationContext) (key shareKey, ok bool) {
	v, known := viewer.FromContext(ctx)
	op := operation.Operation
	if !known || op.Operation != ast.Subscription || len(op.SelectionSet) != 1 {
		return key, false
	}
	root, plain := op.SelectionSet[0].(*ast.Field)
	if !plain {
		return key, false
	}
	document := &ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: operation.Doc.Fragments}
	begins := beginVariable(root)
	uses, perViewer := 0, false
	eachField(document, func(f *ast.Field) { perViewer = perViewer || isPerViewer(f.Definition) })
	eachValue(document, func(v *ast.Value) {
		if v.Kind == ast.Variable && v.Raw == begins {
			uses++
		}
	})
	if perViewer {
		return key, false
	}
	variables := operation.Variables
	if uses == 1 {
		variables = make(map[string]any, len(operation.Variables))
		for name, value := range operation.Variables {
			if name != begins {
				variables[name] = value
			}
		}
	}
	text, err := json.Marshal(variables) // with its names in order
	if err != nil {
		return key, false
	}
	sum := sha256.New()
	for _, part := range []string{v.Workspace, string(v.Role), v.Thread, op.Name, string(text)} {
		hashPart(sum, part)
	}
	formatter.NewFormatter(sum, formatter.WithCompacted()).FormatQueryDocument(document)
	sum.Sum(key[:0])
	return key, true
}

// hashPart keeps parts apart whatever is in them.
func hashPart(sum hash.Hash, part string) {
	_, _ = sum.Write(binary.AppendUvarint(nil, uint64(len(part)))) // a hash never fails
	_, _ = io.WriteString(sum, part)
}

// beginVariable is the variable that says where a subscription begins; empty if none does.
func beginVariable(root *ast.Field) string {
	if a := root.Arguments.ForName("after"); a != nil && a.Value.Kind == ast.Variable {
		return a.Value.Raw
	}
	return ""
}

func isPerViewer(f *ast.FieldDefinition) bool {
	return f == nil || f.Directives.ForName("perViewer") != nil
}

// eachField calls do with all fields of a document.
func eachField(document *ast.QueryDocument, do func(*ast.Field)) {
	eachSelection(document, func(s ast.Selection) {
		if f, ok := s.(*ast.Field); ok {
			do(f)
		}
	})
}

// eachValue calls do with all values that arguments of fields and directives have in a document.
func eachValue(document *ast.QueryDocument, do func(*ast.Value)) {
	var value func(v *ast.Value)
	value = func(v *ast.Value) {
		do(v)
		for _, child := range v.Children {
			value(child.Value)
		}
	}
	arguments := func(list ast.ArgumentList) {
		for _, a := range list {
			value(a.Value)
		}
	}
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			arguments(d.Arguments)
		}
	}
	for _, op := range document.Operations {
		directives(op.Directives)
	}
	for _, f := range document.Fragments {
		directives(f.Directives)
	}
	eachSelection(document, func(s ast.Selection) {
		switch s := s.(type) {
		case *ast.Field:
			arguments(s.Arguments)
			directives(s.Directives)
		case *ast.InlineFragment:
			directives(s.Directives)
		case *ast.FragmentSpread:
			directives(s.Directives)
		}
	})
}

func eachSelection(document *ast.QueryDocument, do func(ast.Selection)) {
	var set func(ast.SelectionSet)
	set = func(selections ast.SelectionSet) {
		for _, s := range selections {
			do(s)
			switch s := s.(type) {
			case *ast.Field:
				set(s.SelectionSet)
			case *ast.InlineFragment:
				set(s.SelectionSet)
			}
		}
	}
	for _, op := range document.Operations {
		set(op.SelectionSet)
	}
	for _, f := range document.Fragments {
		set(f.SelectionSet)
	}
}
