package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/setting"
	"parley/ent/viewer"
	"parley/seal"
	"parley/storage"
)

// errWrongKey is wrapped by the error of keys that do not open what a database holds.
var errWrongKey = errors.New("the secret key is not the one that this database was begun with")

// secretKeyCheck is the setting that holds a text encrypted with the secret key.
const secretKeyCheck = "secret_key_check"

// checkBegun holds keys against the one that a database was begun with; from says where they are from. ent.IsNotFound holds for
// the error of a database that no server has begun.
func checkBegun(ctx context.Context, client *ent.Client, keys *seal.Keys, from string) error {
	begun, err := client.Setting.Query().Where(setting.ID(secretKeyCheck)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read the check of the secret key: %w", err)
	}
	box, err := hex.DecodeString(begun.Value)
	if err == nil {
		_, err = keys.Open(box, "", secretKeyCheck)
	}
	if err != nil {
		return fmt.Errorf("%w: that was key %s, and %s has %s. Set the old one, or put it behind the new one, separated by a comma",
			errWrongKey, seal.KeyID(box), from, strings.Join(keys.IDs(), ", "))
	}
	return nil
}

// checkSealed holds keys against everything that is encrypted in a database and in use; from says where they are from. Nothing is
// written, and a database that no server has begun fits any.
func checkSealed(ctx context.Context, db *storage.DB, keys *seal.Keys, from string) error {
	if err := checkBegun(ctx, db.Client, keys, from); err != nil {
		if ent.IsNotFound(err) {
			return nil
		}
		return err
	}
	for _, rows := range [][2]string{{"secrets", fmt.Sprintf("not_after IS NULL OR not_after > %d", ms.Now())}, {"provider_credentials", "TRUE"}} {
		lost, err := strangeKeys(ctx, db, rows[0], rows[1], keys.IDs())
		if err != nil {
			return err
		}
		if len(lost) > 0 {
			return fmt.Errorf("%w: rows of %s need key %s too, and %s has %s only. Put it behind, separated by a comma",
				errWrongKey, rows[0], strings.Join(lost, ", "), from, strings.Join(keys.IDs(), ", "))
		}
	}
	return nil
}

// strangeKeys are the names of the keys with which rows of a table were encrypted that are in use now, but for the known ones.
func strangeKeys(ctx context.Context, db *storage.DB, table, used string, known []string) (found []string, err error) {
	ctx = viewer.SystemContext(ctx, "seal check")
	rows, err := db.SQL.QueryContext(ctx, "SELECT DISTINCT substr(ciphertext, 1, 8) FROM "+table+" WHERE "+used) //nolint:gosec // both are from the text above
	if err != nil {
		return nil, fmt.Errorf("look for the keys of %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var head []byte
		if err := rows.Scan(&head); err != nil {
			return nil, err
		}
		if id := seal.KeyID(head); id != "" && !slices.Contains(known, id) { // a provider may have no key
			found = append(found, id)
		}
	}
	return found, rows.Err()
}
