package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"parley/eventlog"
	"parley/storage"
)

// scratch returns a function that opens an empty embedded database of its own in the system's temporary folder, as dry
// runs want it, and says how to throw it away.
func scratch(o storage.Options) func(ctx context.Context) (*eventlog.Log, func() error, error) {
	return func(ctx context.Context) (*eventlog.Log, func() error, error) {
		folder, err := os.MkdirTemp("", "parley-dry-run-")
		if err != nil {
			return nil, nil, fmt.Errorf("make a temporary folder: %w", err)
		}
		remove := func() error { return os.RemoveAll(folder) }
		db, err := storage.Open(ctx, "sqlite://"+filepath.Join(folder, "stage.db"), o)
		if err != nil {
			return nil, nil, errors.Join(err, remove())
		}
		discard := func() error { return errors.Join(db.Close(), remove()) }
		if _, err := db.Migrate(ctx); err != nil {
			return nil, nil, errors.Join(err, discard())
		}
		return eventlog.New(db.Client, db.Dialect, nil), discard, nil
	}
}
