package delivery

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/deliveryfeed"
	"parley/eventlog"
)

// followPage is how many attempts Follow reads at once, followPoll how long it sleeps at most when nobody wakes it: the
// bound on how late an attempt of another replica is seen.
const (
	followPage = 200
	followPoll = 500 * time.Millisecond
)

// Sent is an attempt with its delivery, which is nil when that was erased meanwhile.
type Sent struct {
	*ent.Attempt
	Delivery *ent.Delivery
}

// Position returns the position of the last attempt of the viewer's workspace, 0 before the first.
func (s *Service) Position(ctx context.Context) (int64, error) {
	last, _, err := s.feed(ctx)
	return last, err
}

// feed returns the position of the last attempt of the viewer's workspace, and of the oldest one that is kept.
func (s *Service) feed(ctx context.Context) (last, first int64, err error) {
	row, err := s.log.Client().DeliveryFeed.Query().Select(deliveryfeed.FieldLastPosition, deliveryfeed.FieldFirstPosition).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, 1, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read the feed of deliveries: %w", err)
	}
	return row.LastPosition, row.FirstPosition, nil
}

// After returns the attempts of the viewer's workspace behind a position, at most limit, in order; of one integration if
// it is not empty. Reached is up to where the feed was looked at. The error is eventlog.ErrCursorExpired when attempts behind
// the position are gone, or when the position lies in the future, which means that history was lost.
func (s *Service) After(ctx context.Context, integrationID string, after int64, limit int) (rows []Sent, reached int64, err error) {
	// The counter is read first: an attempt that it counts is there for the second statement, or gone for ever.
	last, first, err := s.feed(ctx)
	if err != nil {
		return nil, after, err
	}
	if after > last || after+1 < first {
		return nil, after, eventlog.ErrCursorExpired
	}
	if after == last {
		return nil, after, nil
	}
	q := s.log.Client().Attempt.Query().Where(attempt.PositionGT(after), attempt.PositionLTE(last))
	if integrationID != "" {
		q.Where(attempt.IntegrationID(integrationID))
	}
	attempts, err := q.Order(attempt.ByPosition()).Limit(limit).All(ctx)
	if err != nil {
		return nil, after, fmt.Errorf("read attempts: %w", err)
	}
	if len(attempts) == limit {
		last = *attempts[limit-1].Position
	}
	if rows, err = s.withDeliveries(ctx, attempts); err != nil {
		return nil, after, err
	}
	// Asked again: what was deleted because of its age before it could be read is before the oldest one kept now.
	if _, first, err = s.feed(ctx); err != nil {
		return nil, after, err
	}
	if after+1 < first {
		return nil, after, eventlog.ErrCursorExpired
	}
	return rows, last, nil
}

func (s *Service) withDeliveries(ctx context.Context, attempts []*ent.Attempt) ([]Sent, error) {
	ids := make([]string, len(attempts))
	for i, a := range attempts {
		ids[i] = a.DeliveryID
	}
	slices.Sort(ids)
	deliveries, err := s.log.Client().Delivery.Query().Where(delivery.IDIn(slices.Compact(ids)...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries of attempts: %w", err)
	}
	byID := make(map[string]*ent.Delivery, len(deliveries))
	for _, d := range deliveries {
		byID[d.ID] = d
	}
	rows := make([]Sent, len(attempts))
	for i, a := range attempts {
		rows[i] = Sent{a, byID[a.DeliveryID]}
	}
	return rows, nil
}

// Follow yields the attempts of the viewer's workspace behind a position, each once its outcome is stored: first those that
// are there, then those that come, with no gap, no repeat and in order; of one integration if it is not empty. It ends when
// ctx does or the range is left, and otherwise only with an error, which is yielded last (as in After). Each reader reads the
// tables itself; a slow one delays nobody.
func (s *Service) Follow(ctx context.Context, integrationID string, after int64) iter.Seq2[Sent, error] {
	return func(yield func(Sent, error) bool) {
		signal := eventlog.NewSignal()
		defer s.log.OnWake(func(w eventlog.Wake) {
			if w.Attempts {
				signal.Poke()
			}
		})()
		poll := time.NewTicker(followPoll)
		defer poll.Stop()
		for {
			// The signal was set up before this read, so nothing that is committed after it is missed.
			rows, reached, err := s.After(ctx, integrationID, after, followPage)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(Sent{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			after = reached
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
