package delivery

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
	"parley/ent/secret"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/outbound"
)

// Input are the fields of a new integration.
type Input struct {
	Name       string
	URL        string
	EventTypes []string             // types or patterns such as contact.*; * is all
	AgentIDs   []string             // only threads of these agents; empty means all
	Channels   []string             // only threads of these channels; empty means all
	Ordering   integration.Ordering // empty means THREAD
	Asymmetric bool                 // signed by an ed25519 key, too

	RatePerSecond int // most attempts a second, up to MaxRate; 0 means no limit
}

// Update are changes of an integration. Fields that are nil stay as they are.
type Update struct {
	Name       *string
	URL        *string
	EventTypes []string
	AgentIDs   []string // empty and not nil means all
	Channels   []string // empty and not nil means all
	Ordering   *integration.Ordering
	State      *integration.State
	Asymmetric *bool // true makes an ed25519 key that signs too, false destroys it

	RatePerSecond *int // 0 means no limit
}

// Result names the integration that a verb made or changed.
type Result struct {
	ID string
	// Secret is a new secret, shown this once. It is zero when none was made, and when the result is that of an earlier
	// call with the same clientMutationId.
	Secret outbound.Secret `json:"-"`
}

// CreateIntegration stores a new, enabled integration with its first secret. The error is an *invalid.Error for bad input.
func (s *Service) CreateIntegration(ctx context.Context, in Input) (Result, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		if in.Ordering == "" {
			in.Ordering = integration.DefaultOrdering
		}
		all := Update{
			Name: &in.Name, URL: &in.URL, EventTypes: notNil(in.EventTypes), AgentIDs: notNil(in.AgentIDs),
			Channels: notNil(in.Channels), Ordering: &in.Ordering, RatePerSecond: &in.RatePerSecond,
		}
		if err := s.checkUpdate(ctx, tx.Client(), all, ""); err != nil {
			return Result{}, err
		}
		who, _ := viewer.FromContext(ctx)
		if err := tx.ChangeIntegrations(ctx, who.Workspace); err != nil {
			return Result{}, err
		}
		row, err := tx.Client().Integration.Create().SetID(id.New(id.Integration)).SetCreatedAt(tx.Now).
			SetName(in.Name).SetURL(in.URL).SetOrdering(in.Ordering).SetEventTypes(unique(all.EventTypes)).
			SetAgentIds(unique(all.AgentIDs)).SetChannels(unique(all.Channels)).SetAsymmetric(in.Asymmetric).
			SetNillableRatePerSecond(rateOrNone(in.RatePerSecond)).Save(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("store the integration: %w", err)
		}
		if err := tx.Client().IntegrationHealth.Create().SetIntegrationID(row.ID).SetWorkspaceID(row.WorkspaceID).Exec(ctx); err != nil {
			return Result{}, fmt.Errorf("store the integration: %w", err)
		}
		if in.Asymmetric {
			if err := s.addKey(ctx, tx, row); err != nil {
				return Result{}, err
			}
		}
		fresh, err := s.addSecret(ctx, tx, row)
		return Result{ID: row.ID, Secret: fresh}, err
	})
}

// UpdateIntegration changes the given fields. A new URL, and enabling, wipe the record of failures and end a pause;
// disabling holds what was not delivered, and enabling does not release it (ReleaseHeld): until that, a FIFO integration
// holds what is new too. The error is an *invalid.Error for bad input
// and ent's NotFoundError for an unknown id.
func (s *Service) UpdateIntegration(ctx context.Context, integrationID string, u Update) (Result, error) {
	if u.State != nil && *u.State == integration.StateENABLED {
		// What disabling has left pending must not go before what it has held.
		if err := s.tidy(ctx, integrationID); err != nil {
			return Result{}, err
		}
	}
	defer s.chores.Poke() // what waits may be more than one transaction should hold
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		in, now, err := s.lockIntegration(ctx, tx, integrationID)
		if err != nil {
			return Result{}, err
		}
		if err := s.checkUpdate(ctx, tx.Client(), u, in.ID); err != nil {
			return Result{}, err
		}
		if err := tx.ChangeIntegrations(ctx, in.WorkspaceID); err != nil {
			return Result{}, err
		}
		change := tx.Client().Integration.Update().Where(integration.ID(in.ID)).
			SetNillableName(u.Name).SetNillableURL(u.URL).SetNillableOrdering(u.Ordering).SetNillableAsymmetric(u.Asymmetric)
		if u.EventTypes != nil {
			change.SetEventTypes(unique(u.EventTypes))
		}
		if u.AgentIDs != nil {
			change.SetAgentIds(unique(u.AgentIDs))
		}
		if u.Channels != nil {
			change.SetChannels(unique(u.Channels))
		}
		if u.Asymmetric != nil && *u.Asymmetric != in.Asymmetric {
			if err := s.setAsymmetric(ctx, tx, in, *u.Asymmetric); err != nil {
				return Result{}, err
			}
		}
		if n := u.RatePerSecond; n != nil && *n == 0 {
			change.ClearRatePerSecond()
		} else {
			change.SetNillableRatePerSecond(n)
		}
		enable := u.State != nil && *u.State == integration.StateENABLED && in.State != integration.StateENABLED
		if enable {
			change.SetState(integration.StateENABLED).SetDisabledReason("").ClearDisabledAt()
		}
		if enable || u.URL != nil && *u.URL != in.URL {
			err := tx.Client().IntegrationHealth.Update().Where(integrationhealth.IntegrationID(in.ID)).
				SetConsecutiveFailures(0).ClearFirstFailureAt().ClearPausedUntil().SetNotices(0).
				SetBreaker(integrationhealth.BreakerCLOSED).ClearBreakerUntil().SetBreakerTrips(0).
				ClearWindowFrom().SetWindowTotal(0).SetWindowFailed(0).Exec(ctx)
			if err != nil {
				return Result{}, fmt.Errorf("forget the failures of the integration: %w", err)
			}
		}
		if err := change.Exec(ctx); err != nil {
			return Result{}, fmt.Errorf("change the integration: %w", err)
		}
		if u.State != nil && *u.State == integration.StateDISABLED && in.State != integration.StateDISABLED {
			if err := s.disable(ctx, tx, in, now, disabling{reason: disabledBy(ctx)}); err != nil {
				return Result{}, err
			}
		}
		if u.Ordering != nil && *u.Ordering == integration.OrderingFIFO && in.Ordering != integration.OrderingFIFO {
			if err := queueFirst(ctx, tx, in); err != nil {
				return Result{}, err
			}
		}
		if err := s.keepOrder(ctx, tx, in.ID); err != nil {
			return Result{}, err
		}
		tx.WakeDeliveries()
		return Result{ID: in.ID}, nil
	})
}

// keepOrder has an enabled FIFO integration hold what is new as long as it holds what is older.
func (s *Service) keepOrder(ctx context.Context, tx *eventlog.Tx, integrationID string) error {
	in, err := tx.Client().Integration.Query().Where(integration.ID(integrationID)).Only(ctx)
	if err != nil || in.Holding == integration.HoldingRELEASING {
		return err
	}
	held := false
	if in.Ordering == integration.OrderingFIFO && in.State == integration.StateENABLED {
		if held, err = s.holds(ctx, tx, in); err != nil {
			return err
		}
	}
	if held {
		return s.setHolding(ctx, tx, in, integration.HoldingKEPT)
	}
	return s.setHolding(ctx, tx, in, integration.HoldingNONE)
}

// DeleteIntegration ends an integration: its secrets are destroyed and deliveries that wait are cancelled; one that is
// being sent ends by its outcome and is not tried again. Of many deliveries some are cancelled in the background. The row stays, for the record of its deliveries. The error is
// ent's NotFoundError for an unknown id.
func (s *Service) DeleteIntegration(ctx context.Context, integrationID string) (Result, error) {
	defer s.chores.Poke() // what waits may be more than one transaction should cancel
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		in, now, err := s.lockIntegration(ctx, tx, integrationID)
		if err != nil {
			return Result{}, err
		}
		if err := tx.ChangeIntegrations(ctx, in.WorkspaceID); err != nil {
			return Result{}, err
		}
		if err := tx.Client().Integration.Update().Where(integration.ID(in.ID)).SetDeletedAt(now).Exec(ctx); err != nil {
			return Result{}, fmt.Errorf("delete the integration: %w", err)
		}
		in.DeletedAt = &now
		if _, err := s.tidyIn(ctx, tx, in); err != nil {
			return Result{}, err
		}
		if _, err := tx.Client().Secret.Delete().Where(secret.OwnerID(in.ID)).Exec(ctx); err != nil {
			return Result{}, fmt.Errorf("destroy secrets: %w", err)
		}
		return Result{ID: in.ID}, nil
	})
}

// disabling is why an integration is disabled.
type disabling struct {
	reason  string
	failure *eventlog.IntegrationFailure // nil when its endpoint is not to blame
}

// disable stops deliveries to an integration that the transaction has locked, holds what waits, or the first of it when it
// is much, and tells the workspace's other integrations. ctx must be confined to the workspace.
func (s *Service) disable(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, now ms.Time, why disabling) error {
	if err := tx.ChangeIntegrations(ctx, in.WorkspaceID); err != nil {
		return err
	}
	err := tx.Client().Integration.Update().Where(integration.ID(in.ID)).SetState(integration.StateDISABLED).
		SetDisabledReason(why.reason).SetDisabledAt(now).SetHolding(integration.HoldingNONE).Exec(ctx)
	if err != nil {
		return fmt.Errorf("disable %s: %w", in.ID, err)
	}
	if _, err := s.move(ctx, tx, in, "PENDING", "HELD", 0); err != nil {
		return err
	}
	return tx.EmitWorkspace(in.WorkspaceID, eventlog.IntegrationDisabled, eventlog.Data{Reason: why.reason}, about(in, why))
}

// queueFirst puts what waits at an integration that becomes FIFO before all that will come. Where places are equal the
// older row goes first.
func queueFirst(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) error {
	const place = `UPDATE deliveries SET ordinal = 0 WHERE workspace_id = $1 AND integration_id = $2
AND state IN ('PENDING', 'RUNNING', 'HELD') AND ordinal IS NULL`
	if _, err := tx.Client().ExecContext(ctx, place, in.WorkspaceID, in.ID); err != nil {
		return fmt.Errorf("queue what waits at %s: %w", in.ID, err)
	}
	return nil
}

func disabledBy(ctx context.Context) string {
	if v, ok := viewer.FromContext(ctx); ok && v.Name != "" {
		return "disabled by " + v.Name
	}
	return "disabled by hand"
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// unique returns the list without what it holds a second time.
func unique(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
