package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
)

// maxParameters bounds those of one statement of InsertMany; SQLite takes 32,766.
const maxParameters = 2000

// InsertMany adds rows to a table within a transaction of this database, as fast as it can: by COPY on Postgres, and by
// statements of many rows on SQLite. Each row has a value for each of the columns; other columns have their defaults. The caller's
// viewer must be one that may cross workspaces, since COPY has no condition that the guard could read.
func (db *DB) InsertMany(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	var err error
	if db.Dialect == dialect.Postgres {
		err = copyRows(ctx, tx, table, columns, func(send func(row []any) error) error {
			for _, row := range rows {
				if err := send(row); err != nil {
					return err
				}
			}
			return nil
		})
	} else {
		err = insertStatements(ctx, tx, table, columns, rows)
	}
	if err != nil {
		return fmt.Errorf("insert %d rows into %s: %w", len(rows), table, err)
	}
	return nil
}

// copyRows sends rows to a table of Postgres, all for which each calls send.
func copyRows(ctx context.Context, tx *sql.Tx, table string, columns []string, each func(send func(row []any) error) error) (err error) {
	to, err := tx.PrepareContext(ctx, fmt.Sprintf(`COPY "%s" (%s) FROM STDIN`, table, quoted(columns)))
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, to.Close()) }() // which says once more what failed before
	err = each(func(row []any) error {
		_, err := to.ExecContext(ctx, row...)
		return err
	})
	if err != nil {
		return err
	}
	_, err = to.ExecContext(ctx) // flushes
	return err
}

// insertStatements sends whole statements, which are prepared once, and one for what is left over.
func insertStatements(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) (err error) {
	each := max(1, maxParameters/len(columns))
	values := make([]any, 0, each*len(columns))
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	text := func(n int) string {
		return fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES %s`, table, quoted(columns), strings.TrimSuffix(strings.Repeat(row+", ", n), ", "))
	}
	if len(rows) >= each {
		whole, err := tx.PrepareContext(ctx, text(each))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, whole.Close()) }()
		for ; len(rows) >= each; rows = rows[each:] {
			values = values[:0]
			for _, r := range rows[:each] {
				values = append(values, r...)
			}
			if _, err := whole.ExecContext(ctx, values...); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	values = values[:0]
	for _, r := range rows {
		values = append(values, r...)
	}
	_, err = tx.ExecContext(ctx, text(len(rows)), values...)
	return err
}

func quoted(columns []string) string { return `"` + strings.Join(columns, `", "`) + `"` }
