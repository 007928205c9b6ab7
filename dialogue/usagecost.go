package dialogue

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/ent/ms"
)

// usageSource is which steps are summed up, in SQL: tables and condition, with the values in it.
type usageSource struct {
	tables, where string
	args          []any
}

// source is what a query sums up: steps of threads, those of dry runs, and what is known of those of threads that were erased.
func (q UsageQuery) source(workspace string, from, to ms.Time) usageSource {
	const within = " WHERE s.workspace_id = $1 AND s.created_at >= $2 AND s.created_at < $3"
	const tokens = "s.created_at, s.provider, s.model, s.input_tokens, s.cached_tokens, s.output_tokens, s.thinking_tokens"
	u := usageSource{where: "1 = 1", args: []any{workspace, int64(from), int64(to)}}
	dry := "SELECT " + tokens + `, 1 AS steps, s.agent_id, '' AS thread_id, 1 AS dry_run FROM "test_usages" s` + within
	erased := "SELECT " + tokens + `, s.steps, s.agent_id, '' AS thread_id, 0 AS dry_run FROM "erased_usages" s` + within
	agentID, turns := "''", ""
	if q.AgentID != nil || slices.Contains(q.By, UsageByAgent) {
		agentID, turns = "t.agent_id", ` JOIN "turns" t ON t.id = s.turn_id AND t.workspace_id = s.workspace_id`
	}
	steps := "SELECT " + tokens + ", 1 AS steps, " + agentID + ` AS agent_id, s.thread_id, 0 AS dry_run FROM "steps" s` + turns + within
	if q.AgentID != nil {
		place := u.bind(*q.AgentID)
		steps += " AND t.agent_id = " + place
		dry, erased = dry+" AND s.agent_id = "+place, erased+" AND s.agent_id = "+place
	}
	if q.ThreadID != nil {
		u.tables = "(" + steps + " AND s.thread_id = " + u.bind(*q.ThreadID) + ") s"
	} else {
		u.tables = "(" + steps + " UNION ALL " + dry + " UNION ALL " + erased + ") s"
	}
	return u
}

// in narrows the source to rows with any of the values in a column.
func (u *usageSource) in(column string, values []string) {
	places := make([]string, len(values))
	for i, value := range values {
		places[i] = u.bind(value)
	}
	u.where += fmt.Sprintf(" AND %s IN (%s)", column, strings.Join(places, ", "))
}

// bind adds a value and returns its place.
func (u *usageSource) bind(value any) string {
	u.args = append(u.args, value)
	return fmt.Sprintf("$%d", len(u.args))
}

// costSums are the sums that costs are reckoned from. What a provider had cached counts up to what was read, in each step.
const costSums = `CAST(SUM(s.input_tokens) AS BIGINT), CAST(SUM(s.output_tokens) AS BIGINT),
	CAST(SUM(CASE WHEN s.cached_tokens < s.input_tokens THEN s.cached_tokens ELSE s.input_tokens END) AS BIGINT)`

// costs sums up what the steps of u cost, for each of the keys that columns give, in one statement. Row returns where a
// row's columns go, and the key that they make. A key of which some step has no price has a nil cost.
func costs[K comparable](ctx context.Context, s *Service, p *Prices, u usageSource, columns []string, row func() (fields []any, key func() K)) (map[K]*Cost, error) {
	u.args = slices.Clone(u.args)
	// Between two changes of prices each model has one price, so that steps can be summed up before they are reckoned.
	changes, period := p.changes(), "0"
	if len(changes) > 0 {
		var b strings.Builder
		b.WriteString("CASE")
		for i, at := range changes {
			fmt.Fprintf(&b, " WHEN s.created_at < %s THEN %d", u.bind(int64(at)), i)
		}
		fmt.Fprintf(&b, " ELSE %d END", len(changes))
		period = b.String()
	}
	columns = append(slices.Clone(columns), "s.provider", "s.model", period)
	places := make([]string, len(columns))
	for i := range columns {
		places[i] = fmt.Sprint(i + 1)
	}
	query := fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s GROUP BY %s", strings.Join(columns, ", "), costSums, u.tables, u.where, strings.Join(places, ", "))
	sums := map[K]*Cost{}
	err := readUsage(ctx, s.log.Client(), query, u.args, func(scan func(...any) error) error {
		var provider, name string
		var number int
		var used Usage
		fields, key := row()
		if err := scan(append(fields, &provider, &name, &number, &used.Input, &used.Output, &used.Cached)...); err != nil {
			return err
		}
		at := ms.Time(0)
		if number > 0 {
			at = changes[number-1]
		}
		sum, known := sums[key()]
		if !known {
			sum = p.nothing()
		}
		sums[key()] = sum.plus(p.Cost(provider+"/"+name, at, used))
		return nil
	})
	return sums, err
}

// addCosts sets the costs of rows that were summed up from u by keys.
func (s *Service) addCosts(ctx context.Context, rows []UsageRow, u usageSource, q UsageQuery) error {
	p, err := s.Prices(ctx)
	if err != nil || len(p.all) == 0 || len(rows) == 0 {
		return err
	}
	keys, columns := q.columns()
	if slices.Contains(keys, UsageByThread) { // there may be more threads than rows
		u.in("s.thread_id", each(rows, func(row UsageRow) string { return row.ThreadID }))
	}
	if slices.Contains(keys, UsageByAgent) {
		u.in("s.agent_id", each(rows, func(row UsageRow) string { return row.AgentID }))
	}
	sums, err := costs(ctx, s, p, u, columns, func() ([]any, func() UsageRow) {
		var k usageKey
		return k.fields(keys), func() UsageRow { return k.row(keys) }
	})
	if err != nil {
		return err
	}
	for i, row := range rows {
		row.Usage = Usage{}
		rows[i].Cost = sums[row]
	}
	return nil
}

// CostsOf sums up what models cost in each of some threads of the viewer's workspace. A cost is nil when some model of
// the thread has no price.
func (s *Service) CostsOf(ctx context.Context, threadIDs []string) (map[string]*Cost, error) {
	p, err := s.Prices(ctx)
	if err != nil || len(p.all) == 0 || len(threadIDs) == 0 {
		return nil, err
	}
	sums, err := costs(ctx, s, p, stepsOf(ctx, threadIDs), []string{"s.thread_id"}, func() ([]any, func() string) {
		var threadID string
		return []any{&threadID}, func() string { return threadID }
	})
	for _, threadID := range threadIDs {
		if _, asked := sums[threadID]; !asked && err == nil {
			sums[threadID] = p.nothing()
		}
	}
	return sums, err
}

// each returns one value of every row, each value once.
func each(rows []UsageRow, value func(UsageRow) string) []string {
	var values []string
	for _, row := range rows {
		values = append(values, value(row))
	}
	slices.Sort(values)
	return slices.Compact(values)
}
