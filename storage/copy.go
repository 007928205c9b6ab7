package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"

	"parley/ent/tables"
	"parley/ent/viewer"
)

// ErrNotEmpty is wrapped by the error of a copy into a database that has rows.
var ErrNotEmpty = errors.New("the database is not empty")

// Copied is a table that was copied.
type Copied struct {
	Table string
	Rows  int64
}

// Copy copies every row of from, an SQLite database on which nobody works, to the Postgres database to, which has the same
// migrations and no rows. It is one transaction: after an error nothing is there, and others who use the tables of to wait
// until it has ended. At the end every table is read again and held against what was sent. Nobody writes to from meanwhile;
// leave is the last that does, when the copy is committed. Progress hears of rows while they are sent, and of those that are
// read again as checked.
func Copy(ctx context.Context, from, to *DB, leave func(context.Context, *sql.Tx) error, progress func(table string, checked bool, done, total int64)) ([]Copied, error) {
	ctx = viewer.SystemContext(ctx, "move")
	if from.Dialect != dialect.SQLite || to.Dialect != dialect.Postgres {
		return nil, errors.New("rows are copied from SQLite to Postgres only")
	}
	if err := sameTables(ctx, from); err != nil {
		return nil, err
	}
	source, err := from.SQL.BeginTx(ctx, nil) // BEGIN IMMEDIATE: other commands that would write wait
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = source.Rollback() }()
	tx, err := to.SQL.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := takeEmpty(ctx, tx); err != nil {
		return nil, err
	}
	restore, err := dropReferences(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []Copied
	sums := map[string]digest{}
	for _, table := range tables.All {
		n, sum, err := copyTable(ctx, source, tx, table, progress)
		if err != nil {
			return nil, err
		}
		all, sums[table.Name] = append(all, Copied{table.Name, n}), sum
	}
	for _, statement := range restore {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("a reference of the copied rows does not hold: %w", err)
		}
	}
	for i, table := range tables.All {
		n, sum, err := digestTable(ctx, tx, table, func(done int64) { progress(table.Name, true, done, all[i].Rows) })
		if err != nil {
			return nil, fmt.Errorf("read %s again: %w", table.Name, err)
		}
		if n != all[i].Rows || sum != sums[table.Name] {
			return nil, fmt.Errorf("the copy of %s is not equal: %d rows with the sum %s were sent, and there are %d with %s", table.Name, all[i].Rows, sums[table.Name], n, sum)
		}
	}
	for _, table := range tables.All { // or the first plans know nothing of the rows
		if _, err := tx.ExecContext(ctx, `ANALYZE "`+table.Name+`"`); err != nil {
			return nil, fmt.Errorf("analyze %s: %w", table.Name, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	if err := errors.Join(leave(ctx, source), source.Commit()); err != nil {
		return all, fmt.Errorf("everything was copied, but the old database is not marked as left: start no server on it: %w", err)
	}
	return all, nil
}

// sameTables refuses a database with tables that this program does not know and would leave behind.
func sameTables(ctx context.Context, db *DB) error {
	found, err := texts(ctx, db.read, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'")
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, table := range tables.All {
		known[table.Name] = true
	}
	for _, name := range found {
		if !known[name] {
			return fmt.Errorf("the database has a table %s, which is not Parley's and would be left behind: drop it or move it elsewhere first", name)
		}
	}
	return nil
}

// takeEmpty locks all tables against servers that start meanwhile, and refuses rows that are there.
func takeEmpty(ctx context.Context, tx *sql.Tx) error {
	for _, table := range tables.All {
		if _, err := tx.ExecContext(ctx, `LOCK TABLE "`+table.Name+`" IN ACCESS EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("lock %s: %w", table.Name, err)
		}
	}
	for _, table := range tables.All {
		var some bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM "`+table.Name+`")`).Scan(&some); err != nil {
			return err
		}
		if some {
			return fmt.Errorf("%w: there are rows in %s, as when a server was started on it before", ErrNotEmpty, table.Name)
		}
	}
	return nil
}

// dropReferences drops the foreign keys, of which some go round in a circle, and returns the statements that make them
// anew: which checks all rows at once.
func dropReferences(ctx context.Context, tx *sql.Tx) (restore []string, err error) {
	const find = `SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2`
	rows, err := tx.QueryContext(ctx, find)
	if err != nil {
		return nil, fmt.Errorf("find the references between tables: %w", err)
	}
	var drop []string
	for rows.Next() {
		var table, name, definition string
		if err := rows.Scan(&table, &name, &definition); err != nil {
			return nil, errors.Join(err, rows.Close()) //nolint:sqlclosecheck // once, before the next statement of the same connection
		}
		drop = append(drop, fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, name))
		restore = append(restore, fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", table, name, definition))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	return restore, nil
}

// copyTable sends the rows of one table and returns their number and their sum.
func copyTable(ctx context.Context, from, tx *sql.Tx, table tables.Table, progress func(string, bool, int64, int64)) (n int64, sum digest, err error) {
	var total int64
	if err := from.QueryRowContext(ctx, `SELECT count(*) FROM "`+table.Name+`"`).Scan(&total); err != nil {
		return 0, sum, err
	}
	err = copyRows(ctx, tx, table.Name, columnNames(table), func(send func(row []any) error) (err error) {
		n, sum, err = eachRow(ctx, from, table, func(done int64, row []any) error {
			progress(table.Name, false, done, total)
			if err := fitPostgres(table, row); err != nil {
				return err
			}
			return send(row)
		})
		return err
	})
	if err != nil {
		return 0, sum, fmt.Errorf("copy %s: %w", table.Name, err)
	}
	return n, sum, nil
}

func digestTable(ctx context.Context, from querier, table tables.Table, progress func(done int64)) (int64, digest, error) {
	return eachRow(ctx, from, table, func(done int64, _ []any) error {
		progress(done)
		return nil
	})
}

func columnNames(table tables.Table) []string {
	names := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		names[i] = c.Name
	}
	return names
}
