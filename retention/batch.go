package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"parley/ent"
	"parley/eventlog"
)

// rows counts deleted rows by their tables.
type rows map[string]int

func (r rows) add(others rows) {
	for table, n := range others {
		r[table] += n
	}
}

// write runs verb in one transaction and adds what it has deleted.
func (s *Service) write(ctx context.Context, gone rows, verb func(context.Context, *eventlog.Tx, rows) error) error {
	var some rows
	err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		some = rows{} // it may be run again
		return verb(ctx, tx, some)
	})
	if err == nil {
		gone.add(some)
	}
	return err
}

// drop deletes up to limit rows of a table that match, and counts them.
func (s *Service) drop(ctx context.Context, tx *eventlog.Tx, gone rows, table, where string, limit int, args ...any) (int, error) {
	query := fmt.Sprintf(`DELETE FROM %[1]s WHERE id IN (SELECT id FROM %[1]s WHERE %[2]s LIMIT %[3]d)`, table, where, limit)
	n, err := s.exec(ctx, tx, query, args...)
	gone[table] += n
	return n, err
}

// exec runs a statement of the transaction and returns how many rows it has touched.
func (s *Service) exec(ctx context.Context, tx *eventlog.Tx, query string, args ...any) (int, error) {
	done, err := tx.Client().ExecContext(ctx, s.sql(query), args...)
	if err != nil {
		return 0, fmt.Errorf("%.60s: %w", query, err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// scan runs a query and calls each for every row.
func (s *Service) scan(ctx context.Context, client *ent.Client, query string, args []any, each func(eventlog.Row) error) error {
	if err := eventlog.Scan(ctx, client, s.sql(query), args, each); err != nil {
		return fmt.Errorf("%.60s: %w", query, err)
	}
	return nil
}

// ids runs a query that finds ids.
func (s *Service) ids(ctx context.Context, client *ent.Client, query string, args ...any) (list []string, err error) {
	err = s.scan(ctx, client, query, args, func(row eventlog.Row) error {
		var id string
		err := row.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}

// sql fills in a statement: {in N} stands for one of the list that is parameter N, {lock} for locking what is read, {lock beside} for that
// beside others who insert what refers to it, {now} for the time of the database. {+} before a column keeps SQLite, which has no
// statistics, from taking an index of the workspace for a better one than that of a list of keys.
func (s *Service) sql(query string) string {
	lock, beside, plus, in, end := "", "", "+", "IN (SELECT value FROM json_each($", "))"
	if s.log.Postgres() {
		lock, beside, plus, in, end = "FOR UPDATE", "FOR NO KEY UPDATE", "", "= ANY ($", "::text[])"
	}
	query = strings.NewReplacer("{lock}", lock, "{lock beside}", beside, "{now}", s.log.NowSQL(), "{+}", plus).Replace(query)
	for {
		before, after, found := strings.Cut(query, "{in ")
		if !found {
			return query
		}
		number, rest, _ := strings.Cut(after, "}")
		query = before + in + number + end + rest
	}
}

// list makes a parameter of ids.
func (s *Service) list(ids []string) any {
	if s.log.Postgres() {
		return pq.Array(ids)
	}
	if ids == nil {
		ids = []string{}
	}
	text, err := json.Marshal(ids)
	if err != nil {
		panic(err) // strings always can be
	}
	return string(text)
}
