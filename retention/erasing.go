package retention

import (
	"context"
	"fmt"
	"time"

	"parley/eventlog"
)

// threadsAtOnce is how many threads are marked, or erased, together.
const threadsAtOnce = 50

// erasedTables are what a thread and a customer have rows in, in the order in which they are deleted.
var erasedTables = []string{
	"attempts", "deliveries", "events", "mutation_results", "reminders", "read_marks", "notes", "thread_tags", "calls", "steps", "turns", "messages",
	"threads", "customers",
}

const (
	// markSQL makes threads powerless: rules of ent/schema hide them, a turn of an older epoch may write nothing, and whoever
	// assumes a thread to be as it was finds another sequence. The app may use its own ids for new threads.
	markSQL = `UPDATE threads SET erased_at = {now}, external_id = NULL, last_message_id = NULL, operator_id = NULL, epoch = epoch + 1,
	last_seq = last_seq + 1 WHERE {+}workspace_id = $1 AND id {in 2} AND erased_at IS NULL`

	markCustomerSQL = `UPDATE customers SET erased_at = {now}, external_id = NULL WHERE workspace_id = $1 AND id = $2 AND erased_at IS NULL`

	lockMarkedSQL = `SELECT id FROM threads WHERE {+}workspace_id = $1 AND id {in 2} AND erased_at IS NOT NULL ORDER BY id {lock}`

	dropCustomerSQL = `DELETE FROM customers WHERE workspace_id = $1 AND id = $2 AND NOT EXISTS (
	SELECT 1 FROM threads t WHERE t.workspace_id = $1 AND t.customer_id = $2)`
)

// mark begins the erasure of threads. What workers look for goes at once, so that none of them finds the thread any more: its
// live turn, and reminders that are pending.
func (s *Service) mark(ctx context.Context, workspace string, threads []string, gone rows) error {
	err := s.write(ctx, gone, func(ctx context.Context, tx *eventlog.Tx, gone rows) error {
		found, err := s.ids(ctx, tx.Client(), `SELECT id FROM threads WHERE {+}workspace_id = $1 AND id {in 2} ORDER BY id {lock}`, workspace, s.list(threads))
		if err != nil {
			return err
		}
		for table, query := range map[string]string{
			"turns":     `DELETE FROM turns WHERE {+}workspace_id = $1 AND thread_id {in 2} AND state <> 'ENDED'`,
			"reminders": `DELETE FROM reminders WHERE {+}workspace_id = $1 AND thread_id {in 2} AND state = 'PENDING'`,
		} {
			n, err := s.exec(ctx, tx, query, workspace, s.list(found))
			if gone[table] += n; err != nil {
				return err
			}
		}
		_, err = s.exec(ctx, tx, markSQL, workspace, s.list(found))
		return err
	})
	if err != nil {
		return err
	}
	s.log.Gone(workspace, threads)
	for _, threadID := range threads {
		s.o.Forget(threadID)
	}
	return nil
}

func (s *Service) markCustomer(ctx context.Context, workspace, customerID string) error {
	return s.write(ctx, rows{}, func(ctx context.Context, tx *eventlog.Tx, _ rows) error {
		_, err := s.exec(ctx, tx, markCustomerSQL, workspace, customerID)
		return err
	})
}

// eraseCustomer erases a marked customer: all threads are marked before the first of them is erased. One that was begun
// meanwhile is found in the next round.
func (s *Service) eraseCustomer(ctx context.Context, workspace, customerID string, gone rows, until time.Time) (done bool, err error) {
	for ctx.Err() == nil {
		if err := s.markAll(ctx, workspace, `customer_id = $2`, customerID, gone); err != nil {
			return false, err
		}
		threads, err := s.ids(ctx, s.log.Client(), fmt.Sprintf(`SELECT id FROM threads WHERE workspace_id = $1 AND customer_id = $2
			ORDER BY id LIMIT %d`, threadsAtOnce), workspace, customerID)
		if err != nil {
			return false, err
		}
		if len(threads) > 0 {
			if done, err := s.eraseThreads(ctx, workspace, threads, gone, until); !done || err != nil {
				return false, err
			}
			continue
		}
		n := 0
		err = s.write(ctx, gone, func(ctx context.Context, tx *eventlog.Tx, gone rows) (err error) {
			n, err = s.exec(ctx, tx, dropCustomerSQL, workspace, customerID)
			gone["customers"] = n
			return err
		})
		if n > 0 || err != nil {
			return err == nil, err
		}
		if known, err := s.ids(ctx, s.log.Client(), `SELECT id FROM customers WHERE workspace_id = $1 AND id = $2`, workspace, customerID); len(known) == 0 {
			return err == nil, err // somebody else has done it
		}
	}
	return false, ctx.Err()
}

// markAll marks the threads of a workspace that match, $2 being the given value.
func (s *Service) markAll(ctx context.Context, workspace, match string, value any, gone rows) error {
	query := fmt.Sprintf(`SELECT id FROM threads WHERE workspace_id = $1 AND %s AND erased_at IS NULL ORDER BY id LIMIT %d`, match, threadsAtOnce)
	for ctx.Err() == nil {
		threads, err := s.ids(ctx, s.log.Client(), query, workspace, value)
		if err != nil || len(threads) == 0 {
			return err
		}
		if err := s.mark(ctx, workspace, threads, gone); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// eraseThreads erases marked threads of a workspace, at most threadsAtOnce, until the given time.
func (s *Service) eraseThreads(ctx context.Context, workspace string, threads []string, gone rows, until time.Time) (done bool, err error) {
	return s.repeat(ctx, gone, until, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
		return s.eraseSome(ctx, tx, gone, workspace, threads)
	})
}

// eraseSome deletes up to a batch of rows of marked threads, and the threads themselves once nothing refers to them. Who else
// is at it waits for the lock.
func (s *Service) eraseSome(ctx context.Context, tx *eventlog.Tx, gone rows, workspace string, threads []string) (more bool, err error) {
	marked, err := s.ids(ctx, tx.Client(), lockMarkedSQL, workspace, s.list(threads))
	if err != nil || len(marked) == 0 {
		return false, err
	}
	list, room := s.list(marked), batch
	deliveries, err := s.ids(ctx, tx.Client(), `SELECT id FROM deliveries WHERE {+}workspace_id = $1 AND thread_id {in 2} LIMIT 500`, workspace, list)
	if err != nil {
		return false, err
	}
	if len(deliveries) > 0 {
		_, _, err := s.dropDeliveries(ctx, tx, gone, workspace, deliveries, "TRUE")
		return true, err
	}
	const ofThread = "{+}workspace_id = $1 AND thread_id {in 2}"
	for _, of := range []struct{ table, where string }{
		{"events", ofThread}, {"mutation_results", ofThread}, {"mutation_results", "workspace_id = $1 AND viewer {in 2}"},
		{"reminders", ofThread}, {"read_marks", ofThread}, {"notes", ofThread}, {"thread_tags", ofThread}, {"calls", ofThread}, {"steps", ofThread},
		{"turns", ofThread}, {"messages", ofThread},
	} {
		drop := func() (int, error) {
			return s.drop(ctx, tx, gone, of.table, of.where, room, workspace, list)
		}
		if of.table == "steps" {
			drop = func() (int, error) { return s.dropSteps(ctx, tx, gone, workspace, list, room) }
		}
		n, err := drop()
		if room -= n; err != nil || room <= 0 {
			return true, err
		}
	}
	if room < len(marked) {
		return true, nil
	}
	if more, err := s.dropNotices(ctx, tx, gone, workspace); more || err != nil {
		return more, err
	}
	if err := s.forgetContacts(ctx, tx, workspace, marked); err != nil {
		return false, err
	}
	_, err = s.drop(ctx, tx, gone, "threads", "{+}workspace_id = $1 AND id {in 2}", room, workspace, list)
	return false, err
}
