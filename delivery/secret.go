package delivery

import (
	"context"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/secret"
	"parley/eventlog"
	"parley/invalid"
	"parley/outbound"
)

// DefaultOverlap is how long a rotated secret should go on signing beside the new one when nobody says otherwise.
const DefaultOverlap = 24 * time.Hour

// maxSecrets is how many secrets of an integration sign at once.
const maxSecrets = 3

// RotateSecret gives an integration a new secret. The ones before it sign too until the overlap ends, 0 to 7 days; at
// most three sign at once, and beyond that the oldest ends now. The error is an *invalid.Error for a bad overlap and ent's
// NotFoundError for an unknown id.
func (s *Service) RotateSecret(ctx context.Context, integrationID string, overlap time.Duration) (Result, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Result, error) {
		if overlap < 0 || overlap > maxOverlap {
			return Result{}, invalid.One("overlapHours", "must be from 0 to %d", int(maxOverlap.Hours()))
		}
		in, now, err := s.lockIntegration(ctx, tx, integrationID)
		if err != nil {
			return Result{}, err
		}
		if err := tx.ChangeIntegrations(ctx, in.WorkspaceID); err != nil { // so that no old secret is kept at hand
			return Result{}, err
		}
		old, err := tx.Client().Secret.Query().Where(secret.OwnerID(in.ID)).Order(secret.ByCreatedAt(entsql.OrderDesc()), secret.ByID(entsql.OrderDesc())).All(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("find secrets: %w", err)
		}
		end := now.Add(overlap)
		for i, row := range old {
			switch {
			case overlap == 0, i >= maxSecrets-1, row.NotAfter != nil && *row.NotAfter <= now:
				_, err = tx.Client().Secret.Delete().Where(secret.ID(row.ID)).Exec(ctx)
			case row.NotAfter == nil:
				err = tx.Client().Secret.Update().Where(secret.ID(row.ID)).SetNotAfter(end).Exec(ctx)
			}
			if err != nil {
				return Result{}, fmt.Errorf("end an old secret: %w", err)
			}
		}
		fresh, err := s.addSecret(ctx, tx, in)
		return Result{ID: in.ID, Secret: fresh}, err
	})
}

// addSecret stores a new secret, encrypted for its own row.
func (s *Service) addSecret(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) (outbound.Secret, error) {
	fresh, rowID := outbound.NewSecret(), id.New(id.Secret)
	box := s.keys.Seal([]byte(fresh.Reveal()), in.WorkspaceID, rowID)
	err := tx.Client().Secret.Create().SetID(rowID).SetCreatedAt(tx.Now).SetOwnerID(in.ID).SetKind(secret.KindWEBHOOK).
		SetCiphertext(box).Exec(ctx)
	if err != nil {
		return outbound.Secret{}, fmt.Errorf("store the secret: %w", err)
	}
	return fresh, nil
}

// signing are the secrets that sign for an integration now, newest first, or why there are none.
type signing struct {
	secrets []outbound.Secret
	err     error
	until   ms.Time // when the first of them ends; 0 means that none does
}

// signers returns the live secrets of integrations that ctx's viewer may see. A secret that cannot be opened spoils its
// integration only.
func (s *Service) signers(ctx context.Context, client *ent.Client, integrationIDs []string) (map[string]signing, error) {
	now := ms.Of(s.o.Now())
	rows, err := client.Secret.Query().
		Where(secret.OwnerIDIn(integrationIDs...), secret.KindEQ(secret.KindWEBHOOK), secret.Or(secret.NotAfterIsNil(), secret.NotAfterGT(now))).
		Order(secret.ByCreatedAt(entsql.OrderDesc()), secret.ByID(entsql.OrderDesc())).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find secrets: %w", err)
	}
	found := map[string]signing{}
	for _, row := range rows {
		sig := found[row.OwnerID]
		plain, err := s.keys.Open(row.Ciphertext, row.WorkspaceID, row.ID)
		if err == nil {
			var one outbound.Secret
			one, err = outbound.ParseSecret(string(plain))
			sig.secrets = append(sig.secrets, one)
		}
		if end := row.NotAfter; end != nil && (sig.until == 0 || *end < sig.until) {
			sig.until = *end
		}
		if err != nil {
			sig.err = fmt.Errorf("open secret %s: %w", row.ID, err)
		}
		found[row.OwnerID] = sig
	}
	return found, nil
}
