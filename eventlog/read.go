package eventlog

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/event"
	"parley/ent/feedshard"
	"parley/ent/predicate"
	"parley/ent/thread"
)

// ThreadAfter returns the events of a thread with a sequence above after, at most limit, in order. It returns
// ErrCursorExpired when events between after and the oldest one kept are gone, or when after lies in the future, which
// means that history was lost.
func (l *Log) ThreadAfter(ctx context.Context, threadID string, after int64, limit int) ([]*ent.Event, error) {
	// The counter is read first: an event that it counts is there for the second statement, or gone for ever.
	t, err := l.client.Thread.Query().Where(thread.ID(threadID)).Select(thread.FieldLastSeq).Only(ctx)
	if err != nil {
		return nil, err
	}
	if t.LastSeq < after {
		return nil, ErrCursorExpired
	}
	if t.LastSeq == after {
		return nil, nil
	}
	rows, err := l.client.Event.Query().Where(event.ThreadID(threadID), event.SequenceGT(after)).
		Order(event.BySequence()).Limit(limit).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", threadID, err)
	}
	// Retention may leave single events among those that it deletes, so each is held against its place.
	reached := after
	for _, row := range rows {
		if reached++; *row.Sequence != reached {
			return nil, ErrCursorExpired
		}
	}
	if len(rows) < limit && reached < t.LastSeq {
		return nil, ErrCursorExpired
	}
	return rows, nil
}

// FeedEnd returns the positions of the last events of a workspace's feed.
func (l *Log) FeedEnd(ctx context.Context, workspace string) (positions [Shards]int64, err error) {
	shards, err := l.client.FeedShard.Query().Where(feedshard.WorkspaceID(workspace)).All(ctx)
	if err != nil {
		return positions, fmt.Errorf("read the feed of %s: %w", workspace, err)
	}
	for _, s := range shards {
		positions[s.Shard] = s.LastPosition
	}
	return positions, nil
}

// Page is what Pull found: events, where it began, the positions behind the last thing it has looked at, and whether more
// are there.
type Page struct {
	Events    []*ent.Event
	Start     [Shards]int64
	Positions [Shards]int64
	More      bool
}

// Pull returns events of a workspace's feed after the given positions, or from the oldest one kept if there are none, at
// most limit. Within a shard, and so within a thread, they come in order of commit; shards are merged by time. Positions
// pass over what the filter leaves out. It returns ErrCursorExpired when events after the positions are gone, or when the
// positions lie in the future.
func (l *Log) Pull(ctx context.Context, workspace string, positions *[Shards]int64, limit int, filter ...predicate.Event) (Page, error) {
	for {
		page, err := l.pull(ctx, workspace, positions, limit, filter)
		if positions != nil || !errors.Is(err, ErrCursorExpired) { // without positions the oldest one kept has moved on meanwhile
			return page, err
		}
	}
}

func (l *Log) pull(ctx context.Context, workspace string, positions *[Shards]int64, limit int, filter []predicate.Event) (Page, error) {
	shards, err := l.client.FeedShard.Query().Where(feedshard.WorkspaceID(workspace)).All(ctx)
	if err != nil {
		return Page{}, fmt.Errorf("read the feed of %s: %w", workspace, err)
	}
	var start [Shards]int64
	for _, s := range shards {
		start[s.Shard] = s.FirstPosition - 1
	}
	if positions != nil {
		start = *positions
	}
	after, looked := start, false
	var heads [Shards][]*ent.Event
	for _, s := range shards {
		from := after[s.Shard]
		if from+1 < s.FirstPosition || from > s.LastPosition {
			return Page{}, ErrCursorExpired
		}
		if from == s.LastPosition {
			continue
		}
		rows, err := l.client.Event.Query().
			Where(event.Shard(s.Shard), event.PositionGT(from), event.PositionLTE(s.LastPosition)).Where(filter...).
			Order(event.ByPosition()).Limit(limit + 1).All(ctx)
		if err != nil {
			return Page{}, fmt.Errorf("read the feed of %s: %w", workspace, err)
		}
		heads[s.Shard], looked = rows, true
		if len(rows) <= limit { // all of the shard up to here was looked at
			after[s.Shard] = s.LastPosition
		}
	}
	if looked {
		if err := l.keptSince(ctx, workspace, start); err != nil {
			return Page{}, err
		}
	}
	page := merge(heads, after, limit)
	page.Start = start
	return page, nil
}

// keptSince returns ErrCursorExpired when retention has passed one of the positions. It is asked after events were read: what
// was missing by then is before the oldest position kept now.
func (l *Log) keptSince(ctx context.Context, workspace string, positions [Shards]int64) error {
	shards, err := l.client.FeedShard.Query().Where(feedshard.WorkspaceID(workspace)).
		Select(feedshard.FieldShard, feedshard.FieldFirstPosition).All(ctx)
	if err != nil {
		return fmt.Errorf("read the feed of %s: %w", workspace, err)
	}
	for _, s := range shards {
		if positions[s.Shard]+1 < s.FirstPosition {
			return ErrCursorExpired
		}
	}
	return nil
}

// merge takes the oldest of the heads until limit. A shard from which something is left ends at what was taken.
func merge(heads [Shards][]*ent.Event, after [Shards]int64, limit int) Page {
	page := Page{Positions: after}
	for {
		oldest := -1
		for shard, rows := range heads {
			if len(rows) > 0 && (oldest < 0 || rows[0].CreatedAt < heads[oldest][0].CreatedAt) {
				oldest = shard
			}
		}
		if oldest < 0 {
			return page
		}
		if len(page.Events) == limit {
			page.More = true
			for shard, rows := range heads {
				if len(rows) > 0 {
					page.Positions[shard] = rows[0].Position - 1
				}
			}
			return page
		}
		page.Events = append(page.Events, heads[oldest][0])
		heads[oldest] = heads[oldest][1:]
	}
}
