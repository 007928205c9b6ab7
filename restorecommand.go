package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"parley/ent/id"
	"parley/ent/setting"
	"parley/seal"
	"parley/storage"
)

// restoreCommand puts a backup where the embedded database belongs, or marks a database that was put back otherwise.
func restoreCommand(ctx context.Context, c Config, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	mark := flags.Bool("mark", false, "begin a new history in the database of DATABASE_URL")
	want := 1
	for _, arg := range args {
		if arg == "--mark" || arg == "-mark" {
			want = 0
		}
	}
	names, err := flagsAndNames(flags, args, want)
	switch {
	case err != nil:
		return err
	case *mark:
		return markRestored(ctx, c, out)
	case !c.embedded():
		return errors.New("DATABASE_URL is Postgres, which is restored by its own means: pg_restore into an empty database, or its log up to a moment. Call `parley restore --mark` then, before a server starts: it begins a new history, so that nobody goes on by a cursor of what was lost (docs/operations.md)")
	}
	return restoreFile(ctx, c, names[0], out)
}

// restoreFile makes the embedded database from a backup. Nothing is at its place until all is well.
func restoreFile(ctx context.Context, c Config, file string, out io.Writer) (err error) {
	target := c.file()
	release, err := lockData(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	for _, suffix := range []string{"", "-wal", "-journal"} {
		if _, err := os.Lstat(target + suffix); err == nil {
			return fmt.Errorf("%s exists, and nothing is written over it: move it away, or set PARLEY_DATA to an empty folder", target+suffix)
		}
		if _, err := os.Lstat(file + suffix); suffix != "" && err == nil {
			return fmt.Errorf("%s exists beside the backup: this is a copy of a database at work, which may lack what is there. Make a backup with `parley backup`", file+suffix)
		}
	}
	if err := storage.CheckFile(ctx, file, true); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	text, from, err := c.keyForRestore(file)
	if err != nil {
		return err
	}
	work := target + ".restoring" // what an earlier try left there is nobody's: the folder is locked
	clear := func() {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(work + suffix)
		}
	}
	clear()
	defer clear()
	if err := copyFile(file, work); err != nil {
		return fmt.Errorf("copy the backup: %w", err)
	}
	workspaces, applied, err := prepareRestored(ctx, c, work, text, from)
	if err != nil {
		return err
	}
	held, err := storage.Hold(ctx, work, countedTables...)
	if err != nil {
		return err
	}
	if info, err := os.Stat(work + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s-wal was not taken into the database: is another program reading it?", work)
	}
	if c.SecretKey.IsEmpty() { // the next start reads it where a first start would keep it
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return fmt.Errorf("make PARLEY_DATA: %w", err)
		}
		if _, err := c.keepSecretKey(text); err != nil {
			return err
		}
	}
	if err := storage.Publish(work, target); err != nil {
		return fmt.Errorf("put the database in its place: %w", err)
	}
	fmt.Fprintf(out, "Restored %s from %s: %s.\n", target, file, describe(held))
	if len(applied) > 0 {
		fmt.Fprintf(out, "It was made by an earlier release; %d migrations brought it up to date.\n", len(applied))
	}
	sayMarked(out, workspaces)
	return nil
}

// keyForRestore is the secret key that is configured, or else the one beside the backup.
func (c Config) keyForRestore(file string) (text, from string, err error) {
	text, from, err = c.presentSecretKey()
	if err != nil || text != "" {
		return text, from, err
	}
	kept, err := os.ReadFile(file + keySuffix)
	if errors.Is(err, os.ErrNotExist) {
		return "", "", fmt.Errorf("there is no secret key, and without the one that this database was begun with its secrets cannot be read: set PARLEY_SECRET_KEY, or put the old file into its place as %s, or beside the backup as %s", c.secretKeyFile(), file+keySuffix)
	}
	if err != nil {
		return "", "", fmt.Errorf("read the secret key: %w", err)
	}
	return string(kept), file + keySuffix, nil
}

// prepareRestored brings a copy of a backup up to date, holds the key against it, and begins its new history.
func prepareRestored(ctx context.Context, c Config, file, key, from string) (workspaces int, applied []string, err error) {
	keys, err := seal.Parse(key)
	if err != nil {
		return 0, nil, fmt.Errorf("the key of %s: %w", from, err)
	}
	db, err := storage.Open(ctx, "sqlite://"+file, storage.Options{Guard: c.CheckSQL})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if applied, err = db.Migrate(ctx); err != nil {
		return 0, nil, err
	}
	if err := checkSealed(ctx, db, keys, from); err != nil {
		return 0, nil, err
	}
	workspaces, err = beginHistories(ctx, db)
	return workspaces, applied, err
}

// beginHistories makes a database that was put back one of its own.
func beginHistories(ctx context.Context, db *storage.DB) (workspaces int, err error) {
	if workspaces, err = db.BeginHistories(ctx, func() string { return id.New("his") }); err != nil {
		return 0, fmt.Errorf("begin a new history: %w", err)
	}
	_, err = db.Client.Setting.Delete().Where(setting.ID(movedTo)).Exec(ctx)
	return workspaces, err
}

// markRestored begins new histories in a database that was put back by other means.
func markRestored(ctx context.Context, c Config, out io.Writer) (err error) {
	if c.embedded() {
		if _, err := os.Stat(c.file()); err != nil {
			return fmt.Errorf("there is no database to mark: %w", err)
		}
		release, err := lockData(filepath.Dir(c.file()))
		if err != nil {
			return err
		}
		defer func() { _ = release() }() // it goes with the process anyway
	}
	keys, from, err := c.presentKeys()
	if err != nil {
		return err
	}
	if keys == nil {
		return errors.New("there is no secret key to hold against the database: set PARLEY_SECRET_KEY, or PARLEY_DATA to the folder that has it")
	}
	db, err := storage.Open(ctx, c.Database, storage.Options{Guard: c.CheckSQL, MaxConns: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if others, err := settledOthers(ctx, db); err != nil {
		return err
	} else if others > 0 {
		return fmt.Errorf("servers have %d connections to this database: stop all of them first, since they keep in memory what was lost", others)
	}
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	if err := checkSealed(ctx, db, keys, from); err != nil {
		return err
	}
	workspaces, err := beginHistories(ctx, db)
	if err != nil {
		return err
	}
	sayMarked(out, workspaces)
	return nil
}

// settledOthers counts the connections of servers, and gives those time to end whose server has just stopped.
func settledOthers(ctx context.Context, db *storage.DB) (n int, err error) {
	for range 20 {
		if n, err = db.Others(ctx); n == 0 || err != nil {
			return n, err
		}
		select {
		case <-ctx.Done():
			return n, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return n, nil
}

func sayMarked(out io.Writer, workspaces int) {
	fmt.Fprintf(out, `A new history begins in %d workspaces: cursors of before get CURSOR_EXPIRED, and browsers sign in again.
What happened after the backup is undone: keys that were revoked since then work again, and what was erased is back.
See "After a restore" in docs/operations.md.
`, workspaces)
}

// copyFile copies a file to a new one that only this user reads.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Sync(), f.Close())
}
