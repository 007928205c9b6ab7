package eventlog

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"parley/ent"
)

// queued is a statement that waits for the next one of its transaction, or for the end.
type queued struct {
	query  string
	args   []any
	orElse error // when it does not touch exactly one row
}

// ErrNotOneRow is what Later means when it is given no error of the caller's.
var ErrNotOneRow = errors.New("a statement that was to touch one row touched none or several")

// Later builds statements inside the transaction whose outcome the verb does not need: creates of one row, whose ids are
// given or made here, and updates of one row. They run before the verb's next statement by Client, so that it sees what
// they did, or at the end; with Postgres then in one round trip with the events. One that does not touch exactly one row
// fails the transaction with orElse; nil means ErrNotOneRow. Queries are not for Later.
func (tx *Tx) Later(orElse error) *ent.Client {
	if orElse != nil {
		return ent.NewClient(ent.Driver(later{tx, orElse}))
	}
	if tx.later == nil {
		tx.later = ent.NewClient(ent.Driver(later{tx, ErrNotOneRow}))
	}
	return tx.later
}

// later is the driver of Tx.Later.
type later struct {
	tx     *Tx
	orElse error
}

// Exec implements dialect.Driver. The result is what the statement is held to.
func (d later) Exec(_ context.Context, query string, args, v any) error {
	list, ok := args.([]any)
	if !ok {
		return fmt.Errorf("arguments are a %T", args)
	}
	d.tx.waiting = append(d.tx.waiting, queued{query, list, d.orElse})
	if result, ok := v.(*sql.Result); ok {
		*result = driver.RowsAffected(1)
	}
	return nil
}

// Query implements dialect.Driver.
func (later) Query(context.Context, string, any, any) error {
	return errors.New("eventlog: Later runs no queries, nor creates of several rows")
}

// Tx implements dialect.Driver.
func (d later) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }

// Close implements dialect.Driver.
func (later) Close() error { return nil }

// Dialect implements dialect.Driver.
func (d later) Dialect() string { return d.tx.log.dialect }

// inOrder is the driver of Tx.Client: what waits runs before what it is asked for.
type inOrder struct{ tx *Tx }

// Exec implements dialect.Driver.
func (d inOrder) Exec(ctx context.Context, query string, args, v any) error {
	list, _ := args.([]any)
	result, err := d.ExecContext(ctx, query, list...)
	if into, ok := v.(*sql.Result); ok && err == nil {
		*into = result
	}
	return err
}

// Query implements dialect.Driver.
func (d inOrder) Query(ctx context.Context, query string, args, v any) error {
	into, ok := v.(*sql.Rows)
	if !ok {
		return fmt.Errorf("rows are a %T", v)
	}
	list, _ := args.([]any)
	rows, err := d.QueryContext(ctx, query, list...) //nolint:rowserrcheck // ent reads them
	if err == nil {
		*into = sql.Rows{ColumnScanner: rows}
	}
	return err
}

// ExecContext is what ent's ExecQuery feature calls.
func (d inOrder) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	if err := d.tx.ready(ctx); err != nil {
		return nil, err
	}
	return d.tx.raw.ExecContext(ctx, query, args...)
}

// QueryContext is what ent's ExecQuery feature calls.
func (d inOrder) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if err := d.tx.ready(ctx); err != nil {
		return nil, err
	}
	return d.tx.raw.QueryContext(ctx, query, args...)
}

// Tx implements dialect.Driver: all is one transaction already.
func (d inOrder) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }

// Close implements dialect.Driver.
func (inOrder) Close() error { return nil }

// Dialect implements dialect.Driver.
func (d inOrder) Dialect() string { return d.tx.log.dialect }

// ready prepares the transaction for a statement: it is begun, and what waits has run.
func (tx *Tx) ready(ctx context.Context) error {
	if err := tx.begin(ctx); err != nil {
		return err
	}
	return tx.runWaiting(ctx)
}

// runWaiting runs what waits, one by one.
func (tx *Tx) runWaiting(ctx context.Context) error {
	list := tx.waiting
	tx.waiting = nil
	for _, q := range list {
		result, err := tx.raw.ExecContext(ctx, q.query, q.args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, q.orElse)
		}
	}
	return nil
}
