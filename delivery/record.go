package delivery

import (
	"context"
	"slices"
	"time"
)

// recordLoop records outcomes as they come, all that wait at once in one transaction, until the senders are done.
func (r *run) recordLoop(ctx context.Context) {
	for first := range r.done {
		batch := []result{first}
	collect:
		for len(batch) < finishBatch {
			select {
			case more, open := <-r.done:
				if !open {
					break collect
				}
				batch = append(batch, more)
			default:
				break collect
			}
		}
		r.recordAll(ctx, batch)
		r.due.finished(batch)
		r.wake.Poke() // there are free workers, and what waited for its turn may have it now
	}
}

// recordAll records a batch, and repeats what fails until it succeeds, its lease has ended, or ctx ends. Beyond that
// the sweep finds the delivery: it will be sent again.
func (r *run) recordAll(ctx context.Context, batch []result) {
	var rest, gone []result
	for _, x := range batch {
		if x.outcome != nil && x.outcome.gone() {
			gone = append(gone, x)
		} else {
			rest = append(rest, x)
		}
	}
	failed := gone
	if len(rest) > 0 {
		stored, err := r.record(ctx, rest)
		r.recorded(rest, stored, err)
		if err != nil {
			failed = append(failed, rest...)
		}
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		// One by one, so that one that cannot be stored takes no other with it.
		failed = slices.DeleteFunc(failed, func(x result) bool { return r.recordOne(ctx, x) == nil })
		if len(failed) == 0 || !sleep(ctx, pause) {
			break
		}
		now := r.o.Now()
		failed = slices.DeleteFunc(failed, func(x result) bool { return now.After(x.leaseEnd) })
	}
	if len(failed) > 0 {
		r.o.Logger.ErrorContext(ctx, "outcomes of deliveries could not be recorded; they will be sent again", "count", len(failed))
	}
}

func (r *run) recordOne(ctx context.Context, x result) error {
	one := []result{x}
	var stored []result
	var err error
	if x.outcome != nil && x.outcome.gone() {
		stored, err = r.recordGone(ctx, x)
	} else {
		stored, err = r.record(ctx, one)
	}
	r.recorded(one, stored, err)
	return err
}

// recorded takes note of what became of a batch of outcomes.
func (r *run) recorded(batch, stored []result, err error) {
	if err != nil {
		r.o.Logger.Error("cannot record outcomes of deliveries; trying again", "count", len(batch), "error", err)
		return
	}
	r.metrics.count(stored)
	if late := len(batch) - len(stored); late > 0 {
		r.metrics.refused.Add(float64(late))
		r.o.Logger.Warn("outcomes came after their lease had ended and were not recorded", "count", late)
	}
}
