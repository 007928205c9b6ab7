package storage

import (
	"context"
	"database/sql/driver"
	"strings"
)

// maxStatements bounds the prepared statements of one connection, and maxText all their text: what a database makes of it takes
// several times as much memory, for each connection. The least recently used goes first. One with more text than maxOne is run as
// text each time: such come of odd documents of the API, whose authors may send many.
const (
	maxStatements = 250
	maxText       = 512 << 10
	maxOne        = 64 << 10
)

// preparing keeps the statements of each connection prepared: parsing and planning them costs more than running them.
// Statements come as text, as from any caller of database/sql, and are recognized by it.
type preparing struct {
	driver.Connector
	// sights is how often a connection sees a statement before it prepares it: 1 where that costs nothing more than
	// running it, 2 where it costs a round trip, which one-time statements must not pay.
	sights int
	// fragile is set when a statement that was cancelled makes its connection unfit for others: the server may hear
	// of the cancellation only during the next statement.
	fragile bool
}

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparedConn{Conn: c, sights: p.sights, fragile: p.fragile, known: map[string]*prepared{}}, nil
}

// preparedConn is used by one goroutine at a time, as every driver.Conn.
type preparedConn struct {
	driver.Conn
	sights  int
	fragile bool
	broken  bool
	known   map[string]*prepared // by text
	text    int                  // bytes of all known
	clock   int                  // counts statements, for the age of each
}

// prepared is a statement that a connection has seen, and has prepared once stmt is set.
type prepared struct {
	stmt driver.Stmt
	seen int
	used int  // clock of its last use
	busy bool // its rows are being read: it cannot run a second time meanwhile
}

// of returns the prepared form of a statement; nil when it is to be run as text.
func (c *preparedConn) of(ctx context.Context, query string) (*prepared, error) {
	if len(query) > maxOne || !preparable(query) {
		return nil, nil
	}
	c.clock++
	p := c.known[query]
	if p == nil {
		for len(c.known) >= maxStatements || c.text+len(query) > maxText && len(c.known) > 0 {
			before := len(c.known)
			if err := c.forgetOldest(); err != nil {
				return nil, err
			}
			if len(c.known) == before {
				return nil, nil // all of them are busy
			}
		}
		p = &prepared{}
		c.known[query], c.text = p, c.text+len(query)
	}
	p.used = c.clock
	if p.seen++; p.busy || p.seen < c.sights {
		return nil, nil
	}
	if p.stmt == nil {
		made, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		if err != nil {
			_ = c.forget(query)
			return nil, c.after(ctx, err)
		}
		p.stmt = made
	}
	return p, nil
}

// preparable says whether a text is one statement of the kinds that come again.
func preparable(query string) bool {
	if strings.ContainsRune(query, ';') {
		return false
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\r\n"), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

func (c *preparedConn) forgetOldest() error {
	oldest := ""
	for query, p := range c.known {
		if !p.busy && (oldest == "" || p.used < c.known[oldest].used) {
			oldest = query
		}
	}
	return c.forget(oldest)
}

// forget closes a statement. It is prepared anew when it is seen again.
func (c *preparedConn) forget(query string) error {
	p := c.known[query]
	if p == nil {
		return nil
	}
	delete(c.known, query)
	c.text -= len(query)
	if p.stmt == nil {
		return nil
	}
	return p.stmt.Close()
}

// after looks at the error of a statement, for what it means for the connection.
func (c *preparedConn) after(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && c.fragile {
		c.broken = true
	}
	return err
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := c.of(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	}
	result, err := p.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	return result, c.after(ctx, c.settle(query, err))
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := c.of(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	}
	rows, err := p.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, c.after(ctx, c.settle(query, err))
	}
	p.busy = true
	return &preparedRows{rows, func(err error) {
		p.busy = false
		_ = c.after(ctx, err)
	}}, nil
}

// settle forgets a statement that failed: a change of its tables may have made it unusable. The error stays the caller's.
func (c *preparedConn) settle(query string, err error) error {
	if err != nil {
		_ = c.forget(query)
	}
	return err
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *preparedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

// BeginTx implements driver.ConnBeginTx.
func (c *preparedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// Ping implements driver.Pinger.
func (c *preparedConn) Ping(ctx context.Context) error { return c.Conn.(driver.Pinger).Ping(ctx) }

// ResetSession implements driver.SessionResetter.
func (c *preparedConn) ResetSession(ctx context.Context) error {
	if c.broken {
		return driver.ErrBadConn
	}
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

// IsValid implements driver.Validator.
func (c *preparedConn) IsValid() bool { return !c.broken && c.Conn.(driver.Validator).IsValid() }

// CheckNamedValue implements driver.NamedValueChecker.
func (c *preparedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// Close implements driver.Conn. SQLite does not close while statements are prepared; Postgres forgets them by itself,
// and asking it to would take a round trip each.
func (c *preparedConn) Close() error {
	if !c.fragile {
		for query := range c.known {
			_ = c.forget(query)
		}
	}
	return c.Conn.Close()
}

// preparedRows tells when they are closed.
type preparedRows struct {
	driver.Rows
	closed func(error)
}

// Close implements driver.Rows.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.closed(err)
	return err
}
