package dialogue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/invalid"
)

// Usage is a sum of what models used, in tokens. What was dropped before it became a message counts: it was paid for.
type Usage struct {
	Steps                           int64
	Input, Cached, Output, Thinking int64
}

// UsageDimension is something that usage can be summed up by.
type UsageDimension string

// The dimensions.
const (
	UsageByDay    UsageDimension = "DAY" // in UTC
	UsageByAgent  UsageDimension = "AGENT"
	UsageByModel  UsageDimension = "MODEL"
	UsageByThread UsageDimension = "THREAD"
	UsageByDryRun UsageDimension = "DRY_RUN" // dry runs, and all else
)

// Bounds of UsageQuery.
const (
	DefaultUsageRows  = 50
	MaxUsageRows      = 250
	DefaultUsageRange = 30 * 24 * time.Hour
	MaxUsageRange     = 366 * 24 * time.Hour
)

// UsageQuery asks for sums of usage. The zero value asks for one sum over the last 30 days.
type UsageQuery struct {
	// From and To bound when steps were stored: From is in the range, To is not. Without To the range goes on until
	// now; without From it begins DefaultUsageRange before its end. It may be as long as MaxUsageRange.
	From, To *ms.Time
	// AgentID and ThreadID leave out all others, if set. An unknown one leaves nothing. Dry runs have no thread.
	AgentID, ThreadID *string
	// By is what is told apart; nothing means one sum of all.
	By []UsageDimension
	// First is how many rows are wanted, at most MaxUsageRows; nil means DefaultUsageRows.
	First *int
	// Costs asks what it cost, too: two more statements.
	Costs bool

	day string // what UsageByDay is in SQL; empty means the day in UTC
}

// UsageRow is one sum. Fields that were not asked for by UsageQuery.By are empty.
type UsageRow struct {
	Usage
	Day      string // YYYY-MM-DD
	AgentID  string
	Model    string // `provider/model`
	ThreadID string // empty for dry runs and for threads that were erased
	DryRun   bool
	Cost     *Cost // nil unless UsageQuery.Costs, and when some model has no price
}

// usageColumns are what a dimension is read and grouped by, in SQL that both databases know. Times are milliseconds, so
// that a day is a division of whole numbers.
var usageColumns = map[UsageDimension][]string{
	UsageByDay:    {"s.created_at / 86400000"},
	UsageByAgent:  {"s.agent_id"},
	UsageByModel:  {"s.provider", "s.model"},
	UsageByThread: {"s.thread_id"},
	UsageByDryRun: {"s.dry_run"},
}

const usageSums = `CAST(SUM(s.steps) AS BIGINT), CAST(SUM(s.input_tokens) AS BIGINT), CAST(SUM(s.cached_tokens) AS BIGINT),
	CAST(SUM(s.output_tokens) AS BIGINT), CAST(SUM(s.thinking_tokens) AS BIGINT)`

func (u *Usage) fields() []any { return []any{&u.Steps, &u.Input, &u.Cached, &u.Output, &u.Thinking} }

// Usage sums up what models used in the viewer's workspace: the largest sums of input and output
// first, equal ones in the order of their keys. Where there was nothing there is no row. The error is an *invalid.Error
// for a range or a number of rows out of bounds.
func (s *Service) Usage(ctx context.Context, q UsageQuery) ([]UsageRow, error) {
	from, to, first, err := q.bounds(ms.Now())
	if err != nil {
		return nil, err
	}
	return s.usageRows(ctx, q, from, to, first)
}

// usageRows answers a query that is checked.
func (s *Service) usageRows(ctx context.Context, q UsageQuery, from, to ms.Time, first int) ([]UsageRow, error) {
	v, _ := viewer.FromContext(ctx)
	u := q.source(v.Workspace, from, to)
	keys, columns := q.columns()
	selected, group, order := "", "", ""
	if len(columns) > 0 {
		list := strings.Join(columns, ", ")
		selected, group, order = list+", ", " GROUP BY "+list, ", "+list
	}
	query := fmt.Sprintf("SELECT %s%s FROM %s WHERE %s%s HAVING COUNT(*) > 0 ORDER BY SUM(s.input_tokens) + SUM(s.output_tokens) DESC%s LIMIT %d",
		selected, usageSums, u.tables, u.where, group, order, first)
	var found []UsageRow
	err := readUsage(ctx, s.log.Client(), query, u.args, func(scan func(...any) error) error {
		var k usageKey
		var sum Usage
		err := scan(append(k.fields(keys), sum.fields()...)...)
		row := k.row(keys)
		row.Usage = sum
		found = append(found, row)
		return err
	})
	if err == nil && q.Costs {
		err = s.addCosts(ctx, found, u, q)
	}
	return found, err
}

// usageKey is what tells a row from others, as it is read.
type usageKey struct {
	day, dryRun                      int64
	agentID, provider, model, thread string
}

// fields are where the columns of some dimensions go.
func (k *usageKey) fields(keys []UsageDimension) (fields []any) {
	to := map[UsageDimension][]any{
		UsageByDay: {&k.day}, UsageByAgent: {&k.agentID}, UsageByModel: {&k.provider, &k.model}, UsageByThread: {&k.thread},
		UsageByDryRun: {&k.dryRun},
	}
	for _, key := range keys {
		fields = append(fields, to[key]...)
	}
	return fields
}

// row is a row of these dimensions, without its sum.
func (k *usageKey) row(keys []UsageDimension) UsageRow {
	row := UsageRow{AgentID: k.agentID, ThreadID: k.thread, DryRun: k.dryRun == 1}
	if slices.Contains(keys, UsageByDay) {
		row.Day = time.UnixMilli(k.day * 86400000).UTC().Format(time.DateOnly)
	}
	if slices.Contains(keys, UsageByModel) {
		row.Model = k.provider + "/" + k.model
	}
	return row
}

// bounds checks a query and fills in what was not given.
func (q UsageQuery) bounds(now ms.Time) (from, to ms.Time, first int, err error) {
	end := now
	to, first = math.MaxInt64, DefaultUsageRows // without an end: the database's clock may be ahead of this one
	if q.To != nil {
		end, to = *q.To, *q.To
	}
	from = end.Add(-DefaultUsageRange)
	if q.From != nil {
		from = *q.From
	}
	if q.First != nil {
		first = *q.First
	}
	var bad invalid.Error
	bad.Check(from < end, "from", "must be before the end of the range")
	bad.Check(end < from || end-from <= ms.Time(MaxUsageRange.Milliseconds()), "from", "must be at most %d days before the end of the range",
		int(MaxUsageRange.Hours()/24))
	bad.Check(first >= 1 && first <= MaxUsageRows, "first", "must be from 1 to %d", MaxUsageRows)
	for _, key := range q.By {
		bad.Check(usageColumns[key] != nil, "groupBy", "has the unknown entry %q", key)
	}
	return from, to, first, bad.Err()
}

// columns returns the dimensions, each once, and the SQL to select, to group and to order by them.
func (q UsageQuery) columns() (keys []UsageDimension, columns []string) {
	for _, key := range q.By {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
			if key == UsageByDay && q.day != "" {
				columns = append(columns, q.day)
				continue
			}
			columns = append(columns, usageColumns[key]...)
		}
	}
	return keys, columns
}

// UsageOf sums up what models used in each of some threads of the viewer's workspace, in one statement. Threads for
// which no model was asked are not in the result.
func (s *Service) UsageOf(ctx context.Context, threadIDs []string) (map[string]Usage, error) {
	sums := map[string]Usage{}
	if len(threadIDs) == 0 {
		return sums, nil
	}
	u := stepsOf(ctx, threadIDs)
	query := fmt.Sprintf(`SELECT s.thread_id, %s FROM %s WHERE %s GROUP BY s.thread_id`, usageSums, u.tables, u.where)
	err := readUsage(ctx, s.log.Client(), query, u.args, func(scan func(...any) error) error {
		var threadID string
		var sum Usage
		err := scan(append([]any{&threadID}, sum.fields()...)...)
		sums[threadID] = sum
		return err
	})
	return sums, err
}

// stepsOf are the steps of some threads of the viewer's workspace.
func stepsOf(ctx context.Context, threadIDs []string) usageSource {
	v, _ := viewer.FromContext(ctx)
	u := usageSource{where: "s.workspace_id = $1", args: []any{v.Workspace}}
	u.in("s.thread_id", threadIDs)
	u.tables, u.where = `(SELECT s.*, 1 AS steps FROM "steps" s WHERE `+u.where+") s", "1 = 1"
	return u
}

// readUsage runs a statement and hands each row to read.
func readUsage(ctx context.Context, client *ent.Client, query string, args []any, read func(scan func(...any) error) error) error {
	rows, err := client.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("sum up usage: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return fmt.Errorf("sum up usage: %w", err)
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
