package graph

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"parley/ent/viewer"
)

// keyOf is the key of a subscription in a document.
func keyOf(t *testing.T, v viewer.Viewer, document, name string, variables map[string]any) (shareKey, bool) {
	t.Helper()
	schema := NewExecutableSchema(Config{}).Schema()
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); errs != nil {
		t.Fatalf("%s: %v", document, errs)
	}
	return shareKeyOf(viewer.NewContext(t.Context(), v), &graphql.OperationContext{
		Doc: doc, Operation: doc.Operations.ForName(name), OperationName: name, Variables: variables,
	})
}

func TestWhatMayBeShared(t *testing.T) {
	const document = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type ... on MessageCreated { message { text } } } }`
	of := viewer.Viewer{Workspace: "w", Role: viewer.App, Key: "k", Name: "n"}
	variables := map[string]any{"t": "x", "after": "c"}
	first, ok := keyOf(t, of, document, "", variables)
	if !ok {
		t.Fatal("it may not be shared")
	}
	other := func(change func(v *viewer.Viewer)) viewer.Viewer {
		v := of
		change(&v)
		return v
	}
	for name, c := range map[string]struct {
		v        viewer.Viewer
		document string
		values   map[string]any
		same     bool
	}{
		"itself":      {of, document, variables, true},
		"another key": {other(func(v *viewer.Viewer) { v.Key, v.Name, v.Expires = "other", "other", 1 }), document, variables, true},
		"written otherwise": {of, "# a comment\nsubscription ( $t:ID! , $after:Cursor ) {\n threadEvents(threadId:$t after:$after){type,...on MessageCreated{message{text}}} }",
			variables, true},
		"from elsewhere":    {of, document, map[string]any{"t": "x", "after": "d"}, true},
		"from now":          {of, document, map[string]any{"t": "x"}, true},
		"another thread":    {of, document, map[string]any{"t": "y", "after": "c"}, false},
		"another role":      {other(func(v *viewer.Viewer) { v.Role = viewer.Admin }), document, variables, false},
		"another workspace": {other(func(v *viewer.Viewer) { v.Workspace = "v" }), document, variables, false},
		"a thread token":    {other(func(v *viewer.Viewer) { v.Role, v.Thread = viewer.ThreadToken, "x" }), document, variables, false},
		"other fields": {of, `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type ... on MessageCreated { message { id } } } }`,
			variables, false},
		"another name": {of, `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { kind: type ... on MessageCreated { message { text } } } }`,
			variables, false},
		"two in a variable": {other(func(v *viewer.Viewer) { v.Workspace, v.Role = "wA", "PP" }), document, variables, false},
	} {
		if key, ok := keyOf(t, c.v, c.document, "", c.values); !ok || (key == first) != c.same {
			t.Errorf("%s: may %v, is the same %v", name, ok, key == first)
		}
	}
}

// A variable that says more than where to begin is in the key.
func TestAVariableWithTwoUsesIsNoBeginningAlone(t *testing.T) {
	const document = `subscription($c: Cursor) { threadEvents(threadId: "x", after: $c) { ... on MessageCreated { message { thread { messages(after: $c) { edges { cursor } } } } } } }`
	v := viewer.Viewer{Workspace: "w", Role: viewer.App}
	one, _ := keyOf(t, v, document, "", map[string]any{"c": "1"})
	if two, ok := keyOf(t, v, document, "", map[string]any{"c": "2"}); !ok || one == two {
		t.Error("lists that begin at different places are shared")
	}
}

func TestWhatDependsOnTheViewerIsNotShared(t *testing.T) {
	v := viewer.Viewer{Workspace: "w", Role: viewer.Operator, Key: "k"}
	for name, document := range map[string]string{
		"a field": `subscription { workspaceEvents { ... on MessageCreated { message { thread { operator { hint } } } } } }`,
		"in a fragment": `subscription { workspaceEvents { ...m } } fragment m on MessageCreated { message { thread { operator { ...k } } } }
			fragment k on APIKey { used: lastUsedAt }`,
		"a fragment at the root": `subscription { ...r } fragment r on Subscription { workspaceEvents { type } }`,
		"a query":                `{ threads { totalCount } }`,
	} {
		if _, ok := keyOf(t, v, document, "", nil); ok {
			t.Errorf("%s is shared", name)
		}
	}
	if _, ok := keyOf(t, v, `subscription { workspaceEvents { ... on MessageCreated { message { thread { operator { name } } } } } }`, "", nil); !ok {
		t.Error("the name of an operator is not shared")
	}
}
