package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"parley/ent/viewer"
)

// ErrNotParley is returned for a file that is no database of this program.
var ErrNotParley = errors.New("the file is no database of Parley")

// Holding is what an SQLite file holds.
type Holding struct {
	Bytes     int64            // size of the file
	Migration string           // the last one that was applied
	Rows      map[string]int64 // of the tables that were asked for
}

// BackUp writes what the SQLite file at path holds at one moment to the new file target, while a server may read and
// write it: others are not kept from anything, only the log beside the database grows as long as it takes. Target is
// there whole, checked and flushed to the disk, or not at all. The error is os.ErrExist when it was there before.
func BackUp(ctx context.Context, path, target string) error {
	if err := LookLikeSQLite(path); err != nil {
		return err
	}
	if _, err := os.Lstat(target); err == nil {
		return fmt.Errorf("%s: %w", target, os.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".parley-backup-*")
	if err != nil {
		return fmt.Errorf("make a file beside %s: %w", target, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := f.Close(); err != nil {
		return err
	}
	db := sql.OpenDB(sqliteConnector(path, "deferred", []string{"busy_timeout(10000)"}))
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", f.Name())
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := CheckFile(ctx, f.Name(), false); err != nil {
		return fmt.Errorf("the copy of the database: %w", err)
	}
	return Publish(f.Name(), target)
}

// Publish flushes a file to the disk and gives it the name target, which nothing may have. The old name goes.
func Publish(file, target string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flush %s: %w", file, err)
	}
	if err := os.Link(file, target); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // it flushes no folders
		return nil
	}
	folder, err := os.Open(filepath.Dir(target))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// LookLikeSQLite refuses what does not begin as an SQLite file, before anything would take it for an empty one.
func LookLikeSQLite(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	head := make([]byte, 16)
	_, err = io.ReadFull(f, head)
	_ = f.Close() // it was only read
	if err != nil || !bytes.Equal(head, []byte("SQLite format 3\x00")) {
		return fmt.Errorf("%s: %w", path, ErrNotParley)
	}
	return nil
}

// readFile opens an SQLite file on which nobody works, to read it.
func readFile(path string) (*sql.DB, error) {
	if err := LookLikeSQLite(path); err != nil {
		return nil, err
	}
	db := sql.OpenDB(sqliteConnector(path, "deferred", []string{"busy_timeout(10000)", "query_only(1)"}))
	db.SetMaxOpenConns(1)
	return db, nil
}

// CheckFile returns what is wrong with an SQLite file: damaged pages, or one that is no database of this program. With
// deep it also looks for index entries and references that lead nowhere, which takes several times as long.
func CheckFile(ctx context.Context, path string, deep bool) error {
	db, err := readFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	pragma := "PRAGMA quick_check(5)"
	if deep {
		pragma = "PRAGMA integrity_check(5)"
	}
	faults, err := texts(ctx, db, pragma)
	if err != nil || len(faults) != 1 || faults[0] != "ok" {
		return fmt.Errorf("%s is damaged: %w", path, errors.Join(err, errors.New(strings.Join(faults, "; "))))
	}
	if deep {
		lost, err := texts(ctx, db, `SELECT "table" || ' ' || COALESCE(rowid, '') FROM pragma_foreign_key_check() LIMIT 5`)
		if err != nil || len(lost) > 0 {
			return fmt.Errorf("%s is damaged, rows refer to others that are not there: %w", path, errors.Join(err, errors.New(strings.Join(lost, ", "))))
		}
	}
	known, err := texts(ctx, db, "SELECT name FROM sqlite_master WHERE name = 'schema_migrations'")
	if err == nil && len(known) == 0 {
		err = fmt.Errorf("%s: %w", path, ErrNotParley)
	}
	return err
}

// Hold returns what an SQLite file holds on which nobody works: how many rows the named tables have.
func Hold(ctx context.Context, path string, tables ...string) (Holding, error) {
	h := Holding{Rows: map[string]int64{}}
	info, err := os.Stat(path)
	if err != nil {
		return h, err
	}
	h.Bytes = info.Size()
	db, err := readFile(path)
	if err != nil {
		return h, err
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(ctx, "SELECT max(version) FROM schema_migrations").Scan(&h.Migration); err != nil {
		return h, fmt.Errorf("read the migrations of %s: %w", path, err)
	}
	for _, table := range tables {
		var n int64
		if err := db.QueryRowContext(ctx, `SELECT count(*) FROM "`+table+`"`).Scan(&n); err != nil {
			return h, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		h.Rows[table] = n
	}
	return h, nil
}

// texts are the first columns of what a statement finds.
func texts(ctx context.Context, from querier, query string) (found []string, err error) {
	rows, err := from.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}

// BeginHistories gives each workspace a new history, so that cursors of the old one expire: for a database that was put
// back to an earlier state. Sessions of browsers end, since some had ended after that state. No server may be running.
func (db *DB) BeginHistories(ctx context.Context, next func() string) (workspaces int, err error) {
	ctx = viewer.SystemContext(ctx, "restore")
	tx, err := db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	ids, err := texts(ctx, tx, "SELECT id FROM workspaces ORDER BY id")
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "UPDATE workspaces SET history = $1 WHERE id = $2", next(), id); err != nil {
			return 0, err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM sessions"); err != nil {
		return 0, err
	}
	return len(ids), tx.Commit()
}
