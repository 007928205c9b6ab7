package eventlog

import (
	"context"
	"iter"
	"time"

	"parley/ent"
)

// followPage is how many events Follow reads at once, followPoll how long it sleeps at most when nobody wakes it: the
// bound on how late an event of another replica is seen.
const (
	followPage = 200
	followPoll = 500 * time.Millisecond
)

// FollowThread yields the events of a thread after a sequence: first what is stored, then what comes, with no gap, no
// repeat and in order. It ends when ctx does or the range is left, and otherwise only with an error, which is yielded
// last (ErrCursorExpired as in ThreadAfter). Each reader reads the tables itself; a slow one delays nobody.
func (l *Log) FollowThread(ctx context.Context, threadID string, after int64) iter.Seq2[*ent.Event, error] {
	return func(yield func(*ent.Event, error) bool) {
		bit := uint8(1) << ShardOf(threadID)
		signal := NewSignal()
		defer l.OnWake(func(w Wake) {
			if w.Shards&bit != 0 {
				signal.Poke()
			}
		})()
		poll := time.NewTicker(followPoll)
		defer poll.Stop()
		for {
			// The signal was set up before this read, so nothing that is committed after it is missed.
			rows, err := l.ThreadAfter(ctx, threadID, after, followPage)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
				after = *row.Sequence
			}
			if len(rows) == followPage {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-signal:
			case <-poll.C:
			}
		}
	}
}
