package eventlog

import (
	"context"
	"iter"

	"parley/ent"
	"parley/ent/thread"
	"parley/ent/viewer"
)

// followPage is how many events are read at once.
const followPage = 200

// FollowThread yields the events of a thread after a sequence: first what is stored, then what comes, with no gap, no
// repeat and in order. Those that were read for others come from memory; then they have no webhook body. It ends when ctx
// does or the range is left, and otherwise only with an error, which is yielded last (ErrCursorExpired as in ThreadAfter).
// A slow reader delays nobody.
func (l *Log) FollowThread(ctx context.Context, threadID string, after int64) iter.Seq2[*ent.Event, error] {
	return func(yield func(*ent.Event, error) bool) {
		v, _ := viewer.FromContext(ctx)
		// It is joined before the first read, so nothing that is committed after that is missed.
		r, leave := l.tails.join(v.Workspace, threadID)
		defer leave()
		for checked := false; ; checked = true {
			rows, whole := r.after(after)
			if whole && !checked { // what is in memory has no rules of its own
				if err := l.mayFollow(ctx, threadID, after); err != nil {
					yield(nil, err)
					return
				}
			}
			if !whole {
				var err error
				if rows, err = l.ThreadAfter(ctx, threadID, after, followPage); err != nil && ctx.Err() == nil {
					yield(nil, err)
					return
				}
			}
			for _, row := range rows {
				if ctx.Err() != nil || !yield(row, nil) {
					return
				}
				after = *row.Sequence
			}
			if len(rows) > 0 && whole || len(rows) == followPage {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-r.signal:
			}
		}
	}
}

// Fed is an event of a workspace's feed, with the positions behind it.
type Fed struct {
	*ent.Event
	Positions [Shards]int64
}

// FollowFeed yields the events of the viewer's workspace after positions: first what is stored, then what comes; those of
// one thread in order, with no gap and no repeat. It ends as FollowThread does; ErrCursorExpired is as in Pull.
func (l *Log) FollowFeed(ctx context.Context, positions [Shards]int64) iter.Seq2[Fed, error] {
	return func(yield func(Fed, error) bool) {
		v, _ := viewer.FromContext(ctx)
		r, leave := l.tails.join(v.Workspace, allThreads)
		defer leave()
		for {
			at, end := positions, positions
			rows, whole := r.behind(&end)
			more := len(rows) > 0
			if !whole {
				page, err := l.Pull(ctx, v.Workspace, &positions, followPage)
				if err != nil && ctx.Err() == nil {
					yield(Fed{}, err)
					return
				}
				rows, end, more = page.Events, page.Positions, page.More
			}
			for _, row := range rows {
				at[row.Shard] = row.Position
				if ctx.Err() != nil || !yield(Fed{row, at}, nil) {
					return
				}
			}
			positions = end
			if more {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-r.signal:
			}
		}
	}
}

// mayFollow says whether the viewer may read the thread, and whether the sequence is one of its history.
func (l *Log) mayFollow(ctx context.Context, threadID string, after int64) error {
	t, err := l.client.Thread.Query().Where(thread.ID(threadID)).Select(thread.FieldLastSeq).Only(ctx)
	if err == nil && after > t.LastSeq {
		return ErrCursorExpired
	}
	return err
}
