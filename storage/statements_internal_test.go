package storage

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"
)

// counting is a connection that counts what is prepared over it.
type counting struct {
	driver.Conn
	prepared int // statements that are not closed
	asText   int // statements that were run as text
}

type countingStmt struct {
	driver.Stmt
	of *counting
}

func (c *counting) PrepareContext(context.Context, string) (driver.Stmt, error) {
	c.prepared++
	return countingStmt{of: c}, nil
}

func (c *counting) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	c.asText++
	return driver.RowsAffected(0), nil
}

func (s countingStmt) ExecContext(context.Context, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(0), nil
}

func (s countingStmt) Close() error {
	s.of.prepared--
	return nil
}

// Whoever may send documents of his own decides about the text of statements.
func TestStatementsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	under := &counting{}
	c := &preparedConn{Conn: under, sights: 1, known: map[string]*prepared{}}
	exec := func(size, n int) {
		t.Helper()
		for i := range n {
			if _, err := c.ExecContext(t.Context(), fmt.Sprint("SELECT ", i, " ", strings.Repeat("x", size)), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	exec(50_000, 100)
	if under.prepared > maxText/50_000 || c.text > maxText || len(c.known) != under.prepared {
		t.Errorf("%d statements with %d bytes are prepared, %d known", under.prepared, c.text, len(c.known))
	}
	exec(100, 1000)
	if under.prepared != maxStatements || under.asText != 0 {
		t.Errorf("%d small statements are prepared, %d were run as text", under.prepared, under.asText)
	}
	exec(maxOne, 10)
	if under.prepared != maxStatements || under.asText != 10 {
		t.Errorf("%d statements are prepared behind large ones, %d were run as text", under.prepared, under.asText)
	}
	for query := range c.known {
		_ = c.forget(query)
	}
	if c.text != 0 || under.prepared != 0 {
		t.Errorf("%d bytes and %d statements are left", c.text, under.prepared)
	}
}
