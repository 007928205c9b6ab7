package eventlog

import (
	"strconv"
	"strings"

	"parley/ent"
)

// statement is SQL while it is written, with numbered parameters.
type statement struct {
	text strings.Builder
	args []any
}

func (w *statement) add(text string) *statement {
	w.text.WriteString(text)
	return w
}

func (w *statement) arg(v any) *statement {
	w.args = append(w.args, v)
	w.text.WriteString("$" + strconv.Itoa(len(w.args)))
	return w
}

// row writes a row of values.
func (w *statement) row(values []any) *statement {
	for i, v := range values {
		w.add([]string{`(`, `, `}[min(i, 1)]).arg(v)
	}
	return w.add(`)`)
}

// event writes the values of the event with that place in a list. The first one's have types, which Postgres wants to know
// of a list that stands alone.
func (w *statement) event(place int, row *ent.Event, position int64) {
	if place > 0 {
		w.add(`, `)
	}
	values := []any{row.ID, row.WorkspaceID, row.CreatedAt, row.Shard, position, row.ThreadID, row.Sequence, row.Type, string(row.Data), row.Body, row.Traceparent}
	types := []string{"text", "text", "bigint", "bigint", "bigint", "text", "bigint", "text", "text", "text", "text"}
	for i, v := range values {
		w.add([]string{`(`, `, `}[min(i, 1)])
		if place > 0 {
			w.arg(v)
		} else {
			w.add(`CAST(`).arg(v).add(` AS ` + types[i] + `)`)
		}
	}
	w.add(`)`)
}

// values writes the values of an event whose position is that expression.
func (w *statement) values(row *ent.Event, position string) {
	w.arg(row.ID).add(`, `).arg(row.WorkspaceID).add(`, `).arg(row.CreatedAt).add(`, `).arg(row.Shard).add(`, ` + position + `, `)
	w.arg(row.ThreadID).add(`, `).arg(row.Sequence).add(`, `).arg(row.Type).add(`, `).arg(string(row.Data)).add(`, `).arg(row.Body).add(`, `).arg(row.Traceparent)
}

// append writes a waiting statement of Postgres behind others, its parameters counted on.
func (w *statement) append(query string, args []any) {
	offset := len(w.args)
	for {
		before, after, found := strings.Cut(query, "$")
		w.add(before)
		if !found {
			break
		}
		digits := 0
		for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' {
			digits++
		}
		n, _ := strconv.Atoi(after[:digits])
		w.add("$" + strconv.Itoa(offset+n))
		query = after[digits:]
	}
	w.args = append(w.args, args...)
}

// provided writes the conditions of a thread, each behind an AND.
func (w *statement) provided(t *Thread) *statement {
	for _, c := range t.conditions {
		w.add(` AND `)
		for i, part := range strings.Split(c.query, "?") {
			if i > 0 {
				w.arg(c.args[i-1])
			}
			w.add(part)
		}
	}
	return w
}
