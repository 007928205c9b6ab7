package storage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// TestStatementsAreKeptPrepared runs statements again and again as text, through everything that may come between.
func TestStatementsAreKeptPrepared(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := viewer.SystemContext(t.Context(), "migrate")
		conn, err := db.SQL.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := conn.ExecContext(ctx, query, args...); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		count := func() (n int) {
			t.Helper()
			if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM numbers WHERE n >= $1`, 0).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		exec(`CREATE TABLE numbers (n bigint PRIMARY KEY)`)
		for n := range 3 {
			exec(`INSERT INTO numbers (n) VALUES ($1)`, n)
		}
		for range 3 { // a statement that fails is good again
			if _, err := conn.ExecContext(ctx, `INSERT INTO numbers (n) VALUES ($1)`, 1); err == nil {
				t.Error("a number was stored twice")
			}
		}
		exec(`INSERT INTO numbers (n) VALUES ($1)`, 3)
		for i := range 300 { // more texts than are kept
			exec(fmt.Sprintf(`UPDATE numbers SET n = n + 0 WHERE n = %d`, i))
		}
		if got := count(); got != 4 {
			t.Errorf("%d numbers", got)
		}
		exec(`ALTER TABLE numbers ADD COLUMN text text`)
		exec(`INSERT INTO numbers (n) VALUES ($1)`, 4)
		if got := count(); got != 5 {
			t.Errorf("%d numbers after the table changed", got)
		}
		if db.Dialect == dialect.Postgres {
			var kept int
			if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_prepared_statements`).Scan(&kept); err != nil || kept == 0 || kept > 250 {
				t.Errorf("%d statements are kept, %v", kept, err)
			}
		}
	})
}

// TestAStatementRunsWhileItsRowsAreRead is about SQLite, which lets them overlap in one transaction.
func TestAStatementRunsWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	db := storagetest.Open(t, storagetest.SQLite(t))
	ctx := viewer.SystemContext(t.Context(), "migrate")
	tx, err := db.SQL.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	const query = `SELECT 1 UNION SELECT 2 UNION SELECT $1`
	read := func(inner func()) (sum int) {
		rows, err := tx.QueryContext(ctx, query, 3)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			sum += n
			inner()
		}
		return sum
	}
	if got := read(func() {
		if got := read(func() {}); got != 6 {
			t.Errorf("inside %d", got)
		}
	}); got != 6 {
		t.Errorf("outside %d", got)
	}
}

// TestACancelledStatementHarmsNoOther cancels statements, and runs others on the same pool at once.
func TestACancelledStatementHarmsNoOther(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := viewer.SystemContext(t.Context(), "migrate")
		long := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT COUNT(*) FROM n`
		for range 10 {
			short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			var n int
			if err := db.SQL.QueryRowContext(short, long, 100_000_000).Scan(&n); err == nil {
				t.Error("it was not cancelled")
			}
			cancel()
			if err := db.SQL.QueryRowContext(ctx, `SELECT $1 + 1`, 1).Scan(&n); err != nil || n != 2 {
				t.Errorf("the next one: %d, %v", n, err)
			}
		}
	})
}

func TestPreparedStatementsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	address := storagetest.Postgres(t)
	db := storagetest.Open(t, address+"&prepared_statements=off")
	var kept int
	for range 3 {
		if err := db.SQL.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_prepared_statements WHERE $1 = 1`, 1).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("%d statements are kept, %v", kept, err)
		}
	}
	_, err := storage.Open(t.Context(), address+"&prepared_statements=maybe", storage.Options{})
	if err == nil || !strings.Contains(err.Error(), "prepared_statements") {
		t.Errorf("a wrong setting: %v", err)
	}
}
