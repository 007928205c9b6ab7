package storage

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"parley/ent/viewer"
)

// The guard is the second wall between workspaces: where ent's rules put a condition on every statement, the guard
// refuses a statement that arrives without one. Rules can be forgotten or switched off; the guard reads the SQL.

// systemWorkers are the names of system viewers whose statements may cross workspaces, with why they must.
var systemWorkers = map[string]string{ //nolint:gosec // it speaks of secrets and holds none
	"migrate":         "creates and changes tables",
	"authenticate":    "finds a key before its workspace is known",
	"start chat":      "finds a public agent before its workspace is known",
	"turn claim":      "one queue serves every workspace",
	"turn finish":     "ends and extends leases by the id of a claimed turn",
	"reminder claim":  "one look finds the due reminders of every workspace",
	"delivery claim":  "one queue serves every workspace",
	"delivery finish": "records outcomes by the ids of claimed deliveries, of many workspaces in one commit",
	"delivery replay": "runs the replays of every workspace",
	"delivery sweep":  "finds expired leases of every workspace",
	"feed":            "reads new events of every workspace that has subscribers",
	"retention":       "deletes what is past its time in every workspace",
	"metrics":         "counts over the whole installation",
	"rotate secrets":  "encrypts the secrets of every workspace under the newest key",
	"seal check":      "tries the secret key on any stored secret",
	"restore":         "ends the sessions of every workspace of a database that was put back",
	"move":            "copies every table into another database",
	"generate data":   "writes rows in bulk, which all carry their workspace",
}

// ErrCrossWorkspace is returned by a guarded database for a statement without a condition on the workspace.
var ErrCrossWorkspace = errors.New("statement touches a workspace's table without a condition on the workspace")

// verdicts remembers statements already judged; there are few distinct ones.
var verdicts sync.Map // statement -> error or nil

func checkStatement(ctx context.Context, query string) error {
	if v, ok := viewer.FromContext(ctx); ok && v.Role == viewer.System && systemWorkers[v.Name] != "" {
		return nil
	}
	verdict, ok := verdicts.Load(query)
	if !ok {
		var err error
		if table := unconfinedTable(query); table != "" {
			err = fmt.Errorf("%w: %s in %q", ErrCrossWorkspace, table, query)
		}
		verdict, _ = verdicts.LoadOrStore(query, verdictOf{err})
	}
	return verdict.(verdictOf).err
}

type verdictOf struct{ err error }

func guarded(c driver.Connector, o Options) driver.Connector {
	if !o.Guard && o.Trace == nil && o.Ran == nil {
		return c
	}
	return guardConnector{c, o}
}

type guardConnector struct {
	driver.Connector
	o Options
}

// Connect implements driver.Connector.
func (g guardConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := g.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &guardConn{c, g.o}, nil
}

// guardConn passes everything through but the statements it refuses. Both drivers in use offer the context forms
// of exec, query, prepare and begin; a driver that did not would fail loudly at the first type assertion.
type guardConn struct {
	driver.Conn
	o Options
}

func (g *guardConn) check(ctx context.Context, query string) error {
	if g.o.Trace != nil {
		g.o.Trace(ctx, query)
	}
	if !g.o.Guard {
		return nil
	}
	if viewer.Presumed(ctx) != nil {
		return fmt.Errorf("%w: %q", viewer.ErrUnproved, query)
	}
	return checkStatement(ctx, query)
}

// ExecContext implements driver.ExecerContext.
func (g *guardConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := g.check(ctx, query); err != nil {
		return nil, err
	}
	result, err := g.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	g.ran(ctx, query, args, err)
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (g *guardConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := g.check(ctx, query); err != nil {
		return nil, err
	}
	rows, err := g.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	g.ran(ctx, query, args, err)
	return rows, err
}

// ran tells of a statement. A driver that wants it prepared first says so by driver.ErrSkip, and it comes again.
func (g *guardConn) ran(ctx context.Context, query string, args []driver.NamedValue, err error) {
	if g.o.Ran != nil && err == nil {
		g.o.Ran(ctx, query, args)
	}
}

// PrepareContext implements driver.ConnPrepareContext.
func (g *guardConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := g.check(ctx, query); err != nil {
		return nil, err
	}
	if p, ok := g.Conn.(driver.ConnPrepareContext); ok {
		return p.PrepareContext(ctx, query)
	}
	return g.Prepare(query)
}

// BeginTx implements driver.ConnBeginTx.
func (g *guardConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return g.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// Ping implements driver.Pinger.
func (g *guardConn) Ping(ctx context.Context) error {
	if p, ok := g.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

// ResetSession implements driver.SessionResetter.
func (g *guardConn) ResetSession(ctx context.Context) error {
	if r, ok := g.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid implements driver.Validator.
func (g *guardConn) IsValid() bool {
	if v, ok := g.Conn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

// CheckNamedValue implements driver.NamedValueChecker. JSON goes as text: as bytes Postgres would take it for its binary
// form, which begins with a version.
func (g *guardConn) CheckNamedValue(v *driver.NamedValue) error {
	if text, ok := v.Value.(json.RawMessage); ok {
		v.Value = string(text)
		return nil
	}
	if c, ok := g.Conn.(driver.NamedValueChecker); ok {
		return c.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
