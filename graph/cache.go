package graph

import (
	"container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// documentBytes is how much text the documents have that are kept as they were read. What is made of a text takes up to seventy
// times as much memory, and strangers may send as many different ones as they like.
const documentBytes = 512 << 10

// documents are those that were used last, by their texts. It is safe for concurrent use.
type documents struct {
	most int // bytes

	mu     sync.Mutex // protects what follows
	held   int        // bytes
	recent list.List  // of *readDocument, the last one used first
	byText map[string]*list.Element
}

type readDocument struct {
	text string
	read *ast.QueryDocument
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)

func newDocuments(most int) *documents {
	return &documents{most: most, byText: map[string]*list.Element{}}
}

// Get implements graphql.Cache.
func (d *documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, known := d.byText[text]
	if !known {
		return nil, false
	}
	d.recent.MoveToFront(e)
	return e.Value.(*readDocument).read, true
}

// Add implements graphql.Cache.
func (d *documents) Add(_ context.Context, text string, read *ast.QueryDocument) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, known := d.byText[text]; known {
		d.recent.MoveToFront(e)
		return
	}
	d.byText[text] = d.recent.PushFront(&readDocument{text, read})
	for d.held += len(text); d.held > d.most; {
		last := d.recent.Remove(d.recent.Back()).(*readDocument)
		delete(d.byText, last.text)
		d.held -= len(last.text)
	}
}
