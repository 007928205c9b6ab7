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
			if !checked {
				l.tails.caughtUp(len(rows) > 0, whole)
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
		for first := true; ; first = false {
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
			if first {
				l.tails.caughtUp(len(rows) > 0, whole)
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

// CatchUps counts those who began to follow behind events that were there already, by where these were read: in memory, or in
// the tables, at least the first of them.
func (l *Log) CatchUps() (memory, tables int64) {
	return l.tails.fromMemory.Load(), l.tails.fromTables.Load()
}

// caughtUp takes note of the first look of a follower.
func (s *tails) caughtUp(some, memory bool) {
	switch {
	case !some:
	case memory:
		s.fromMemory.Add(1)
	default:
		s.fromTables.Add(1)
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
