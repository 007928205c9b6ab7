package storage

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

func openPostgres(address string, o Options) (*DB, error) {
	address, keep := withoutSetting(address, "prepared_statements")
	if keep != "" && keep != "on" && keep != "off" {
		return nil, fmt.Errorf("DATABASE_URL: prepared_statements is %q; write on, or off for a proxy that keeps none", keep)
	}
	config, err := pq.NewConfig(address)
	var connector driver.Connector
	if err == nil {
		// One round trip a statement instead of two: the driver would ask for the types of the parameters first.
		config.BinaryParameters = true
		config.ApplicationName = cmp.Or(config.ApplicationName, applicationName)
		connector, err = pq.NewConnectorConfig(config)
	}
	if err != nil {
		// The driver's own words repeat the address, and with it the password.
		return nil, errors.New("DATABASE_URL is no Postgres address such as postgres://user:password@host:5432/database; special characters of the password must be percent-encoded")
	}
	if keep != "off" {
		connector = preparing{connector, 2, true}
	}
	pool := sql.OpenDB(guardConnector{connector, o})
	conns := o.MaxConns
	if conns <= 0 {
		conns = 20
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{SQL: pool, read: pool, Dialect: dialect.Postgres}, nil
}

// withoutSetting takes one of our own settings out of a database's address, which the driver would send to the server.
func withoutSetting(address, name string) (rest, value string) {
	u, err := url.Parse(address)
	if err != nil {
		return address, "" // the driver refuses it
	}
	q := u.Query()
	if !q.Has(name) {
		return address, ""
	}
	value = q.Get(name)
	q.Del(name)
	u.RawQuery = q.Encode()
	return u.String(), value
}

// openSQLite opens two pools on one file: one connection that writes, under `BEGIN IMMEDIATE`, and readers that
// never block it (WAL). synchronous=FULL keeps what was acknowledged over a power cut
// (https://www.sqlite.org/pragma.html#pragma_synchronous).
func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	if path == "" {
		return nil, errors.New("the SQLite address has no path: write sqlite://path/to/parley.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	pragmas := []string{
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)", "cache_size(-16000)",
		"secure_delete(1)", // what is erased is gone from the file, too
	}
	write := sql.OpenDB(guarded(sqliteConnector(path, "immediate", pragmas), o))
	write.SetMaxOpenConns(1)
	// The writer comes first: it creates the file and switches it to WAL, which a reader may not.
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	read := sql.OpenDB(guarded(sqliteConnector(path, "deferred", append(pragmas, "query_only(1)")), o))
	conns := o.MaxConns
	if conns <= 0 {
		conns = 8
	}
	read.SetMaxOpenConns(conns)
	read.SetMaxIdleConns(conns)
	return &DB{SQL: write, read: read, Dialect: dialect.SQLite}, nil
}

// connector opens connections of a driver that has no connector of its own.
type connector struct {
	driver driver.Driver
	dsn    string
}

func sqliteConnector(path, lock string, pragmas []string) driver.Connector {
	q := url.Values{"_pragma": pragmas, "_txlock": {lock}}
	return preparing{connector{sqliteDriver, "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()}, 1, false}
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }
