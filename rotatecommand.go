package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"parley/ent"
	"parley/ent/providercredential"
	"parley/ent/secret"
	"parley/ent/setting"
	"parley/ent/viewer"
)

// rotateBatch is how many secrets are read at once.
const rotateBatch = 200

// sealed is a stored secret.
type sealed struct {
	id, workspace string
	box           []byte
}

// store is where secrets of one kind are.
type store struct {
	what string
	page func(ctx context.Context, after string) ([]sealed, error)
	// put replaces a ciphertext unless somebody else has meanwhile.
	put func(ctx context.Context, s sealed, box []byte) error
}

func (a *app) stores() []store {
	c := a.db.Client
	return []store{
		{"secrets", func(ctx context.Context, after string) ([]sealed, error) {
			rows, err := c.Secret.Query().Where(secret.IDGT(after)).Order(secret.ByID()).Limit(rotateBatch).All(ctx)
			return sealedOf(rows, err, func(r *ent.Secret) sealed { return sealed{r.ID, r.WorkspaceID, r.Ciphertext} })
		}, func(ctx context.Context, s sealed, box []byte) error {
			return c.Secret.Update().Where(secret.ID(s.id), secret.Ciphertext(s.box)).SetCiphertext(box).Exec(ctx)
		}},
		{"keys of model providers", func(ctx context.Context, after string) ([]sealed, error) {
			rows, err := c.ProviderCredential.Query().Where(providercredential.IDGT(after)).Order(providercredential.ByID()).Limit(rotateBatch).All(ctx)
			return sealedOf(rows, err, func(r *ent.ProviderCredential) sealed { return sealed{r.ID, r.WorkspaceID, r.Ciphertext} })
		}, func(ctx context.Context, s sealed, box []byte) error {
			return c.ProviderCredential.Update().Where(providercredential.ID(s.id), providercredential.Ciphertext(s.box)).SetCiphertext(box).Exec(ctx)
		}},
	}
}

func sealedOf[T any](rows []*T, err error, of func(*T) sealed) ([]sealed, error) {
	list := make([]sealed, len(rows))
	for i, r := range rows {
		list[i] = of(r)
	}
	return list, err
}

// rotateSecrets encrypts all secrets under the newest key. What is under it already is passed over, so that it may be broken off
// and called again, and run while servers write. One that cannot be read is named and left as it is.
func (a *app) rotateSecrets(ctx context.Context, out io.Writer) error {
	ctx = viewer.SystemContext(ctx, "rotate secrets")
	unread := 0
	for _, s := range a.stores() {
		seen, changed, told := 0, 0, time.Now()
		for after := ""; ; {
			page, err := s.page(ctx, after)
			if err != nil {
				return fmt.Errorf("read %s: %w", s.what, err)
			}
			for _, row := range page {
				after = row.id
				if seen++; len(row.box) == 0 || !a.keys.Stale(row.box) { // a provider may have no key
					continue
				}
				plain, err := a.keys.Open(row.box, row.workspace, row.id)
				if err != nil {
					unread++
					fmt.Fprintf(out, "%s of %s cannot be read: %v\n", row.id, row.workspace, err)
					continue
				}
				if err := s.put(ctx, row, a.keys.Seal(plain, row.workspace, row.id)); err != nil {
					return fmt.Errorf("store %s: %w", row.id, err)
				}
				changed++
			}
			if time.Since(told) >= progressEvery {
				told = time.Now()
				fmt.Fprintf(out, "%d %s …\n", seen, s.what)
			}
			if len(page) < rotateBatch {
				break
			}
		}
		fmt.Fprintf(out, "%d of %d %s were encrypted anew.\n", changed, seen, s.what)
	}
	if unread > 0 {
		return fmt.Errorf("%d secrets are under a key that PARLEY_SECRET_KEY does not hold, or were changed: add the key, or set them anew", unread)
	}
	subject, err := a.subject(ctx) // servers that run have it
	if err != nil {
		return err
	}
	err = a.db.Client.Setting.Create().SetID(natsSubject).SetValue(subject).OnConflictColumns(setting.FieldID).DoNothing().Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // no row: it is kept already
		return fmt.Errorf("keep the subject of this installation: %w", err)
	}
	box := hex.EncodeToString(a.keys.Seal([]byte(secretKeyCheck), "", secretKeyCheck))
	if err := a.db.Client.Setting.Update().Where(setting.ID(secretKeyCheck)).SetValue(box).Exec(ctx); err != nil {
		return fmt.Errorf("keep a check of the secret key: %w", err)
	}
	_, err = fmt.Fprintln(out, "Nothing is under another key than the first of PARLEY_SECRET_KEY.")
	return err
}
