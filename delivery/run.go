package delivery

import (
	"context"
	"sync"
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
	due     *dueList       // fed by all, used by the claiming goroutine
	scanAt  time.Time      // when to look for due deliveries without being told of any
	senders sync.WaitGroup // one for each delivery that is being sent
	done    chan result
}

// Run delivers until ctx ends, and then drains: nothing more is claimed, POSTs that are running may end within
// Options.DrainFor, and what is cut off or was not begun is given back without costing a try. It returns nil when all it
// started has ended. Trouble with the database is logged and waited out.
func (s *Service) Run(ctx context.Context) error {
	r := &run{Service: s, owner: id.New("run"), wake: eventlog.NewSignal(), due: newDueList(s.o), done: make(chan result, s.o.Workers)}
	defer s.log.OnWake(func(w eventlog.Wake) {
		if r.due.woken(w) {
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
			s.o.Logger.ErrorContext(ctx, "cannot take over deliveries left running; they wait for their leases", "error", err)
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

// claimLoop claims and launches whenever something may be due.
func (r *run) claimLoop(ctx, sending context.Context) {
	for {
		began := time.Now()
		wait, err := r.fill(ctx, sending)
		// As long as it worked it rests: at most half a processor goes into claiming. While many are under way it rests
		// longer, for more workers to get free for one claim.
		rest := min(time.Since(began), maxRest)
		if r.due.flying > r.o.Workers/8 {
			rest = maxRest
		}
		if err != nil && ctx.Err() == nil {
			r.o.Logger.ErrorContext(ctx, "cannot claim deliveries; trying again", "error", err)
			r.scanAt, rest = time.Time{}, r.o.Poll // what was granted is not known to be claimed
		}
		if !sleep(ctx, rest) {
			return
		}
		alarm := time.NewTimer(wait - rest)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-alarm.C:
		}
		alarm.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// fill looks where it has to, and claims once, for as many workers as are free. It returns how long to wait for anything
// else to come due.
func (r *run) fill(ctx, sending context.Context) (wait time.Duration, err error) {
	now := time.Now()
	if r.due.update(now) {
		r.scanAt = now
	}
	free := r.o.Workers - r.due.flying
	if free <= 0 {
		return r.o.Poll, nil // the next outcome wakes
	}
	if !r.scanAt.After(now) {
		// At most a twentieth of the time goes into scanning, however much is pending.
		defer func() { r.scanAt = time.Now().Add(max(r.o.Poll, 20*time.Since(now))) }()
		err = r.look(ctx, nil, r.due.all())
	} else if suspects := r.due.suspected(); len(suspects) > 0 {
		err = r.look(ctx, suspects, suspects)
	}
	if err != nil {
		return 0, err
	}
	grants := r.due.deal(free, time.Now())
	if len(grants) == 0 {
		return r.due.wait(time.Now(), r.scanAt), nil
	}
	return 0, r.claimAndLaunch(ctx, sending, grants)
}

// look brings the due list up to what the database shows of some endpoints, or, with nil, of all.
func (r *run) look(ctx context.Context, some, looked []*endpoint) error {
	limited, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	sights, err := r.Service.look(limited, some)
	if err != nil {
		return err
	}
	r.due.seen(sights, looked, some == nil, time.Now())
	return nil
}

func (r *run) claimAndLaunch(ctx, sending context.Context, grants []grant) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimLimit)
	defer cancel()
	jobs, err := r.claim(limited, r.owner, grants)
	type asked struct {
		id   string
		lane int
	}
	got := map[asked]int{}
	for _, j := range jobs {
		got[asked{j.integrationID, j.lane}]++
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
		r.due.claimed(g, got[asked{g.id, g.lane}], time.Now())
	}
	return err
}

// deliver sends one claimed delivery.
func (r *run) deliver(ctx context.Context, j *job) result {
	began := time.Now()
	ctx, span := r.traceAttempt(ctx, j)
	defer span.End()
	o, err := r.send(ctx, j.parcel)
	if err != nil {
		span.Fail("not sent")
		return result{j, nil}
	}
	r.told(ctx, span, j, o, time.Since(began))
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
			r.o.Logger.ErrorContext(ctx, "cannot sweep deliveries; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.chores:
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
