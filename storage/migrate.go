package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect"

	"parley/ent/ms"
	"parley/ent/viewer"
)

//go:embed migrations
var migrationFiles embed.FS

// migrationLock is the advisory lock of Postgres that replicas starting together queue for; any fixed number does.
const migrationLock = 0x7061726c6579

type migration struct{ version, sql, checksum string }

func migrations(dialectName string) ([]migration, error) {
	folder := "migrations/sqlite"
	if dialectName == dialect.Postgres {
		folder = "migrations/postgres"
	}
	names, err := fs.Glob(migrationFiles, folder+"/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []migration
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		version := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".sql")
		all = append(all, migration{version, string(text), hex.EncodeToString(sum[:])})
	}
	return all, nil
}

// Migrate applies the migrations that the database has not seen, all in one transaction under a lock, so that
// replicas may start together. It returns the versions it applied. It fails when the database was migrated by a newer
// program, or when an applied migration has changed since.
func (db *DB) Migrate(ctx context.Context) (applied []string, err error) {
	ctx = viewer.SystemContext(ctx, "migrate")
	known, err := migrations(db.Dialect)
	if err != nil {
		return nil, err
	}
	tx, err := db.SQL.BeginTx(ctx, nil) // SQLite: BEGIN IMMEDIATE, which is the lock
	if err != nil {
		return nil, fmt.Errorf("begin the migration: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if db.Dialect == dialect.Postgres {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return nil, fmt.Errorf("lock for the migration: %w", err)
		}
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_migrations (version text PRIMARY KEY, checksum text NOT NULL, applied_at bigint NOT NULL)`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return nil, err
	}
	seen, err := appliedMigrations(ctx, tx)
	if err != nil {
		return nil, err
	}
	pending, err := pendingOf(known, seen)
	if err != nil {
		return nil, err
	}
	for _, m := range pending {
		if _, err := tx.ExecContext(ctx, m.sql); err != nil {
			return nil, fmt.Errorf("apply migration %s: %w", m.version, err)
		}
		const record = `INSERT INTO schema_migrations (version, checksum, applied_at) VALUES ($1, $2, $3)`
		if _, err := tx.ExecContext(ctx, record, m.version, m.checksum, int64(ms.Now())); err != nil {
			return nil, err
		}
		applied = append(applied, m.version)
	}
	return applied, tx.Commit()
}

// Pending returns how many migrations were applied and which Migrate would apply, and fails when that would. It changes
// nothing.
func (db *DB) Pending(ctx context.Context) (applied int, pending []string, err error) {
	ctx = viewer.SystemContext(ctx, "migrate")
	known, err := migrations(db.Dialect)
	if err != nil {
		return 0, nil, err
	}
	find := "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'"
	if db.Dialect == dialect.Postgres {
		find = "SELECT count(to_regclass('schema_migrations'))"
	}
	var tables int
	if err := db.read.QueryRowContext(ctx, find).Scan(&tables); err != nil {
		return 0, nil, err
	}
	seen := map[string]string{}
	if tables > 0 {
		if seen, err = appliedMigrations(ctx, db.read); err != nil {
			return 0, nil, err
		}
	}
	missing, err := pendingOf(known, seen)
	for _, m := range missing {
		pending = append(pending, m.version)
	}
	return len(seen), pending, err
}

// pendingOf returns what is known and was not seen. It fails when the database was migrated by a newer program, or when a
// migration was another one when it was applied.
func pendingOf(known []migration, seen map[string]string) (pending []migration, err error) {
	unknown := maps.Clone(seen)
	for _, m := range known {
		switch sum, ok := seen[m.version]; {
		case ok && sum != m.checksum:
			return nil, fmt.Errorf("migration %s was applied with other content than this program carries: run the release that made this database, then upgrade", m.version)
		case !ok:
			pending = append(pending, m)
		}
		delete(unknown, m.version)
	}
	for version := range unknown {
		return nil, fmt.Errorf("the database has migration %s, which this program does not know: it was used by a newer release", version)
	}
	return pending, nil
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func appliedMigrations(ctx context.Context, from querier) (map[string]string, error) {
	rows, err := from.QueryContext(ctx, "SELECT version, checksum FROM schema_migrations")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	seen := map[string]string{}
	for rows.Next() {
		var version, sum string
		if err := rows.Scan(&version, &sum); err != nil {
			return nil, err
		}
		seen[version] = sum
	}
	return seen, rows.Err()
}

// Migrations are the statements of all migrations, in their order.
func (db *DB) Migrations() ([]string, error) {
	known, err := migrations(db.Dialect)
	if err != nil {
		return nil, err
	}
	all := make([]string, len(known))
	for i, m := range known {
		all[i] = m.sql
	}
	return all, nil
}
