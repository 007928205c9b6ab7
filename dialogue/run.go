package dialogue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/failpoint"
)

// Run claims turns of every workspace and runs them, and sends reminders that have come due, until ctx ends. Then it
// claims no more, lets running turns go on for DrainFor, gives back those that have not ended, so that another replica or
// the next start goes on with them, and returns nil. Several processes may run on one database: each turn is run by one of
// them at a time. A second Run of the same Service at the same time is a mistake.
func (s *Service) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	wake := eventlog.NewSignal()
	var due atomic.Bool // whether a turn was made due, so that the queue need not be asked first
	defer s.log.OnWake(func(w eventlog.Wake) {
		if w.TurnsNow {
			due.Store(true)
		}
		if w.Turns {
			wake.Poke()
		}
	})()
	defer s.log.OnWake(s.metrics.heard)()
	var g errgroup.Group
	g.Go(func() error {
		s.keep(work)
		return nil
	})
	g.Go(func() error {
		s.playDryRuns(ctx)
		return nil
	})
	g.Go(func() error {
		s.tidy(ctx)
		return nil
	})
	g.Go(func() error {
		s.remind(ctx)
		return nil
	})
	if s.o.Sole {
		if err := s.endLeases(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	var turns errgroup.Group
	slots := make(chan struct{}, s.o.Workers)
	swept := time.Time{}
	for ctx.Err() == nil {
		sweep := time.Since(swept) >= s.o.PollFor
		if sweep {
			swept = time.Now()
		}
		claims, pause, err := s.claimSome(ctx, cap(slots)-len(slots), sweep, due.Swap(false))
		if err != nil && ctx.Err() == nil {
			s.o.Logger.ErrorContext(ctx, "dialogue: the queue of turns cannot be read", "error", err)
		}
		for _, c := range claims {
			slots <- struct{}{}
			s.running.stop(func(old *hold) bool { return old.id == c.id }) // it lost the turn and may not know it yet
			h := &hold{claim: c, poke: wake.Poke}
			h.begun.Store(!c.promised)
			s.running.add(h)
			turns.Go(func() error {
				defer func() {
					s.running.remove(h)
					<-slots
					wake.Poke()
				}()
				s.runTurn(work, h)
				return nil
			})
		}
		if pause > 0 && sleep(ctx, wake, pause) && pause < s.o.PollFor {
			due.Store(true)
		}
	}
	drain := time.AfterFunc(max(0, s.o.DrainFor), stop)
	_ = turns.Wait()
	drain.Stop()
	stop()
	s.own.closeIdle(0) // at the end of a dry run those of its home; they are made anew when they are needed
	return g.Wait()
}

// crowdedPause is the pause when turns are due that cannot be claimed: another replica is claiming them, or their
// workspace has its share of the workers.
const crowdedPause = 50 * time.Millisecond

// claimSome takes up to n turns: due ones, and with sweep also those whose worker died or whose approval is overdue.
// It says how long to sleep, if nobody wakes. The queue is only written to when something is due, which is looked up first
// unless it is known.
func (s *Service) claimSome(ctx context.Context, n int, sweep, due bool) (claims []claim, pause time.Duration, err error) {
	if n == 0 {
		return nil, s.o.PollFor, nil // the end of a turn wakes
	}
	until := time.Duration(0)
	if !due {
		until, err = s.untilDue(ctx)
	}
	crowded := s.running.crowd(s.o.Workers)
	n = min(n, max(1, s.o.Workers/4)) // a few at a time, so that no workspace fills all slots at once
	take := func(who, also string) {
		if err != nil || len(claims) >= n {
			return
		}
		var more []claim
		more, err = s.claim(ctx, who, also, n-len(claims), crowded)
		claims = append(claims, more...)
	}
	if sweep {
		take(whoseLeaseUp, countDeath)
		take(whoWaited, skipParked)
	}
	if until == 0 {
		take(whoIsDue, "")
		until = crowdedPause
		if due && len(claims) == 0 && err == nil { // somebody else took it
			until, err = s.untilDue(ctx)
			until = max(until, crowdedPause)
		}
	}
	switch {
	case err != nil:
		until = s.o.PollFor
	case len(claims) == n || len(claims) > 0 && !claims[len(claims)-1].promised:
		until = 0 // there may be more
	case len(claims) > 0:
		until = crowdedPause // the queue shows those until they have begun, which wakes
	}
	return claims, until, err
}

// sleep waits for a wake-up or for the end of the pause, and says whether it was the latter.
func sleep(ctx context.Context, wake eventlog.Signal, pause time.Duration) (over bool) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
		return true
	}
	return false
}

// keep renews the leases of this process, and stops turns that it has lost, until work ends.
func (s *Service) keep(work context.Context) {
	tick := time.NewTicker(min(s.o.PollFor, s.o.LeaseFor/3))
	defer tick.Stop()
	renewed := time.Now()
	for {
		select {
		case <-work.Done():
			return
		case <-tick.C:
		}
		holds := s.running.find(func(h *hold) bool { return h.begun.Load() })
		if len(holds) == 0 {
			renewed = time.Now()
			continue
		}
		look := s.held
		if time.Since(renewed) >= s.o.LeaseFor/3 {
			look, renewed = s.renew, time.Now()
		}
		mine, err := look(work)
		if err != nil {
			if work.Err() == nil {
				s.o.Logger.ErrorContext(work, "dialogue: leases cannot be renewed", "error", err)
			}
			continue
		}
		for _, h := range holds {
			if fence, ok := mine[h.id]; !ok || fence != h.fence {
				h.stop()
			}
		}
	}
}

// maxAttempts is how many workers may die or fail over one turn, without a step between, before the customer gets the
// fallback text.
const maxAttempts = 3

// runTurn runs a claimed turn to its end, or gives it back.
func (s *Service) runTurn(ctx context.Context, h *hold) {
	c := h.claim
	ctx, span := s.traceTurn(viewer.WorkerContext(ctx, h.workspace, "turn"), c)
	defer span.End()
	failpoint.Hit("turn.claimed")
	r := &run{s: s, hold: h}
	err := r.try(ctx)
	r.told(ctx, span, err)
	switch {
	case err == nil, errors.Is(err, errLost):
	case ctx.Err() != nil:
		s.giveBack(ctx, c, 0)
	default:
		s.o.Logger.ErrorContext(ctx, "dialogue: a turn failed", "error", err)
		s.giveBack(ctx, c, 1)
	}
}

// try is run, with a panic as an error.
func (r *run) try(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.run(ctx)
}

// giveBack returns a turn to the queue. Failures count; the turn is then tried again after a second.
func (s *Service) giveBack(ctx context.Context, c claim, failures int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		tx.WakeTurns()
		update := tx.Client().Turn.Update().SetState(turn.StateDUE).SetLeaseOwner("").ClearLeaseUntil().AddAttempts(failures).
			Where(turn.ID(c.id), turn.Fence(c.fence), turn.StateEQ(turn.StateRUNNING))
		if failures > 0 {
			update.SetDueAt(tx.Now.Add(time.Second))
		}
		return update.Exec(ctx)
	})
	if err != nil { // its lease will run out
		s.o.Logger.ErrorContext(ctx, "dialogue: a turn could not be given back", "error", err)
	}
}
