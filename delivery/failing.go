package delivery

import (
	"context"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// noticeAfter is how long an endpoint has been failing when its workspace is told, once each.
var noticeAfter = [...]time.Duration{time.Hour, 24 * time.Hour, 72 * time.Hour}

// An endpoint is given up when it has failed for HopelessAfter without a success between, hopelessLeast times or more, and
// not all at once: at least hopelessSpread lies between the first and the last time.
const (
	HopelessAfter  = 5 * 24 * time.Hour
	hopelessLeast  = 10
	hopelessSpread = 24 * time.Hour
)

// notice returns how many notices are due by now, given or not.
func (h health) notice(now ms.Time) int64 {
	n := int64(0)
	for _, after := range noticeAfter {
		if h.firstFailure != 0 && now.Sub(h.firstFailure) >= after {
			n++
		}
	}
	return n
}

func (h health) hopeless(now ms.Time) bool {
	return h.firstFailure != 0 && h.failures >= hopelessLeast && now.Sub(h.firstFailure) >= HopelessAfter &&
		h.lastFailure.Sub(h.firstFailure) >= hopelessSpread
}

// failingSQL finds endpoints of which notice is to be given, or that are hopeless.
const failingSQL = `SELECT h.integration_id, h.workspace_id FROM integration_health h JOIN integrations i ON i.id = h.integration_id
WHERE (h.first_failure_at <= {now} - $1 AND h.notices < 1 OR h.first_failure_at <= {now} - $2 AND h.notices < 2
		OR h.first_failure_at <= {now} - $3 AND h.notices < 3
		OR h.first_failure_at <= {now} - $4 AND h.consecutive_failures >= $5 AND h.last_failure_at >= h.first_failure_at + $6)
	AND i.state = 'ENABLED' AND i.deleted_at IS NULL`

// attend gives notice of endpoints that have been failing for long, and disables those that are hopeless.
func (s *Service) attend(ctx context.Context) error {
	type found struct{ id, workspace string }
	var failing []found
	args := []any{noticeAfter[0].Milliseconds(), noticeAfter[1].Milliseconds(), noticeAfter[2].Milliseconds(),
		HopelessAfter.Milliseconds(), hopelessLeast, hopelessSpread.Milliseconds()}
	err := eventlog.Scan(ctx, s.log.Client(), s.sql(failingSQL), args, func(row eventlog.Row) error {
		var f found
		err := row.Scan(&f.id, &f.workspace)
		failing = append(failing, f)
		return err
	})
	if err != nil {
		return fmt.Errorf("find failing endpoints: %w", err)
	}
	for _, f := range failing {
		if err := s.attendTo(viewer.WorkerContext(ctx, f.workspace, "delivery sweep"), f.id); err != nil {
			return fmt.Errorf("attend to %s: %w", f.id, err)
		}
	}
	return nil
}

// attendTo judges one endpoint, whose workspace ctx is confined to.
func (s *Service) attendTo(ctx context.Context, id string) error {
	var after func()
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		after = nil
		rows, now, err := s.lockIntegrations(ctx, tx, id)
		if err != nil {
			return err
		}
		in := rows[id]
		if in == nil || in.DeletedAt != nil || in.State != integration.StateENABLED {
			return nil
		}
		h := healthOf(in.Edges.Health)
		due := h.notice(now)
		if due <= h.notices && !h.hopeless(now) {
			return nil
		}
		failure, err := s.lastFailure(ctx, tx, in, h)
		if err != nil {
			return err
		}
		if h.hopeless(now) {
			why := disabling{fmt.Sprintf("%d attempts failed in five days without a success", h.failures), failure}
			after = func() { s.gaveUp(id, why) }
			return s.disable(ctx, tx, in, now, why)
		}
		wait := noticeAfter[due-1]
		after = func() {
			s.metrics.notices.WithLabelValues(wait.String()).Inc()
			s.o.Logger.WarnContext(ctx, "an endpoint keeps failing", "integration", id, "for", wait, "failures", h.failures, "error", failure.Error)
		}
		err = tx.Client().IntegrationHealth.Update().Where(integrationhealth.IntegrationID(id)).SetNotices(int(due)).Exec(ctx)
		if err != nil {
			return err
		}
		reason := fmt.Sprintf("no success for %d hours", int(wait.Hours()))
		return tx.EmitWorkspace(in.WorkspaceID, eventlog.IntegrationFailing, eventlog.Data{Reason: reason}, about(in, disabling{reason, failure}))
	})
	if err == nil && after != nil {
		after()
	}
	return err
}

// gaveUp takes note of an integration that was disabled because of its endpoint.
func (s *Service) gaveUp(integrationID string, why disabling) {
	s.metrics.disabled.Inc()
	s.o.Logger.Warn("an integration was disabled", "integration", integrationID, "reason", why.reason)
	s.chores.Poke() // what waits may be more than one transaction should hold
}

// about is the data of an event about an integration.
func about(in *ent.Integration, why disabling) eventlog.IntegrationData {
	return eventlog.IntegrationData{IntegrationID: in.ID, Name: in.Name, URL: in.URL, Reason: why.reason, Failure: why.failure}
}

// lastFailure describes why an endpoint is failing by its last failed attempt.
func (s *Service) lastFailure(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, h health) (*eventlog.IntegrationFailure, error) {
	out := &eventlog.IntegrationFailure{Since: h.firstFailure, Failures: h.failures}
	a, err := tx.Client().Attempt.Query().
		Where(attempt.IntegrationID(in.ID), attempt.OutcomeNotIn(attempt.OutcomeSUCCEEDED, attempt.OutcomeLOST)).
		Order(attempt.ByCreatedAt(entsql.OrderDesc()), attempt.ByPosition(entsql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) { // retention is over
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the last failure: %w", err)
	}
	out.Status, out.Error, out.Answer = a.Status, a.Error, a.Answer
	d, err := tx.Client().Delivery.Query().Where(delivery.ID(a.DeliveryID)).Select(delivery.FieldEventID).Only(ctx)
	if err == nil {
		out.EventID = &d.EventID
	} else if !ent.IsNotFound(err) {
		return nil, fmt.Errorf("find the last failure: %w", err)
	}
	return out, nil
}

// failureOf is lastFailure for an outcome that is not stored yet.
func failureOf(h health, r result, now ms.Time) *eventlog.IntegrationFailure {
	if r.verdict() == took {
		return nil
	}
	out := &eventlog.IntegrationFailure{
		Since: h.firstFailure, Failures: h.failures + 1, EventID: &r.eventID, Error: r.outcome.Error, Answer: r.outcome.Answer,
	}
	if out.Since == 0 {
		out.Since = now
	}
	if r.outcome.Status != 0 {
		out.Status = &r.outcome.Status
	}
	return out
}
