package dialogue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/eventlog"
)

// statsReader reads figures into a tally. Nothing is fetched row by row: the database counts, whatever the range is. Threads are
// found by their last activity, which is never before what is counted of them.
type statsReader struct {
	ctx       context.Context
	client    *ent.Client
	workspace string
	span      span
	tally     *tally
}

// args are $1 to $3, and $4 if the figures are those of one agent.
func (r *statsReader) args() []any {
	args := []any{r.workspace, int64(r.span.from), int64(r.span.to)}
	if r.span.agentID != nil {
		args = append(args, *r.span.agentID)
	}
	return args
}

// threads is the condition on the threads that may count; of is how the statement calls them.
func (r *statsReader) threads(of string) string {
	where := fmt.Sprintf("%[1]s.workspace_id = $1 AND %[1]s.last_activity_at >= $2 AND %[1]s.erased_at IS NULL", of)
	if r.span.agentID != nil {
		where += " AND " + of + ".agent_id = $4"
	}
	return where
}

// scan runs a query of which each row begins with a day and an agent.
func (r *statsReader) scan(query string, more func() []any, add func(c *cell)) error {
	err := eventlog.Scan(r.ctx, r.client, query, r.args(), func(row eventlog.Row) error {
		var day int64
		var agentID string
		if err := row.Scan(append([]any{&day, &agentID}, more()...)...); err != nil {
			return err
		}
		r.tally.each(dateOf(day), agentID, add)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count figures: %w", err)
	}
	return nil
}

// moments are the columns of a thread that say when something first happened, with the figure that counts it.
var moments = []struct {
	column string
	figure func(*cell) *int64
}{
	{"created_at", func(c *cell) *int64 { return &c.Dialogues }},
	{"success_at", func(c *cell) *int64 { return &c.Successes }},
	{"contact_at", func(c *cell) *int64 { return &c.Contacts }},
	{"interest_at", func(c *cell) *int64 { return &c.Interests }},
	{"operator_at", func(c *cell) *int64 { return &c.OperatorsAsked }},
	{"taken_over_at", func(c *cell) *int64 { return &c.TakenOver }},
	{"closed_at", func(c *cell) *int64 { return &c.ClosedOnes }},
}

func (r *statsReader) outcomes() error {
	parts := make([]string, len(moments))
	for i, m := range moments {
		parts[i] = fmt.Sprintf("SELECT t.agent_id, t.%[1]s AS at, %[2]d AS moment FROM threads t WHERE %[3]s AND t.%[1]s >= $2 AND t.%[1]s < $3",
			m.column, i, r.threads("t"))
	}
	query := fmt.Sprintf("SELECT %s, x.agent_id, x.moment, COUNT(*) FROM (%s) x GROUP BY 1, 2, 3", dayOf("x.at", r.span), strings.Join(parts, " UNION ALL "))
	var moment int
	var n int64
	return r.scan(query, func() []any { return []any{&moment, &n} }, func(c *cell) { *moments[moment].figure(c) += n })
}

func (r *statsReader) messages() error {
	query := fmt.Sprintf(`SELECT %s, t.agent_id, m.author, COUNT(*) FROM threads t JOIN messages m ON m.thread_id = t.id AND m.workspace_id = t.workspace_id
		WHERE %s AND m.created_at >= $2 AND m.created_at < $3 GROUP BY 1, 2, 3`, dayOf("m.created_at", r.span), r.threads("t"))
	var author message.Author
	var n int64
	return r.scan(query, func() []any { return []any{&author, &n} }, func(c *cell) {
		switch author {
		case message.AuthorCUSTOMER:
			c.CustomerMessages += n
		case message.AuthorAGENT:
			c.AgentMessages += n
		case message.AuthorOPERATOR:
			c.OperatorMessages += n
		}
	})
}

// responsesSQL cuts each thread into blocks that end with an answer, and takes of each the time from the customer's first message
// to it. The answer to the very first message of a thread is told apart.
const responsesSQL = `WITH m AS (
	SELECT m.thread_id, t.agent_id, m.sequence, m.author, m.created_at,
		COALESCE(SUM(CASE WHEN m.author IN ('AGENT', 'OPERATOR') THEN 1 ELSE 0 END) OVER (
			PARTITION BY m.thread_id ORDER BY m.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS block
	FROM threads t JOIN messages m ON m.thread_id = t.id AND m.workspace_id = t.workspace_id
	WHERE %[1]s AND m.created_at >= $2 - %[2]d AND m.created_at < $3
), b AS (
	SELECT thread_id, agent_id, MIN(CASE WHEN author = 'CUSTOMER' THEN sequence END) AS asked_sequence,
		MIN(CASE WHEN author = 'CUSTOMER' THEN created_at END) AS asked,
		MAX(CASE WHEN author IN ('AGENT', 'OPERATOR') THEN created_at END) AS answered
	FROM m GROUP BY thread_id, agent_id, block
), a AS (
	SELECT agent_id, answered, answered - asked AS took, CASE WHEN EXISTS (
		SELECT 1 FROM messages p WHERE p.thread_id = b.thread_id AND p.workspace_id = $1 AND p.author = 'CUSTOMER' AND p.sequence < b.asked_sequence
	) THEN 0 ELSE 1 END AS is_first
	FROM b WHERE asked IS NOT NULL AND answered >= $2 AND answered - asked <= %[2]d
)
SELECT %[3]s, a.agent_id, a.is_first, %[4]s, COUNT(*) FROM a GROUP BY 1, 2, 3, 4`

func (r *statsReader) responses() error {
	query := fmt.Sprintf(responsesSQL, r.threads("t"), answeredWithin.Milliseconds(), dayOf("a.answered", r.span), roundedSQL("a.took"))
	var first int
	var took, n int64
	return r.scan(query, func() []any { return []any{&first, &took, &n} }, func(c *cell) {
		c.every[took] += n
		if first == 1 {
			c.first[took] += n
		}
	})
}

// roundedSQL rounds milliseconds down, by at most 5 %, so that there are few values to count.
func roundedSQL(column string) string {
	var b strings.Builder
	b.WriteString("CASE")
	for top := int64(100); top <= 1_000_000_000; top *= 10 { // more than answeredWithin
		fmt.Fprintf(&b, " WHEN %[1]s < %[2]d THEN %[1]s / %[3]d * %[3]d", column, top, top/100)
		fmt.Fprintf(&b, " WHEN %[1]s < %[2]d THEN %[1]s / %[3]d * %[3]d", column, 2*top, top/20)
	}
	return b.String() + " ELSE " + column + " END"
}

// dayOf is the number of the day of a moment in SQL, counted from 1970 in the span's zone. The zone's offset changes a few times
// within a span.
func dayOf(column string, sp span) string {
	type change struct{ before, offset int64 }
	var changes []change
	at := sp.from.Add(-24 * time.Hour).Time().In(sp.zone)
	for {
		_, end := at.ZoneBounds()
		_, offset := at.Zone()
		if end.IsZero() || ms.Of(end) > sp.to {
			changes = append(changes, change{0, int64(offset) * 1000})
			break
		}
		changes = append(changes, change{end.UnixMilli(), int64(offset) * 1000})
		at = end
	}
	offset := fmt.Sprint(changes[len(changes)-1].offset)
	if len(changes) > 1 {
		var b strings.Builder
		b.WriteString("CASE")
		for _, c := range changes[:len(changes)-1] {
			fmt.Fprintf(&b, " WHEN %s < %d THEN %d", column, c.before, c.offset)
		}
		offset = b.String() + " ELSE " + offset + " END"
	}
	return fmt.Sprintf("(%s + %s) / 86400000", column, offset)
}

func dateOf(day int64) string { return time.UnixMilli(day * 86400000).UTC().Format(time.DateOnly) }
