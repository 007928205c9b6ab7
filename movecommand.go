package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/setting"
	"parley/storage"
)

// movedTo is the setting of a database whose rows were moved: where to, and when.
const movedTo = "moved_to"

// moveCommand copies everything from the embedded database into an empty Postgres, and marks the old one as left.
func moveCommand(ctx context.Context, c Config, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("move", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	to := flags.String("to", "", "address of an empty Postgres database")
	if _, err := flagsAndNames(flags, args, 0); err != nil {
		return err
	}
	switch {
	case !strings.HasPrefix(*to, "postgres://") && !strings.HasPrefix(*to, "postgresql://"):
		return errors.New("say where to move: parley move --to postgres://user@host:5432/database, with the password in PGPASSWORD, since others see what stands in a command")
	case !c.embedded():
		return errors.New("parley move leaves the embedded database: unset DATABASE_URL, or set it to sqlite://…, and name Postgres by --to")
	}
	if _, err := os.Stat(c.file()); err != nil {
		return fmt.Errorf("there is no database to move: %w", err)
	}
	release, err := lockData(filepath.Dir(c.file()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	keys, from, err := c.presentKeys()
	if err != nil {
		return err
	}
	if keys == nil {
		return fmt.Errorf("there is no secret key, and without the one that this database was begun with nothing in it can be used elsewhere: set PARLEY_SECRET_KEY, or put the old file into its place as %s", c.secretKeyFile())
	}
	source, err := storage.Open(ctx, c.Database, storage.Options{Guard: c.CheckSQL})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if _, err := source.Migrate(ctx); err != nil {
		return err
	}
	if err := checkMoved(ctx, source.Client); err != nil {
		return err
	}
	if err := checkSealed(ctx, source, keys, from); err != nil {
		return err
	}
	target, err := storage.Open(ctx, *to, storage.Options{Guard: c.CheckSQL})
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if _, err := target.Migrate(ctx); err != nil {
		return fmt.Errorf("make the tables of --to: %w", err)
	}
	return c.move(ctx, source, target, placeOf(*to), from, out)
}

// move copies, and marks the source. Broken off before the mark it can be called again, on an empty target.
func (c Config) move(ctx context.Context, source, target *storage.DB, place, keyFrom string, out io.Writer) error {
	begin, told := time.Now(), time.Now()
	leave := func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO settings (id, value) VALUES ($1, $2)", movedTo, fmt.Sprintf("%s at %s", place, ms.Now()))
		return err
	}
	copied, err := storage.Copy(ctx, source, target, leave, func(table string, checked bool, done, total int64) {
		if time.Since(told) >= progressEvery {
			told = time.Now()
			fmt.Fprintf(out, "%s: %d of %d rows %s …\n", table, done, total, map[bool]string{true: "checked", false: "sent"}[checked])
		}
	})
	switch {
	case errors.Is(err, storage.ErrNotEmpty):
		return fmt.Errorf("--to: %w. Make an empty database for the move; nothing was changed", err)
	case err != nil && copied == nil:
		return fmt.Errorf("nothing was moved: %w", err)
	case err != nil:
		return err
	}
	var rows int64
	for _, t := range copied {
		if rows += t.Rows; t.Rows > 0 {
			fmt.Fprintf(out, "  %-24s %d\n", t.Table, t.Rows)
		}
	}
	fmt.Fprintf(out, `Moved %d rows to %s in %v; number and sum of each table are equal there.
Start servers with DATABASE_URL set to it, and PARLEY_SECRET_KEY to the key of %s.
Keys, tokens, cursors and webhooks go on. Servers refuse to start on %s from now on; keep it until you are content.
`, rows, place, time.Since(begin).Round(100*time.Millisecond), keyFrom, c.file())
	return nil
}

// checkMoved refuses a database whose rows have gone elsewhere: who wrote to it would write what nobody reads.
func checkMoved(ctx context.Context, client *ent.Client) error {
	row, err := client.Setting.Query().Where(setting.ID(movedTo)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look whether the database was moved: %w", err)
	}
	return fmt.Errorf("this database was moved to %s: set DATABASE_URL to that one. To go on here all the same, without what was written there, call `parley restore --mark`", row.Value)
}

// placeOf is a database's address without what must not be shown.
func placeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "Postgres"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
