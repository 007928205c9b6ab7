package storage

import (
	"context"
	"database/sql"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// router is ent's view of the two pools: what reads outside a transaction goes to the readers, all else to the
// writers.
type router struct {
	*entsql.Driver // the writers
	read           *entsql.Driver
}

func newRouter(name string, write, read *sql.DB) dialect.Driver {
	return &router{Driver: entsql.OpenDB(name, write), read: entsql.OpenDB(name, read)}
}

// Query implements dialect.Driver.
func (r *router) Query(ctx context.Context, query string, args, v any) error {
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
	return r.pool(query).QueryContext(ctx, query, args...)
}

// Close is left to DB.Close, which owns both pools.
func (r *router) Close() error { return nil }
