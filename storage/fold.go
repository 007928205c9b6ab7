package storage

import (
	"database/sql/driver"
	"strings"

	"modernc.org/sqlite"
)

// sqliteDriver opens every connection to SQLite. Its `lower` knows all letters: SQLite's own knows those of ASCII only,
// so a search for "Москва" would find nothing, ent having folded what is searched for by Go's rules.
var sqliteDriver = newSQLiteDriver()

func newSQLiteDriver() *sqlite.Driver {
	d := &sqlite.Driver{}
	if err := d.RegisterDeterministicScalarFunction("lower", 1, lower); err != nil {
		panic("storage: " + err.Error()) // only if the name were registered twice
	}
	return d
}

// lower is the SQL function. What is no text goes through as it is.
func lower(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	if text, ok := args[0].(string); ok {
		return strings.ToLower(text), nil
	}
	return args[0], nil
}
