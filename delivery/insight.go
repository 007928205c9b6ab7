package delivery

import (
	"context"
	"fmt"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// mostCounted is up to how many deliveries of one state Backlog counts, so that looking never costs more than that.
const mostCounted = 10_000

// Backlog is what an integration has not got yet.
type Backlog struct {
	Pending, Running, Held int      // at most 10,000 each
	More                   bool     // whether one of them is more than was counted
	OldestDueAt            *ms.Time // since when the oldest pending delivery is due; nil when nothing is
}

// {state} is a literal, so that both databases can use the partial indexes.
const (
	countedSQL = `(SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE integration_id = $1 AND workspace_id = $2 AND state = '{state}' LIMIT {most}) AS few)`
	backlogSQL = `SELECT {pending}, {running}, {held}, (SELECT min(next_at) FROM deliveries
	WHERE integration_id = $1 AND workspace_id = $2 AND state = 'PENDING'), {now}`
)

// Backlog counts what an integration of the viewer's workspace has not got yet.
func (s *Service) Backlog(ctx context.Context, integrationID string) (b Backlog, err error) {
	who, _ := viewer.FromContext(ctx)
	counted := func(state string) string {
		return s.sql(countedSQL, "{state}", state, "{most}", fmt.Sprint(mostCounted+1))
	}
	query := s.sql(backlogSQL, "{pending}", counted("PENDING"), "{running}", counted("RUNNING"), "{held}", counted("HELD"))
	err = eventlog.Scan(ctx, s.log.Client(), query, []any{integrationID, who.Workspace}, func(row eventlog.Row) error {
		var oldest *int64
		var now ms.Time
		err := row.Scan(&b.Pending, &b.Running, &b.Held, &oldest, &now)
		if oldest != nil && ms.Time(*oldest) <= now {
			b.OldestDueAt = new(ms.Time(*oldest))
		}
		return err
	})
	if err != nil {
		return b, fmt.Errorf("count the backlog of %s: %w", integrationID, err)
	}
	for _, n := range []*int{&b.Pending, &b.Running, &b.Held} {
		if *n > mostCounted {
			*n, b.More = mostCounted, true
		}
	}
	return b, nil
}

// MaxBuckets is how many buckets one answer of Stats has at most.
const MaxBuckets = 750

// Buckets is how many buckets Stats has for its range; less than one if since is after until.
func Buckets(since, until ms.Time, bucket time.Duration) int64 {
	size := bucket.Milliseconds()
	return int64(until)/size - int64(since)/size + 1
}

// Stats are the attempts of an integration in one bucket of time.
type Stats struct {
	Since     ms.Time // beginning of the bucket, in UTC
	Attempts  int
	Succeeded int
	MeanUs    int64 // total time of an attempt; 0 without attempts
	SlowestUs int64
}

// SuccessRate is the share of attempts that succeeded; nil without attempts.
func (s Stats) SuccessRate() *float64 {
	if s.Attempts == 0 {
		return nil
	}
	return new(float64(s.Succeeded) / float64(s.Attempts))
}

const statsSQL = `SELECT created_at / $3 AS bucket, count(*), sum(CASE WHEN outcome = 'SUCCEEDED' THEN 1 ELSE 0 END),
	CAST(avg(total_us) AS bigint), max(total_us)
FROM attempts WHERE integration_id = $1 AND workspace_id = $2 AND created_at >= $4 AND created_at < $5
GROUP BY created_at / $3`

// Stats returns how attempts of an integration went, in whole buckets of that length, from that of since to that of until, both included,
// each bucket in the list also when it is empty. A bucket has at least a millisecond. The error is an *invalid.Error for more
// than 750 buckets, or none.
func (s *Service) Stats(ctx context.Context, integrationID string, since, until ms.Time, bucket time.Duration) ([]Stats, error) {
	size := bucket.Milliseconds()
	first, n := int64(since)/size, Buckets(since, until, bucket)
	switch {
	case since > until:
		return nil, invalid.One("since", "is after until")
	case n > MaxBuckets:
		return nil, invalid.One("since", "gives %d buckets; at most %d are allowed: choose a later one, or larger buckets", n, MaxBuckets)
	}
	stats := make([]Stats, n)
	for i := range stats {
		stats[i].Since = ms.Time((first + int64(i)) * size)
	}
	who, _ := viewer.FromContext(ctx)
	args := []any{integrationID, who.Workspace, size, first * size, (first + n) * size}
	err := eventlog.Scan(ctx, s.log.Client(), statsSQL, args, func(row eventlog.Row) error {
		var at int64
		var one Stats
		if err := row.Scan(&at, &one.Attempts, &one.Succeeded, &one.MeanUs, &one.SlowestUs); err != nil {
			return err
		}
		one.Since = stats[at-first].Since
		stats[at-first] = one
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the attempts of %s: %w", integrationID, err)
	}
	return stats, nil
}
