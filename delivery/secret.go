package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// maxSecrets is how many secrets of an integration sign at once, of each kind.
const maxSecrets = 3

// RotateSecret gives an integration a new secret, and a new ed25519 key if it is asymmetric. The ones before sign too
// until the overlap ends, 0 to 7 days; at most three of each kind sign at once, and beyond that the oldest ends now. The
// error is an *invalid.Error for a bad overlap and ent's NotFoundError for an unknown id.
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
		if err := endSecrets(ctx, tx, in, secret.KindWEBHOOK, now, overlap); err != nil {
			return Result{}, err
		}
		fresh, err := s.addSecret(ctx, tx, in)
		if err != nil || !in.Asymmetric {
			return Result{ID: in.ID, Secret: fresh}, err
		}
		if err := endSecrets(ctx, tx, in, secret.KindED25519, now, overlap); err != nil {
			return Result{}, err
		}
		return Result{ID: in.ID, Secret: fresh}, s.addKey(ctx, tx, in)
	})
}

// endSecrets lets the secrets of one kind go on for the overlap, and destroys those that end now, so that there is room
// for a new one.
func endSecrets(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, kind secret.Kind, now ms.Time, overlap time.Duration) error {
	old, err := tx.Client().Secret.Query().Where(secret.OwnerID(in.ID), secret.KindEQ(kind)).
		Order(secret.ByCreatedAt(entsql.OrderDesc()), secret.ByID(entsql.OrderDesc())).All(ctx)
	if err != nil {
		return fmt.Errorf("find secrets: %w", err)
	}
	for i, row := range old {
		switch {
		case overlap == 0, i >= maxSecrets-1, row.NotAfter != nil && *row.NotAfter <= now:
			_, err = tx.Client().Secret.Delete().Where(secret.ID(row.ID)).Exec(ctx)
		case row.NotAfter == nil:
			err = tx.Client().Secret.Update().Where(secret.ID(row.ID)).SetNotAfter(now.Add(overlap)).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("end an old secret: %w", err)
		}
	}
	return nil
}

// addSecret stores a new secret.
func (s *Service) addSecret(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) (outbound.Secret, error) {
	fresh := outbound.NewSecret()
	if err := s.storeSecret(ctx, tx, in, secret.KindWEBHOOK, "", fresh.Reveal()); err != nil {
		return outbound.Secret{}, err
	}
	return fresh, nil
}

// addKey stores a new ed25519 key. Its public half stands beside it in clear, for everybody who may see the integration.
func (s *Service) addKey(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) error {
	fresh := outbound.NewPrivateKey()
	return s.storeSecret(ctx, tx, in, secret.KindED25519, fresh.Public().String(), fresh.Reveal())
}

// storeSecret stores a value encrypted for its own row.
func (s *Service) storeSecret(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, kind secret.Kind, name, value string) error {
	rowID := id.New(id.Secret)
	box := s.keys.Seal([]byte(value), in.WorkspaceID, rowID)
	err := tx.Client().Secret.Create().SetID(rowID).SetCreatedAt(tx.Now).SetOwnerID(in.ID).SetKind(kind).SetName(name).
		SetCiphertext(box).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store the secret: %w", err)
	}
	return nil
}

// setAsymmetric gives an integration its ed25519 key, or destroys all that it has.
func (s *Service) setAsymmetric(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, on bool) error {
	if on {
		return s.addKey(ctx, tx, in)
	}
	if _, err := tx.Client().Secret.Delete().Where(secret.OwnerID(in.ID), secret.KindEQ(secret.KindED25519)).Exec(ctx); err != nil {
		return fmt.Errorf("destroy the ed25519 keys of %s: %w", in.ID, err)
	}
	return nil
}

// signing are the secrets and keys that sign for an integration now, or why there are none.
type signing struct {
	secrets []outbound.Signer
	err     error
	until   ms.Time // when the first of them ends; 0 means that none does
}

// signs are the kinds of secrets that sign, in the order in which their signatures stand in the header: what every
// library knows comes first.
var signs = []secret.Kind{secret.KindWEBHOOK, secret.KindED25519}

// live reads the secrets of integrations that sign now, newest first of each kind.
func (s *Service) live(client *ent.Client, integrationIDs []string, kinds ...secret.Kind) *ent.SecretQuery {
	return client.Secret.Query().
		Where(secret.OwnerIDIn(integrationIDs...), secret.KindIn(kinds...), secret.Or(secret.NotAfterIsNil(), secret.NotAfterGT(ms.Of(s.o.Now())))).
		Order(secret.ByCreatedAt(entsql.OrderDesc()), secret.ByID(entsql.OrderDesc()))
}

// PublicKeys returns the ed25519 keys, in the form whpk_…, by which receivers verify what an integration signs: the newest
// first, then those whose overlap has not ended. There are none when it is not asymmetric, was deleted, or is none that
// ctx's viewer may see.
func (s *Service) PublicKeys(ctx context.Context, integrationID string) ([]string, error) {
	rows, err := s.live(s.log.Client(), []string{integrationID}, secret.KindED25519).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find public keys: %w", err)
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Name
	}
	return keys, nil
}

// signers returns the secrets and keys that sign for integrations that ctx's viewer may see. One that cannot be opened
// spoils its integration only.
func (s *Service) signers(ctx context.Context, client *ent.Client, integrationIDs []string) (map[string]signing, error) {
	rows, err := s.live(client, integrationIDs, signs...).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find secrets: %w", err)
	}
	slices.SortStableFunc(rows, func(a, b *ent.Secret) int {
		return cmp.Compare(slices.Index(signs, a.Kind), slices.Index(signs, b.Kind))
	})
	found := map[string]signing{}
	for _, row := range rows {
		sig := found[row.OwnerID]
		if end := row.NotAfter; end != nil && (sig.until == 0 || *end < sig.until) {
			sig.until = *end
		}
		signer, err := s.open(row)
		if err != nil {
			sig.err = fmt.Errorf("open secret %s: %w", row.ID, err)
		} else {
			sig.secrets = append(sig.secrets, signer)
		}
		found[row.OwnerID] = sig
	}
	return found, nil
}

// open decrypts one secret or key.
func (s *Service) open(row *ent.Secret) (outbound.Signer, error) {
	plain, err := s.keys.Open(row.Ciphertext, row.WorkspaceID, row.ID)
	if err != nil {
		return nil, err
	}
	if row.Kind == secret.KindED25519 {
		return outbound.ParsePrivateKey(string(plain))
	}
	return outbound.ParseSecret(string(plain))
}
