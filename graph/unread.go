package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/predicate"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/invalid"
)

// readsAlong says whether the viewer is an operator, who has read some messages and others not.
func readsAlong(ctx context.Context) bool { return hasRole(ctx, viewer.Admin, viewer.Operator) }

// loadUnread counts what is unread in each thread of a page, at once.
func (r *Resolver) loadUnread(ctx context.Context, threads *ent.ThreadConnection) error {
	kept, ok := ctx.Value(keptUsageKey{}).(*keptUsage)
	if !ok || !readsAlong(ctx) {
		return nil
	}
	ids := make([]string, len(threads.Edges))
	for i, e := range threads.Edges {
		ids[i] = e.Node.ID
	}
	counts, err := r.dialogue.Unread(ctx, ids)
	if err != nil {
		return err
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	for _, threadID := range ids {
		kept.unread[threadID] = counts[threadID]
	}
	return nil
}

// unreadOf is what loadUnread has counted, or counts it.
func (r *Resolver) unreadOf(ctx context.Context, threadID string) (int, error) {
	if !readsAlong(ctx) {
		return 0, nil
	}
	if kept, ok := ctx.Value(keptUsageKey{}).(*keptUsage); ok {
		kept.mu.Lock()
		n, known := kept.unread[threadID]
		kept.mu.Unlock()
		if known {
			return n, nil
		}
	}
	counts, err := r.dialogue.Unread(ctx, []string{threadID})
	return counts[threadID], err
}

// unreadFilter chooses threads by whether the viewer has read them. A subscription is executed for many viewers at once.
func unreadFilter(ctx context.Context, unread bool) (predicate.Thread, error) {
	if graphql.HasOperationContext(ctx) && graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return nil, invalid.One("where.unread", "is for lists: what somebody reads is no event")
	}
	found := thread.IDIn() // nothing
	if v, _ := viewer.FromContext(ctx); readsAlong(ctx) {
		found = dialogue.HasUnread(v)
	}
	if !unread {
		found = thread.Not(found)
	}
	return found, nil
}
