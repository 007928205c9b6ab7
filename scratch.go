package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"parley/eventlog"
	"parley/storage"
)

// scratchPrefix begins the names of the temporary folders of dry runs.
const scratchPrefix = "parley-dry-run-"

// scratch returns a function that opens an empty embedded database of its own in the system's temporary folder, as dry
// runs want it, and says how to throw it away.
func scratch(o storage.Options) func(ctx context.Context) (*eventlog.Log, func() error, error) {
	return func(ctx context.Context) (*eventlog.Log, func() error, error) {
		folder, remove, err := scratchFolder()
		if err != nil {
			return nil, nil, fmt.Errorf("make a temporary folder: %w", err)
		}
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

// scratchFolder makes a temporary folder and holds it until it is removed.
func scratchFolder() (folder string, remove func() error, err error) {
	for range 3 { // a server that starts at this moment may take one that is not yet held for a dead one's
		if folder, err = os.MkdirTemp("", scratchPrefix); err != nil {
			return "", nil, err
		}
		release, holdErr := holdFolder(folder)
		if holdErr == nil {
			return folder, func() error { return errors.Join(os.RemoveAll(folder), release()) }, nil
		}
		err = errors.Join(holdErr, os.RemoveAll(folder))
	}
	return "", nil, err
}

// clearScratch removes the folders of dry runs whose processes have died. Where the system cannot tell that, they stay.
func clearScratch(logger *slog.Logger) {
	if !knowsHolders {
		return
	}
	entries, err := os.ReadDir(os.TempDir())
	if err != nil {
		logger.Warn("folders of dry runs that were killed cannot be looked for", "error", err)
		return
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), scratchPrefix) {
			continue
		}
		folder := filepath.Join(os.TempDir(), entry.Name())
		release, err := holdFolder(folder)
		if err != nil {
			continue // its process lives, or it belongs to another user
		}
		if err := errors.Join(os.RemoveAll(folder), release()); err != nil {
			logger.Warn("the folder of a dry run that was killed cannot be removed", "folder", folder, "error", err)
		}
	}
}
