package eventlog

import (
	"context"

	"parley/ent"
)

// Row is a row of a result.
type Row interface{ Scan(dest ...any) error }

// Scan runs a query that is written by hand, and calls each for every row of its result.
func Scan(ctx context.Context, client *ent.Client, query string, args []any, each func(Row) error) error {
	rows, err := client.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
