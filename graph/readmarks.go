package graph

import (
	"context"

	"parley/ent/viewer"
	"parley/graph/gql"
)

// followReads streams in which threads the viewer has read something, until ctx ends or there is an error; see failStream.
func (r *Resolver) followReads(ctx context.Context) <-chan *gql.ThreadRead {
	v, _ := viewer.FromContext(ctx)
	w := r.reads.Watch(v.Workspace, v.Key)
	out := make(chan *gql.ThreadRead, 1)
	go func() {
		defer close(out)
		defer w.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.Changed():
			}
			threadIDs := w.Next()
			counts, err := r.dialogue.Unread(ctx, threadIDs)
			if err != nil {
				failStream(ctx, err)
				return
			}
			for _, threadID := range threadIDs {
				select {
				case out <- &gql.ThreadRead{ThreadID: threadID, UnreadCount: counts[threadID]}:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

// toldRead tells the viewer's other windows that it has read something in a thread.
func (r *Resolver) toldRead(ctx context.Context, threadID string) {
	v, _ := viewer.FromContext(ctx)
	r.reads.Set(v.Workspace, v.Key, threadID)
}
