package graph

import (
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
	"parley/graph/limit"
	"parley/graph/plan"
)

// Whatever is sent, the documents that are kept have no more text than they may, and are those that were used last.
func TestDocumentsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	d, ctx := newDocuments(1000), t.Context()
	often := "often" + strings.Repeat("x", 95)
	d.Add(ctx, often, &ast.QueryDocument{})
	for n := range 100 {
		text := fmt.Sprintf("%03d", n) + strings.Repeat("x", 97)
		d.Add(ctx, text, &ast.QueryDocument{})
		d.Add(ctx, text, &ast.QueryDocument{})
		if _, known := d.Get(ctx, often); !known {
			t.Fatalf("what is used often was forgotten after %d", n)
		}
	}
	if d.held != 1000 || d.known.Len() != 10 {
		t.Errorf("%d documents with %d bytes", d.known.Len(), d.held)
	}
	if _, known := d.Get(ctx, "090"+strings.Repeat("x", 97)); known {
		t.Error("the oldest is kept")
	}
	d.Add(ctx, strings.Repeat("y", 1001), &ast.QueryDocument{})
	if d.held != 0 || d.known.Len() != 0 {
		t.Errorf("one that is too large leaves %d documents with %d bytes", d.known.Len(), d.held)
	}
}

// A thousand bytes of a document can unfold to thousands of fields: a plan of that takes most of a megabyte.
func TestPlansAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	many := func(of, selected string) (text string) {
		for i := range 10 {
			text += fmt.Sprintf("a%d: %s { %s } ", i, of, selected)
		}
		return text
	}
	text := `query($t: ID!) { ` + many("thread(id: $t)", "...thread ...last") + `}
		fragment last on Thread { lastMessage { ` + many("thread", "...thread") + `} }
		fragment thread on Thread { id externalId channel status success contact metadata messageCount unreadCount cursor createdAt updatedAt
			tags { name text } agent { id name instructions script region models } customer { id name email phone } lastMessage { id text data } }`
	if err := limit.Default().Check(text); err != nil {
		t.Fatal(err)
	}
	document, errs := gqlparser.LoadQueryWithRules(NewExecutableSchema(Config{}).Schema(), text, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	op := &graphql.OperationContext{RawQuery: text, Doc: document, Operation: document.Operations[0], Variables: map[string]any{"t": "x"}}
	plans, ctx := newPlans(planBytes), t.Context()
	for n := range 100 {
		p, ok := plan.Compile(op, viewer.ThreadToken, dialect.SQLite)
		if !ok {
			t.Fatal("it has no plan")
		}
		plans.Add(ctx, fmt.Sprint(n), p)
		plans.Add(ctx, fmt.Sprint("none", n), nil)
	}
	if n := plans.known.Len(); n > 60 || plans.held > planBytes || plans.held < planBytes/2 {
		t.Errorf("%d plans, or none, with %d bytes", n, plans.held)
	}
	small, errs := gqlparser.LoadQueryWithRules(NewExecutableSchema(Config{}).Schema(), `{ viewer { role } }`, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	op = &graphql.OperationContext{RawQuery: `{ viewer { role } }`, Doc: small, Operation: small.Operations[0]}
	if p, ok := plan.Compile(op, viewer.App, dialect.SQLite); !ok || p.Size() > 4<<10 {
		t.Errorf("a small plan is reckoned with %d bytes", p.Size())
	}
}
