package dialogue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
)

// Run claims turns of every workspace and runs them until ctx ends. Then it claims no more, lets running turns go on
// for DrainFor, gives back those that have not ended, so that another replica or the next start goes on with them, and
// returns nil. Several processes may run on one database: each turn is run by one of them at a time. A second Run of
// the same Service at the same time is a mistake.
func (s *Service) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	wake := eventlog.NewSignal()
	defer s.log.OnWake(func(w eventlog.Wake) {
		if w.Turns {
			wake.Poke()
		}
	})()
	var g errgroup.Group
	g.Go(func() error {
		s.keep(work)
		return nil
	})
	var turns errgroup.Group
	slots := make(chan struct{}, s.o.Workers)
	lastSweep := time.Time{}
	for ctx.Err() == nil {
		free := cap(slots) - len(slots)
		claims, err := s.claimSome(ctx, free, time.Since(lastSweep) >= s.o.PollFor)
		if time.Since(lastSweep) >= s.o.PollFor {
			lastSweep = time.Now()
		}
		if err != nil && ctx.Err() == nil {
			s.o.Logger.Error("dialogue: the queue of turns cannot be read", "error", err)
		}
		for _, c := range claims {
			slots <- struct{}{}
			turns.Go(func() error {
				defer func() {
					<-slots
					wake.Poke()
				}()
				s.runTurn(work, c)
				return nil
			})
		}
		if len(claims) > 0 && len(claims) == free {
			continue
		}
		s.sleep(ctx, wake, len(slots) < cap(slots))
	}
	drain := time.AfterFunc(max(0, s.o.DrainFor), stop)
	_ = turns.Wait()
	drain.Stop()
	stop()
	return g.Wait()
}

// claimSome takes up to n turns: due ones, and with sweep also those whose worker died or whose approval is overdue.
func (s *Service) claimSome(ctx context.Context, n int, sweep bool) ([]claim, error) {
	var claims []claim
	take := func(who, also string) error {
		if len(claims) >= n {
			return nil
		}
		more, err := s.claim(ctx, who, also, n-len(claims))
		claims = append(claims, more...)
		return err
	}
	var err error
	if sweep {
		err = errors.Join(take(whoseLeaseUp, countDeath), take(whoWaited, skipParked))
	}
	return claims, errors.Join(err, take(whoIsDue, ""))
}

// sleep waits for a wake-up, for the next due turn or for the next poll. Without a free slot the queue is not asked.
func (s *Service) sleep(ctx context.Context, wake eventlog.Signal, free bool) {
	pause := s.o.PollFor
	if free {
		until, err := s.untilDue(ctx)
		if err == nil {
			pause = max(until, 2*time.Millisecond) // another replica may be claiming what is due
		}
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
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
		holds := s.running.find(func(*hold) bool { return true })
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
				s.o.Logger.Error("dialogue: leases cannot be renewed", "error", err)
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

// maxAttempts is how many workers may die or fail over one turn before the customer gets the fallback text.
const maxAttempts = 3

// runTurn runs a claimed turn to its end, or gives it back.
func (s *Service) runTurn(ctx context.Context, c claim) {
	ctx = viewer.WorkerContext(ctx, c.workspace, "turn")
	h := &hold{claim: c}
	s.running.add(h)
	defer s.running.remove(h)
	err := s.tryTurn(ctx, h)
	switch {
	case err == nil, errors.Is(err, errLost):
	case ctx.Err() != nil:
		s.giveBack(ctx, c, 0)
	default:
		s.o.Logger.Error("dialogue: a turn failed", "turn", c.id, "thread", c.threadID, "error", err)
		s.giveBack(ctx, c, 1)
	}
}

func (s *Service) tryTurn(ctx context.Context, h *hold) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	r := &run{s: s, hold: h}
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
		s.o.Logger.Error("dialogue: a turn could not be given back", "turn", c.id, "error", err)
	}
}
