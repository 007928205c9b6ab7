package delivery

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// job is a claimed delivery.
type job struct {
	parcel
	id            string
	workspace     string
	integrationID string
	tries         int // failed ones so far
	steppedAside  bool
	createdAt     ms.Time // of the event
	nextAt        ms.Time // when it was due
	claimedAt     ms.Time // by the database
	leaseEnd      time.Time
}

// queue is what the database says can be sent.
type queue struct {
	due     []endpoint
	running map[string]int // deliveries by workspace
}

// failingAfter is how many failures in a row make an endpoint get one request at a time until one succeeds, so that
// a few dead ones leave most of their workspace's workers (Options.PerWorkspace) to the others.
const failingAfter = 5

// readQueue looks for what is due at endpoints that may be sent to, and at what is running. It locks nothing.
func (s *Service) readQueue(ctx context.Context) (queue, error) {
	ctx = viewer.SystemContext(ctx, "delivery claim")
	running := map[string]int{} // by integration
	q := queue{running: map[string]int{}}
	err := scan(ctx, s.log.Client(), runningSQL, nil, func(row scanner) error {
		var id, workspace string
		err := row.Scan(&id, &workspace)
		running[id]++
		q.running[workspace]++
		return err
	})
	if err != nil {
		return q, fmt.Errorf("count running deliveries: %w", err)
	}
	err = scan(ctx, s.log.Client(), s.sql(waitingSQL), nil, func(row scanner) error {
		var e endpoint
		var failures, due int
		if err := row.Scan(&e.id, &e.workspace, &e.way, &failures, &due); err != nil {
			return err
		}
		most := s.o.PerIntegration
		if e.way == fifo || failures >= failingAfter {
			most = 1 // the next one may go only when this one is over
		}
		e.more = due == window
		if e.room = min(due, most-running[e.id]); e.room > 0 {
			q.due = append(q.due, e)
		}
		return nil
	})
	if err != nil {
		return q, fmt.Errorf("find due deliveries: %w", err)
	}
	return q, nil
}

// claim makes up to the granted numbers of deliveries RUNNING under leases of owner, and returns them with all that
// sending needs. What another process claims at the same time is passed over. It may return jobs beside an error: they
// are claimed, but cannot be sent.
func (s *Service) claim(ctx context.Context, owner string, grants []grant) ([]*job, error) {
	ctx = viewer.SystemContext(ctx, "delivery claim")
	var jobs []*job
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		jobs = nil
		leaseEnd := s.o.Now().Add(s.lease())
		for statement, args := range s.claimStatements(owner, grants) {
			err := scan(ctx, tx.Client(), statement, args, func(row scanner) error {
				j := &job{leaseEnd: leaseEnd}
				err := row.Scan(&j.id, &j.workspace, &j.integrationID, &j.eventID, &j.attempt, &j.tries, &j.steppedAside,
					&j.createdAt, &j.nextAt, &j.claimedAt)
				j.claimedAt = j.claimedAt.Add(-s.lease())
				jobs = append(jobs, j)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	if len(jobs) == 0 {
		return nil, nil
	}
	return jobs, s.load(ctx, jobs)
}

// load reads what the claimed deliveries carry and who signs.
func (s *Service) load(ctx context.Context, jobs []*job) error {
	byID, integrations := map[string]*job{}, map[string]bool{}
	args := make([]any, len(jobs))
	for i, j := range jobs {
		byID[j.id], integrations[j.integrationID], args[i] = j, true, j.id
	}
	query := `SELECT d.id, i.url, e.body FROM deliveries d JOIN integrations i ON i.id = d.integration_id JOIN events e ON e.id = d.event_id
WHERE d.id IN (` + placeholders(1, len(jobs), "text") + `)`
	err := scan(ctx, s.log.Client(), query, args, func(row scanner) error {
		var id, url, body string
		if err := row.Scan(&id, &url, &body); err != nil {
			return err
		}
		byID[id].url, byID[id].body = url, []byte(body)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the bodies of claimed deliveries: %w", err)
	}
	signers, err := s.signers(ctx, s.log.Client(), slices.Collect(maps.Keys(integrations)))
	for _, j := range jobs {
		j.signing = signers[j.integrationID]
	}
	return err
}

// claimStatements yields the statements that claim: with Postgres one for each way, with SQLite, which knows no lateral
// join, one for each endpoint.
func (s *Service) claimStatements(owner string, grants []grant) iter.Seq2[string, []any] {
	lease := fmt.Sprint(s.lease().Milliseconds())
	return func(yield func(statement string, args []any) bool) {
		if !s.log.Postgres() {
			for _, g := range grants {
				text := s.sql(claimSQLite, "{claimable}", claimableSQL[g.way], "{in}", "IN (", "{/in}", ")", "{integration}", "$2", "{lease}", lease)
				if !yield(text, []any{owner, g.id, g.n}) {
					return
				}
			}
			return
		}
		for way, claimable := range claimableSQL {
			args, values := []any{owner}, []string{}
			for _, g := range grants {
				if g.way == way {
					values = append(values, "("+placeholders(len(args)+1, 1, "text")+", "+placeholders(len(args)+2, 1, "bigint")+")")
					args = append(args, g.id, g.n)
				}
			}
			if len(values) == 0 {
				continue
			}
			text := s.sql(claimPostgres, "{claimable}", claimable, "{in}", "= ANY (ARRAY(", "{/in}", "))",
				"{integration}", "r.integration_id", "{rooms}", strings.Join(values, ", "), "{lease}", lease)
			if !yield(text, args) {
				return
			}
		}
	}
}

// sql fills in a statement: the given pairs, one after the other, so that what is filled in may hold what comes later,
// and then {window} and {now}. It is our own text, never a value from outside.
func (s *Service) sql(text string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	text = strings.ReplaceAll(text, "{window}", strconv.Itoa(window))
	return strings.ReplaceAll(text, "{now}", "(SELECT "+s.log.NowSQL()+")")
}

// scanner is a row of a result.
type scanner interface{ Scan(dest ...any) error }

// scan runs a query and calls each for every row.
func scan(ctx context.Context, client *ent.Client, query string, args []any, each func(scanner) error) error {
	rows, err := client.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// placeholders returns n parameters from number first on, typed for a database that cannot guess.
func placeholders(first, n int, kind string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("CAST($%d AS %s)", first+i, kind)
	}
	return strings.Join(list, ", ")
}
