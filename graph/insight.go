package graph

import (
	"context"
	"time"

	"parley/delivery"
	"parley/ent/ms"
	"parley/graph/gql"
)

// usualRange is how far Integration.stats goes back without a beginning.
const usualRange = 23 * time.Hour

// attemptsRange is what Integration.stats counts, and how long its buckets are.
func attemptsRange(since, until *ms.Time, bucket gql.StatsBucket) (from, to ms.Time, size time.Duration) {
	size = time.Hour
	if bucket == gql.StatsBucketDay {
		size = 24 * time.Hour
	}
	if until == nil {
		until = new(ms.Now())
	}
	if since == nil {
		since = new(until.Add(-usualRange))
	}
	return *since, *until, size
}

// countAttempts reads how the attempts of an integration went.
func (r *Resolver) countAttempts(ctx context.Context, integrationID string, since, until *ms.Time, bucket gql.StatsBucket) ([]*delivery.Stats, error) {
	from, to, size := attemptsRange(since, until, bucket)
	counted, err := r.delivery.Stats(ctx, integrationID, from, to, size)
	if err != nil {
		return nil, err
	}
	out := make([]*delivery.Stats, len(counted))
	for i := range counted {
		out[i] = &counted[i]
	}
	return out, nil
}
