package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
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
