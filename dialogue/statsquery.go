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

// statsReader reads figures into a tally. Threads are found by their last activity, which is never before what is counted of them.
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

// messagesSQL reads what was said, in order within each thread, from answeredWithin before the range on: what was asked then may be
// answered in it. The third column says whether the customer had written before. Windows of SQL would count answers too, in
// three times the time.
const messagesSQL = `SELECT m.thread_id, t.agent_id, CASE WHEN t.created_at >= %[2]d THEN 0 ELSE (SELECT COUNT(*) FROM (
		SELECT 1 FROM messages p WHERE p.thread_id = t.id AND p.workspace_id = $1 AND p.author = 'CUSTOMER' AND p.created_at < %[2]d LIMIT 1) x) END,
	m.author, m.created_at
	FROM threads t JOIN messages m ON m.thread_id = t.id AND m.workspace_id = t.workspace_id
	WHERE %[1]s AND t.created_at < $3 AND m.created_at >= %[2]d AND m.created_at < $3 ORDER BY m.thread_id, m.sequence`

// asking is where the customer of a thread stands.
type asking struct {
	threadID string
	written  bool    // whether the customer has written anything
	since    ms.Time // of the first message that waits for an answer; 0 if none does
	first    bool    // whether that is the customer's very first
}

// messages counts what was said, and how long customers waited for answers. Rows pass by one at a time.
func (r *statsReader) messages() error {
	query := fmt.Sprintf(messagesSQL, r.threads("t"), r.span.from.Add(-answeredWithin))
	days := days{zone: r.span.zone}
	var at asking
	err := eventlog.Scan(r.ctx, r.client, query, r.args(), func(row eventlog.Row) error {
		var threadID, agentID string
		var written int64
		var author message.Author
		var when ms.Time
		if err := row.Scan(&threadID, &agentID, &written, &author, &when); err != nil {
			return err
		}
		if threadID != at.threadID {
			at = asking{threadID: threadID, written: written > 0}
		}
		took, first := at.hear(author, when)
		if when >= r.span.from {
			r.tally.each(days.of(when), agentID, func(c *cell) { c.heard(author, took, first) })
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	return nil
}

// hear goes on to the next message of the thread. For an answer it returns how long the customer waited, and whether it answers
// the very first message; for others -1.
func (a *asking) hear(author message.Author, when ms.Time) (took int64, first bool) {
	switch author {
	case message.AuthorCUSTOMER:
		if a.since == 0 {
			a.since, a.first = when, !a.written
		}
		a.written = true
	case message.AuthorAGENT, message.AuthorOPERATOR:
		since := a.since
		a.since = 0
		if since != 0 && when.Sub(since) <= answeredWithin {
			return int64(when - since), a.first
		}
	}
	return -1, false
}

// heard counts a message, and the time that it took if it is an answer.
func (c *cell) heard(author message.Author, took int64, first bool) {
	switch author {
	case message.AuthorCUSTOMER:
		c.CustomerMessages++
	case message.AuthorAGENT:
		c.AgentMessages++
	case message.AuthorOPERATOR:
		c.OperatorMessages++
	}
	if took < 0 {
		return
	}
	took = rounded(took)
	c.every[took]++
	if first {
		c.first[took]++
	}
}

// rounded rounds milliseconds down, by at most 5 %, so that there are few values to count.
func rounded(took int64) int64 {
	for top := int64(100); ; top *= 10 {
		switch {
		case took < top:
			return took - took%(top/100)
		case took < 2*top:
			return took - took%(top/20)
		}
	}
}

// days names the days of moments in a zone, each once.
type days struct {
	zone  *time.Location
	names map[int64]string
}

func (d *days) of(when ms.Time) string {
	_, offset := time.UnixMilli(int64(when)).In(d.zone).Zone()
	day := (int64(when) + int64(offset)*1000) / 86400000
	if d.names[day] == "" {
		if d.names == nil {
			d.names = map[int64]string{}
		}
		d.names[day] = dateOf(day)
	}
	return d.names[day]
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
