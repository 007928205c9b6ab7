package storage

import (
	"context"
	"database/sql"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"parley/ent/viewer"
)

// router is ent's view of the two pools: what reads outside a transaction goes to the readers, all else to the
// writers. Before the first statement of a viewer who is only presumed, that is proved.
type router struct {
	*entsql.Driver // the writers
	read           *entsql.Driver
}

func newRouter(name string, write, read *sql.DB) dialect.Driver {
	return &router{Driver: entsql.OpenDB(name, write), read: entsql.OpenDB(name, read)}
}

// Query implements dialect.Driver.
func (r *router) Query(ctx context.Context, query string, args, v any) error {
	if err := viewer.Prove(ctx); err != nil {
		return err
	}
	return r.pool(query).Query(ctx, query, args, v)
}

// pool sends an INSERT … RETURNING, which ent runs as a query, to the writers.
func (r *router) pool(query string) *entsql.Driver {
	if strings.HasPrefix(query, "SELECT") {
		return r.read
	}
	return r.Driver
}

// QueryContext is what ent's ExecQuery feature calls.
func (r *router) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := viewer.Prove(ctx); err != nil {
		return nil, err
	}
	return r.pool(query).QueryContext(ctx, query, args...)
}

// Exec implements dialect.Driver.
func (r *router) Exec(ctx context.Context, query string, args, v any) error {
	if err := viewer.Prove(ctx); err != nil {
		return err
	}
	return r.Driver.Exec(ctx, query, args, v)
}

// ExecContext is what ent's ExecQuery feature calls.
func (r *router) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := viewer.Prove(ctx); err != nil {
		return nil, err
	}
	return r.Driver.ExecContext(ctx, query, args...)
}

// Tx implements dialect.Driver.
func (r *router) Tx(ctx context.Context) (dialect.Tx, error) {
	if err := viewer.Prove(ctx); err != nil {
		return nil, err
	}
	return r.Driver.Tx(ctx)
}

// BeginTx is what ent calls for a transaction with options.
func (r *router) BeginTx(ctx context.Context, o *sql.TxOptions) (dialect.Tx, error) {
	if err := viewer.Prove(ctx); err != nil {
		return nil, err
	}
	return r.Driver.BeginTx(ctx, o)
}

// Close is left to DB.Close, which owns both pools.
func (r *router) Close() error { return nil }
