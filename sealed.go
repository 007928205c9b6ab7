package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/seal"
	"parley/storage"
)

// errWrongKey is wrapped by the error of keys that do not open what a database holds.
var errWrongKey = errors.New("the secret key is not the one that this database was begun with")

// checkSealed holds keys against everything that is encrypted in a database; from says where they are from. Nothing is
// written, and a database that no server has begun fits any.
func checkSealed(ctx context.Context, db *storage.DB, keys *seal.Keys, from string) error {
	ctx = viewer.SystemContext(ctx, "seal check")
	var begun string
	err := db.SQL.QueryRowContext(ctx, "SELECT value FROM settings WHERE id = $1", secretKeyCheck).Scan(&begun)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the check of the secret key: %w", err)
	}
	box, err := hex.DecodeString(begun)
	if err == nil {
		_, err = keys.Open(box, "", secretKeyCheck)
	}
	if err != nil {
		return fmt.Errorf("%w: that was key %s, and %s has %s. Set the old one, or put it behind the new one, separated by a comma",
			errWrongKey, seal.KeyID(box), from, strings.Join(keys.IDs(), ", "))
	}
	for table, used := range map[string]string{"secrets": "not_after IS NULL OR not_after > $1", "provider_credentials": "created_at <= $1"} { //nolint:gosec // names of tables
		lost, err := strangeKeys(ctx, db, table, used, keys.IDs())
		if err != nil {
			return err
		}
		if len(lost) > 0 {
			return fmt.Errorf("%w: rows of %s need key %s too, and %s has %s only. Put it behind, separated by a comma",
				errWrongKey, table, strings.Join(lost, ", "), from, strings.Join(keys.IDs(), ", "))
		}
	}
	return nil
}

// strangeKeys are the names of the keys with which rows of a table were encrypted that are in use now, but for the known ones.
func strangeKeys(ctx context.Context, db *storage.DB, table, used string, known []string) (found []string, err error) {
	rows, err := db.SQL.QueryContext(ctx, "SELECT DISTINCT substr(ciphertext, 1, 8) FROM "+table+" WHERE "+used, int64(ms.Now())) //nolint:gosec // both are from the text above
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
