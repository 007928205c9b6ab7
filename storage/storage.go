// Package storage opens the database, SQLite or Postgres, brings its tables up to date, and in test runs puts the
// second wall between workspaces in front of it (guard.go).
//
//	db, err := storage.Open(ctx, "sqlite://data/parley.db", storage.Options{})
//	defer db.Close()
//	err = db.Migrate(ctx)
package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"

	"parley/ent"
	_ "parley/ent/runtime" // policies, hooks and interceptors of ent/schema
)

// Options are what Open may be told beside the address. The zero value is right for a server.
type Options struct {
	// Guard refuses every statement that touches a workspace's table without a condition on the workspace. It is
	// on in every test run; a server does not pay for it.
	Guard bool
	// Trace hears every statement before it runs, with the context of who runs it, if set. Tests count with it.
	Trace func(ctx context.Context, query string)
	// Ran hears of every statement that was run with its arguments, if set. Tests ask for plans with it.
	Ran func(ctx context.Context, query string, args []driver.NamedValue)
	// MaxConns bounds the connections to Postgres, and the readers of SQLite; 0 means 20 and 8.
	MaxConns int
}

// DB is an open database. It is safe for concurrent use; whoever opened it closes it.
type DB struct {
	// Client builds statements. Outside a transaction its reads go to the readers' pool.
	Client *ent.Client
	// SQL is the pool that writes: with SQLite one connection, so that writers queue instead of colliding.
	SQL *sql.DB
	// Dialect is dialect.SQLite or dialect.Postgres.
	Dialect string

	read *sql.DB // SQLite: many readers that cannot write; Postgres: the same pool as SQL
	url  string
}

// Open connects to `postgres://…`, `postgresql://…` or `sqlite://path` and checks that the database answers. It does
// not create tables: see Migrate.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	var (
		db  *DB
		err error
	)
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db, err = openPostgres(url, o)
	case strings.HasPrefix(url, "sqlite://"):
		db, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite://"), o)
	default:
		return nil, errors.New("the database address must begin with postgres:// or sqlite://")
	}
	if err != nil {
		return nil, err
	}
	db.url = url
	if err := db.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach the database: %w", err), db.Close())
	}
	db.Client = ent.NewClient(ent.Driver(newRouter(db.Dialect, db.SQL, db.read)))
	return db, nil
}

// Pools are the pools of connections by what they are for: "write", and with SQLite "read".
func (db *DB) Pools() map[string]*sql.DB {
	pools := map[string]*sql.DB{"write": db.SQL}
	if db.read != db.SQL {
		pools["read"] = db.read
	}
	return pools
}

// MostReaders is how many connections there are for what reads outside of transactions.
func (db *DB) MostReaders() int { return db.read.Stats().MaxOpenConnections }

// Ping checks that the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.SQL.PingContext(ctx); err != nil {
		return err
	}
	return db.read.PingContext(ctx)
}

// applicationName is by what Postgres knows our connections, unless the address says another name.
const applicationName = "parley"

// Others is how many connections other programs of ours have to the same database on Postgres; 0 for SQLite. MaxConns must
// be 1, or own ones are counted.
func (db *DB) Others(ctx context.Context) (n int, err error) {
	if db.Dialect == dialect.SQLite {
		return 0, nil
	}
	const count = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND application_name IN ($1, current_setting('application_name'))` // the address may say another name
	err = db.SQL.QueryRowContext(ctx, count, applicationName).Scan(&n)
	return n, err
}

// Address is what drivers take to connect to the database: the url that was opened, without what is meant for this package.
// It holds the password.
func (db *DB) Address() string {
	address, _ := withoutSetting(db.url, "prepared_statements")
	return address
}

// Close closes every connection. Statements still running fail.
func (db *DB) Close() error {
	if db.read == db.SQL {
		return db.SQL.Close()
	}
	return errors.Join(db.read.Close(), db.SQL.Close())
}
