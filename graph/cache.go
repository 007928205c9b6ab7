package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/graph/plan"
)

const (
	// documentBytes is how much text the documents have that are kept as they were read. What is made of a text takes up to seventy
	// times as much memory, and strangers may send as many different ones as they like.
	documentBytes = 512 << 10
	// mostPlans is how many operations have their plans kept, or that they have none, and planBytes how much memory they take
	// together: most take some kilobytes, but one of a document whose fragments unfold to thousands of fields takes a megabyte.
	mostPlans = 500
	planBytes = 16 << 20
)

// kept are things that were made of documents and used last, by the texts of these or another name. It is safe for concurrent use.
type kept[V any] struct {
	most  int // weight
	weigh func(name string, v V) int

	mu    sync.Mutex // protects what follows
	held  int        // weight
	known *simplelru.LRU[string, V]
}

var _ graphql.Cache[*ast.QueryDocument] = (*kept[*ast.QueryDocument])(nil)

// newDocuments keeps documents as they were read.
func newDocuments(most int) *kept[*ast.QueryDocument] {
	return newKept(most, most, func(text string, _ *ast.QueryDocument) int { return len(text) })
}

// newPlans keeps plans of operations; nil for one that has none.
func newPlans(most int) *kept[*plan.Plan] {
	return newKept(mostPlans, most, func(name string, p *plan.Plan) int { return len(name) + p.Size() })
}

func newKept[V any](entries, most int, weigh func(string, V) int) *kept[V] {
	k := &kept[V]{most: most, weigh: weigh}
	known, err := simplelru.NewLRU(entries, func(name string, v V) { k.held -= weigh(name, v) })
	if err != nil {
		panic("graph: " + err.Error()) // only for a size below 1
	}
	k.known = known
	return k
}

// Get implements graphql.Cache.
func (k *kept[V]) Get(_ context.Context, name string) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known.Get(name)
}

// Add implements graphql.Cache.
func (k *kept[V]) Add(_ context.Context, name string, v V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known.Remove(name)
	k.held += k.weigh(name, v)
	k.known.Add(name, v)
	for k.held > k.most {
		k.known.RemoveOldest()
	}
}
