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

	"parley/seal"
	"parley/storage"
)

// keySuffix ends the name of the file that holds the secret key of the backup before it.
const keySuffix = ".secret.key"

// errBackupPostgres says what backs up the other database.
var errBackupPostgres = errors.New("DATABASE_URL is Postgres, which is backed up by its own means: pg_dump, or an archive of its log that can be put back to any moment (docs/operations.md). Keep PARLEY_SECRET_KEY in another place")

// countedTables are the tables whose rows a backup tells of.
var countedTables = []string{"workspaces", "agents", "threads", "messages", "events", "deliveries"}

// backupCommand copies the embedded database while a server may serve from it.
func backupCommand(ctx context.Context, c Config, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	withKey := flags.Bool("with-secret-key", false, "put the secret key beside the backup")
	names, err := flagsAndNames(flags, args, 1)
	if err != nil {
		return err
	}
	if !c.embedded() {
		return errBackupPostgres
	}
	target := names[0]
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		target = filepath.Join(target, "parley-"+time.Now().UTC().Format("20060102T150405Z")+".db")
	}
	key, from, err := c.presentSecretKey()
	if err != nil {
		return err
	}
	if *withKey {
		if key == "" {
			return errors.New("there is no secret key to put beside the backup: set PARLEY_SECRET_KEY, or PARLEY_DATA to the folder that has it")
		}
		if _, err := os.Lstat(target + keySuffix); err == nil {
			return fmt.Errorf("%s exists: a backup never writes over another one", target+keySuffix)
		}
	}
	if err := storage.BackUp(ctx, c.file(), target); err != nil {
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s exists: a backup never writes over another one", target)
		}
		return fmt.Errorf("back up %s: %w", c.file(), err)
	}
	if *withKey {
		if err := writeNew(target+keySuffix, key); err != nil {
			return fmt.Errorf("the backup is made, but not the file of its secret key: %w", err)
		}
	}
	held, err := storage.Hold(ctx, target, countedTables...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Backed up %s to %s: %s.\n", c.file(), target, describe(held))
	switch {
	case *withKey:
		fmt.Fprintf(out, "The secret key is beside it, in %s: who has both files reads every secret.\n", target+keySuffix)
	case key != "":
		fmt.Fprintf(out, "The secret key is not in it. Keep that of %s in another place: without it the backup cannot be restored.\n", from)
	default:
		fmt.Fprintln(out, "The secret key is not in it, and was not found here. Keep PARLEY_SECRET_KEY: without it the backup cannot be restored.")
	}
	return nil
}

// describe says what a file holds.
func describe(h storage.Holding) string {
	text := fmt.Sprintf("%.1f MB", float64(h.Bytes)/1e6)
	for _, table := range countedTables {
		text += fmt.Sprintf(", %d %s", h.Rows[table], table)
	}
	return text
}

// flagsAndNames reads flags that may stand before, between and behind at most the given number of names.
func flagsAndNames(flags *flag.FlagSet, args []string, want int) (names []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		if flags.NArg() == 0 {
			break
		}
		names, args = append(names, flags.Arg(0)), flags.Args()[1:]
	}
	if len(names) != want {
		return nil, errUsage
	}
	return names, nil
}

// writeNew writes a file that only this user reads, flushed to the disk. It must not be there.
func writeNew(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".parley-key-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return storage.Publish(f.Name(), name)
}

// presentSecretKey returns the configured secret key or the one in Data, and says where it is from. Both are empty when
// there is none; none is made.
func (c Config) presentSecretKey() (text, from string, err error) {
	if !c.SecretKey.IsEmpty() {
		return c.SecretKey.Reveal(), "PARLEY_SECRET_KEY", nil
	}
	kept, err := os.ReadFile(c.secretKeyFile())
	if errors.Is(err, os.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read the secret key: %w", err)
	}
	return string(kept), c.secretKeyFile(), nil
}

// presentKeys are the keys of presentSecretKey; nil when there are none.
func (c Config) presentKeys() (keys *seal.Keys, from string, err error) {
	text, from, err := c.presentSecretKey()
	if err != nil || text == "" {
		return nil, "", err
	}
	keys, err = seal.Parse(text)
	return keys, from, err
}
