package delivery

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/ent/id"
	"parley/eventlog"
)

const (
	// finishBatch is how many outcomes are recorded in one transaction at most.
	finishBatch = 200
	// claimLimit bounds one claim. It does not end with Run's context: an answer that was lost on the way would leave
	// deliveries claimed by nobody.
	claimLimit = 10 * time.Second
	// recordFor is how long outcomes may still be recorded when all sending is over.
	recordFor = 5 * time.Second
	// maxRest bounds the rest between claims.
	maxRest = 4 * time.Millisecond
	// sweepEvery is in polls.
	sweepEvery = 5
	// slowly is how many sweeps come for one that looks for what is past its time.
	slowly = 12
)

// run is one call of Run.
type run struct {
	*Service
	owner   string // of leases
	wake    eventlog.Signal
	turns   turns          // used by the claiming goroutine alone
	flying  atomic.Int64   // claimed and not yet recorded
	senders sync.WaitGroup // one for each delivery that is being sent
	done    chan result
}

// Run delivers until ctx ends, and then drains: nothing more is claimed, POSTs that are running may end within
// Options.DrainFor, and what is cut off or was not begun is given back without costing a try. It returns nil when all it
// started has ended. Trouble with the database is logged and waited out.
func (s *Service) Run(ctx context.Context) error {
	r := &run{Service: s, owner: id.New("run"), wake: eventlog.NewSignal(), done: make(chan result, s.o.Workers)}
	defer s.log.OnWake(func(w eventlog.Wake) {
		if w.Deliveries {
			r.wake.Poke()
		}
	})()
	// Both outlive ctx, each by its own deadline.
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	recording, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()

	if s.o.Sole {
		if err := s.takeLost(ctx, endless); err != nil && ctx.Err() == nil {
			s.o.Logger.Error("cannot take over deliveries left running; they wait for their leases", "error", err)
		}
	}
	var claimers, recorder sync.WaitGroup
	claimers.Go(func() { r.claimLoop(ctx, sending) })
	claimers.Go(func() { r.sweepLoop(ctx) })
	claimers.Go(func() { r.replayLoop(ctx) })
	recorder.Go(func() { r.recordLoop(recording) })

	claimers.Wait()
	grace := time.AfterFunc(s.o.DrainFor, cut)
	r.senders.Wait()
	grace.Stop()
	close(r.done)
	last := time.AfterFunc(recordFor, abandon)
	recorder.Wait()
	last.Stop()
	return nil
}

// claimLoop claims and launches whenever it is woken, and every poll.
func (r *run) claimLoop(ctx, sending context.Context) {
	poll := time.NewTicker(r.o.Poll)
	defer poll.Stop()
	for {
		began := time.Now()
		err := r.fill(ctx, sending)
		// As long as it worked it rests: at most half a processor goes into claiming, and the busier the database is, the
		// more workers get free meanwhile for one claim.
		rest := min(time.Since(began), maxRest)
		if err != nil && ctx.Err() == nil {
			r.o.Logger.Error("cannot claim deliveries; trying again", "error", err)
			rest = r.o.Poll
		}
		if !sleep(ctx, rest) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-poll.C:
		}
	}
}

// fill claims until the workers are busy or nothing more is due.
func (r *run) fill(ctx, sending context.Context) error {
	tried := map[string]way{} // how endpoints were searched that had less than was granted
	for ctx.Err() == nil {
		free := r.o.Workers - int(r.flying.Load())
		if free <= 0 {
			return nil // the next outcome wakes
		}
		q, err := r.readQueue(ctx)
		if err != nil {
			return err
		}
		q.due = slices.DeleteFunc(q.due, func(e endpoint) bool { return tried[e.id] != "" && !deeper(tried[e.id], e) })
		for i, e := range q.due {
			if tried[e.id] != "" {
				q.due[i].way = byHeads
			}
		}
		grants := r.turns.deal(free, q.due, func(workspace string) int { return r.o.PerWorkspace - q.running[workspace] })
		if len(grants) == 0 {
			return nil
		}
		granted, claimed, err := r.claimAndLaunch(ctx, sending, grants, tried)
		if err != nil {
			return err
		}
		// Only turns that were granted and not used leave something for another round.
		if claimed == granted || granted < free && !slices.ContainsFunc(q.due, func(e endpoint) bool { return deeper(tried[e.id], e) }) {
			return nil
		}
	}
	return nil
}

// deeper says whether an endpoint that was searched in a way should be searched by its threads: there may be something
// beyond the window.
func deeper(searched way, e endpoint) bool { return searched == byThread && e.more }

func (r *run) claimAndLaunch(ctx, sending context.Context, grants []grant, tried map[string]way) (granted, claimed int, err error) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimLimit)
	defer cancel()
	jobs, err := r.claim(limited, r.owner, grants)
	got := map[string]int{}
	for _, j := range jobs {
		got[j.integrationID]++
		r.flying.Add(1)
		if err != nil { // claimed, but what to send could not be read
			r.done <- result{j, nil}
			continue
		}
		r.metrics.inFlight.Add(1)
		r.senders.Go(func() {
			defer r.metrics.inFlight.Add(-1)
			r.done <- r.deliver(sending, j)
		})
	}
	for _, g := range grants {
		granted += g.n
		if unused := g.n - got[g.id]; unused > 0 {
			r.turns.refund(g, unused)
			tried[g.id] = g.way
		}
	}
	return granted, len(jobs), err
}

// deliver sends one claimed delivery.
func (r *run) deliver(ctx context.Context, j *job) result {
	began := time.Now()
	o, err := r.send(ctx, j.parcel)
	if err != nil {
		return result{j, nil}
	}
	r.metrics.answered(j, o, time.Since(began))
	return result{j, &o}
}

// sweepLoop looks for what other workers have lost, and for what verbs have left to the background: now and then, and when
// it is poked.
func (r *run) sweepLoop(ctx context.Context) {
	timer := time.NewTicker(sweepEvery * r.o.Poll)
	defer timer.Stop()
	for n := 0; ; n++ {
		err := r.sweep(ctx)
		if err == nil && n%slowly == 0 {
			err = r.sweepSlowly(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.o.Logger.Error("cannot sweep deliveries; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.look:
		}
	}
}

// sleep waits, and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
