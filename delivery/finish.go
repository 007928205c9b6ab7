package delivery

import (
	"context"
	"fmt"
	"slices"

	"parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// result is a claimed delivery with what came of it; no outcome means that nothing was sent and it is given back.
type result struct {
	*job
	outcome *Outcome
}

// stepAsideAfter is how many failed tries a delivery of a THREAD integration holds up the later ones of its thread.
const stepAsideAfter = 3

// standing is where a delivery stands after an attempt.
type standing struct {
	state      delivery.State
	tries      int
	stepsAside bool // the later ones of its thread need not wait for it any more
	nextAt     ms.Time
}

// next decides where a delivery stands after r, to an integration as it is now. It is a pure function; random in [0,1) is
// for jitter. What is our own doing costs no try: the endpoint is paused instead (Breaker), and in the end disabled.
func (s Schedule) next(r result, in endpointState, now ms.Time, random float64) standing {
	st := standing{state: delivery.StatePENDING, tries: r.tries, nextAt: r.nextAt}
	v := r.verdict()
	if v == took {
		st.state = delivery.StateDONE
		return st
	}
	tried := v == refused || v == broken || v == aborted
	if tried {
		st.tries++
	}
	wait, more := s.Next(st.tries, random)
	switch {
	case in.deleted:
		st.state = delivery.StateCANCELLED
	case v == aborted:
		st.state = delivery.StateEXHAUSTED
	case in.state == integration.StateDISABLED:
		st.state = delivery.StateHELD
	case !tried:
	case !more:
		st.state = delivery.StateEXHAUSTED
	default:
		st.nextAt = now.Add(wait)
		st.stepsAside = in.ordering == integration.OrderingTHREAD && st.tries >= stepAsideAfter
	}
	return st
}

// recording is what one transaction recorded, and what is to be done when it has committed.
type recording struct {
	finished  []finished
	stored    []result
	written   []string       // endpoints whose health was written
	unwritten map[string]int // successes, by endpoint, that were not worth it
	opened    int            // breakers
	attend    bool           // an endpoint has been failing for so long that someone should be told
}

// committed follows up on a recording.
func (s *Service) committed(done *recording) {
	s.beats.update(done.written, done.unwritten)
	s.metrics.opened.Add(float64(done.opened))
	s.metrics.moved(done.finished)
	if done.attend {
		s.chores.Poke()
	}
}

// record stores outcomes in one transaction and returns those that were stored: one whose delivery no longer belongs to
// its worker is refused by the fence and left out.
func (s *Service) record(ctx context.Context, batch []result) ([]result, error) {
	ctx = viewer.SystemContext(ctx, "delivery finish")
	var done *recording
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) (err error) {
		done, err = s.recordIn(ctx, tx, batch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record %d outcomes: %w", len(batch), err)
	}
	s.committed(done)
	return done.stored, nil
}

// recordGone stores the outcome of a receiver that wants no deliveries any more, and disables its integration, unless
// that has got another URL meanwhile.
func (s *Service) recordGone(ctx context.Context, r result) ([]result, error) {
	ctx = viewer.WorkerContext(ctx, r.workspace, "delivery finish")
	why := disabling{reason: r.outcome.why()}
	var done *recording
	var disabled bool
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		rows, now, err := s.lockIntegrations(ctx, tx, r.integrationID)
		if err != nil {
			return err
		}
		ours, err := tx.Client().Delivery.Query().
			Where(delivery.ID(r.id), delivery.Attempts(r.attempt), delivery.StateEQ(delivery.StateRUNNING)).Exist(ctx)
		if err != nil {
			return err
		}
		in := rows[r.integrationID]
		disabled = ours && in != nil && in.DeletedAt == nil && in.State == integration.StateENABLED && in.URL == r.url
		if disabled {
			why.failure = failureOf(healthOf(in.Edges.Health), r, now)
			if err := s.disable(ctx, tx, in, now, why); err != nil {
				return err
			}
		}
		done, err = s.recordIn(viewer.SystemContext(ctx, "delivery finish"), tx, []result{r})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record that %s is gone: %w", r.integrationID, err)
	}
	s.committed(done)
	if disabled {
		s.gaveUp(r.integrationID, why)
	}
	return done.stored, nil
}

// recordIn stores outcomes of many workspaces: deliveries under their fence, health of their endpoints, attempts. It locks
// no integration, for transactions that make events wait for those; a delivery that finds its way back into the queue
// of an integration that is being disabled is found by the sweep. Rows are locked in the order in which they are written:
// deliveries, health, and last the counter of each workspace's attempts, which all others wait for.
func (s *Service) recordIn(ctx context.Context, tx *eventlog.Tx, batch []result) (*recording, error) {
	done := &recording{unwritten: map[string]int{}}
	var ids []string
	for _, r := range batch {
		ids = append(ids, r.integrationID)
	}
	slices.Sort(ids)
	rows, now, err := s.readEndpoints(ctx, tx, slices.Compact(ids), false)
	if err != nil {
		return nil, err
	}
	if done.finished, err = s.finishDeliveries(ctx, tx, batch, rows, now); err != nil || len(done.finished) == 0 {
		return done, err
	}
	for _, f := range done.finished {
		done.stored = append(done.stored, f.result)
	}
	if err := s.writeHealth(ctx, tx, done, rows, now); err != nil {
		return nil, err
	}
	return done, s.insertAttempts(ctx, tx, done.finished, now)
}
