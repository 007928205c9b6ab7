package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

// documentBytes is how much text the documents have that are kept as they were read. What is made of a text takes up to seventy
// times as much memory, and strangers may send as many different ones as they like.
const documentBytes = 512 << 10

// documents are those that were used last, by their texts. It is safe for concurrent use.
type documents struct {
	most int // bytes

	mu    sync.Mutex // protects what follows
	held  int        // bytes
	known *simplelru.LRU[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)

func newDocuments(most int) *documents {
	d := &documents{most: most}
	known, err := simplelru.NewLRU(most, func(text string, _ *ast.QueryDocument) { d.held -= len(text) })
	if err != nil {
		panic("graph: " + err.Error()) // only for a size below 1
	}
	d.known = known
	return d
}

// Get implements graphql.Cache.
func (d *documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known.Get(text)
}

// Add implements graphql.Cache.
func (d *documents) Add(_ context.Context, text string, read *ast.QueryDocument) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.known.Contains(text) {
		d.held += len(text)
	}
	d.known.Add(text, read)
	for d.held > d.most {
		d.known.RemoveOldest()
	}
}
