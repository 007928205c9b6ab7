package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent/customer"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
)

// Erased is what a verb has erased: rows by what they are.
type Erased struct {
	// Done says that nothing is left. Otherwise the rest, which nobody sees any more, goes in the background.
	Done bool `json:"done"`

	Customers, Threads, Messages, Notes, Tags, Reminders, Turns, Calls, Events, Deliveries, Attempts int
}

// EraseThread erases a thread of the viewer's workspace with everything of it, and the copies of its contact on the customer.
// It is marked first: from then on nobody reads or writes it, its turn is lost, and Run goes on with what is left, also after a
// crash. What its models used is kept without it. The error is ent's NotFoundError for an unknown id; a thread that is being
// erased already is gone on with.
func (s *Service) EraseThread(ctx context.Context, threadID string) (Erased, error) {
	v, _ := viewer.FromContext(ctx)
	return s.once(ctx, threadID, func(ctx context.Context, gone rows, until time.Time) (done bool, err error) {
		row, err := s.log.Client().Thread.Query().Where(thread.ID(threadID), thread.WorkspaceID(v.Workspace)).Only(ctx)
		if err != nil {
			return false, err
		}
		if row.ErasedAt == nil {
			if err := s.mark(ctx, v.Workspace, []string{threadID}, gone); err != nil {
				return false, err
			}
		}
		return s.eraseThreads(ctx, v.Workspace, []string{threadID}, gone, until)
	})
}

// EraseCustomer erases a customer of the viewer's workspace with all threads, as EraseThread does.
func (s *Service) EraseCustomer(ctx context.Context, customerID string) (Erased, error) {
	v, _ := viewer.FromContext(ctx)
	return s.once(ctx, customerID, func(ctx context.Context, gone rows, until time.Time) (done bool, err error) {
		row, err := s.log.Client().Customer.Query().Where(customer.ID(customerID), customer.WorkspaceID(v.Workspace)).Only(ctx)
		if err != nil {
			return false, err
		}
		if row.ErasedAt == nil {
			if err := s.markCustomer(ctx, v.Workspace, customerID); err != nil {
				return false, err
			}
		}
		return s.eraseCustomer(ctx, v.Workspace, customerID, gone, until)
	})
}

// once erases for a mutation, for a limited time, and remembers the result for its clientMutationId.
func (s *Service) once(ctx context.Context, objectID string, erase func(ctx context.Context, gone rows, until time.Time) (done bool, err error)) (Erased, error) {
	if e, seen, err := eventlog.Remembered[Erased](ctx, s.log); seen || err != nil {
		return e, err
	}
	if err := s.log.Audit(ctx, objectID); err != nil {
		return Erased{}, err
	}
	gone := rows{}
	done, err := erase(system(ctx), gone, time.Now().Add(s.o.EraseFor))
	s.metrics.gone(gone)
	if err != nil {
		return Erased{}, err
	}
	// The audit log has it since it began.
	return eventlog.WriteOnce(eventlog.WithoutAct(ctx), s.log, func(context.Context, *eventlog.Tx) (Erased, error) { return gone.erased(done), nil })
}

// erased is what was erased, in words of the API.
func (r rows) erased(done bool) Erased {
	return Erased{
		Done: done, Customers: r["customers"], Threads: r["threads"], Messages: r["messages"], Notes: r["notes"], Tags: r["thread_tags"],
		Reminders: r["reminders"], Turns: r["turns"], Calls: r["calls"], Events: r["events"], Deliveries: r["deliveries"], Attempts: r["attempts"],
	}
}

// eraseOn goes on with what is marked, the oldest first, until nothing of that is left or ctx ends.
func (s *Service) eraseOn(ctx context.Context) error {
	ctx = system(ctx)
	type marked struct{ workspace, id string }
	find := func(table string) (found []marked, err error) {
		query := `SELECT workspace_id, id FROM ` + table + ` WHERE erased_at IS NOT NULL ORDER BY erased_at, id LIMIT 1000`
		err = s.scan(ctx, s.log.Client(), query, nil, func(row eventlog.Row) error {
			var m marked
			err := row.Scan(&m.workspace, &m.id)
			found = append(found, m)
			return err
		})
		return found, err
	}
	customers, err := find("customers")
	if err != nil {
		return fmt.Errorf("find customers to erase: %w", err)
	}
	threads, err := find("threads")
	if err != nil {
		return fmt.Errorf("find threads to erase: %w", err)
	}
	gone, failed := rows{}, []error(nil) // one that cannot be erased now keeps no other from it
	for _, m := range threads {
		if _, err := s.eraseThreads(ctx, m.workspace, []string{m.id}, gone, time.Time{}); err != nil {
			failed = append(failed, fmt.Errorf("erase %s: %w", m.id, err))
		}
	}
	for _, m := range customers {
		if _, err := s.eraseCustomer(ctx, m.workspace, m.id, gone, time.Time{}); err != nil {
			failed = append(failed, fmt.Errorf("erase %s: %w", m.id, err))
		}
	}
	s.metrics.gone(gone)
	return errors.Join(failed...)
}
