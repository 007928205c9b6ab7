package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/ent"
	"parley/ent/ms"
	"parley/eventlog"
)

// health is what is known about an endpoint.
type health struct {
	failures     int // in a row
	firstFailure *ms.Time
	lastFailure  *ms.Time
	lastSuccess  *ms.Time
	pausedUntil  *ms.Time
}

func healthOf(in *ent.Integration) health {
	row := in.Edges.Health
	return health{row.ConsecutiveFailures, row.FirstFailureAt, row.LastFailureAt, row.LastSuccessAt, row.PausedUntil}
}

// after returns the health after one more outcome. It is a pure function.
func (h health) after(r result, now ms.Time) health {
	switch {
	case r.succeeded():
		return health{lastSuccess: &now, lastFailure: h.lastFailure, pausedUntil: h.pausedUntil}
	case r.failed():
		h.failures++
		h.lastFailure = &now
		if h.firstFailure == nil {
			h.firstFailure = &now
		}
		if until := now.Add(r.outcome.pause); r.outcome.pause > 0 && (h.pausedUntil == nil || *h.pausedUntil < until) {
			h.pausedUntil = &until
		}
	}
	return h
}

// updateHealth writes the health of the integrations, whose rows the transaction has locked, after the outcomes.
func updateHealth(ctx context.Context, tx *eventlog.Tx, stored []result, rows map[string]*ent.Integration, now ms.Time) error {
	changed := map[string]health{}
	for _, r := range stored {
		if !r.succeeded() && !r.failed() {
			continue
		}
		h, ok := changed[r.integrationID]
		if !ok {
			h = healthOf(rows[r.integrationID])
		}
		changed[r.integrationID] = h.after(r, now)
	}
	if len(changed) == 0 {
		return nil
	}
	kinds := []string{"text", "bigint", "bigint", "bigint", "bigint", "bigint"}
	var values []string
	var args []any
	for id, h := range changed {
		values = append(values, tuple(len(args), kinds))
		args = append(args, id, h.failures, number(h.firstFailure), number(h.lastFailure), number(h.lastSuccess), number(h.pausedUntil))
	}
	query := `WITH v (id, failures, first_failure, last_failure, last_success, paused) AS (VALUES ` + strings.Join(values, ", ") + `)
UPDATE integration_health SET consecutive_failures = v.failures, first_failure_at = v.first_failure, last_failure_at = v.last_failure,
	last_success_at = v.last_success, paused_until = v.paused FROM v WHERE integration_health.integration_id = v.id`
	if _, err := tx.Client().ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("update the health of integrations: %w", err)
	}
	return nil
}

func number(t *ms.Time) *int64 {
	if t == nil {
		return nil
	}
	return new(int64(*t))
}

// tuple returns one row of a VALUES list, with parameters after the given number of others.
func tuple(before int, kinds []string) string {
	parts := slices.Clone(kinds)
	for i, kind := range kinds {
		parts[i] = placeholders(before+i+1, 1, kind)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
