package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/relay"
	"parley/ent/thread"
	"parley/eventlog"
)

// exportPage is how many rows are read at once. A message has up to 64 kB, so this bounds the memory of a download.
const exportPage = 200

// csvColumns are the columns of a list of threads, described in docs/exports.md.
var csvColumns = []string{
	"thread_id", "external_id", "customer_id", "customer_external_id", "customer_name", "customer_email", "customer_phone",
	"agent_id", "agent_name", "channel", "status", "success", "contact", "interest", "closed", "operator", "is_bot", "tags",
	"message_count", "last_message_at", "created_at", "metadata",
}

// writeThreads writes a list of threads as CSV, page by page through the filter and order of `threads`.
func (e *exports) writeThreads(ctx context.Context, d *download, where *ent.ThreadWhereInput, order *ent.ThreadOrder) error {
	writeCSV(d, csvColumns)
	var last *ent.Thread
	for {
		rows, err := within(ctx, e, func(ctx context.Context) ([]*ent.Thread, error) { return e.threadsAfter(ctx, last, where, order) })
		if err != nil {
			return err
		}
		for _, t := range rows {
			writeCSV(d, csvCells(t))
		}
		if err := d.pageDone(); err != nil {
			return err
		}
		if len(rows) < exportPage {
			return nil
		}
		last = rows[len(rows)-1]
	}
}

// threadsAfter reads a page of threads behind the last one of the page before, with all that a line needs. What the
// threads have in common is read in one statement each.
func (e *exports) threadsAfter(ctx context.Context, last *ent.Thread, where *ent.ThreadWhereInput, order *ent.ThreadOrder) ([]*ent.Thread, error) {
	q, err := where.Filter(e.resolver.client.Thread.Query().WithAgent().WithCustomer().WithTags())
	if err != nil {
		return nil, err
	}
	column := orderColumns[order.Field.String()]
	way, beyond := sql.Asc, sql.CompositeGT
	if order.Direction == relay.OrderDirectionDesc {
		way, beyond = sql.Desc, sql.CompositeLT
	}
	if last != nil {
		value, err := order.Field.Value(last)
		if err != nil {
			return nil, fmt.Errorf("go on behind %s: %w", last.ID, err)
		}
		q.Where(func(s *sql.Selector) {
			s.Where(beyond([]string{s.C(column), s.C(thread.FieldID)}, value, last.ID))
		})
	}
	q.Order(func(s *sql.Selector) { s.OrderBy(way(s.C(column)), way(s.C(thread.FieldID))) })
	return q.Limit(exportPage).All(ctx)
}

// orderColumns are the columns behind the values of ThreadOrderField.
var orderColumns = map[string]string{
	ent.ThreadOrderFieldCreatedAt.String():      thread.FieldCreatedAt,
	ent.ThreadOrderFieldLastActivityAt.String(): thread.FieldLastActivityAt,
	ent.ThreadOrderFieldMessageCount.String():   thread.FieldMessageCount,
	ent.ThreadOrderFieldWaitingSince.String():   thread.FieldWaitingSince,
}

// systemFields are the facts about a thread that webhooks carry; its tags must be loaded.
func systemFields(t *ent.Thread) eventlog.Dialogue {
	names := []string{}
	for _, tag := range byName(t.Edges.Tags) {
		names = append(names, tag.Name)
	}
	return eventlog.DialogueOf(t, names)
}

// csvCells are the cells of a thread, in the order of csvColumns.
func csvCells(t *ent.Thread) []string {
	f, customer := systemFields(t), t.Edges.Customer
	return []string{
		f.ThreadID, textOf(f.ExternalID), f.CustomerID, textOf(customer.ExternalID), customer.Name, customer.Email, customer.Phone,
		f.AgentID, t.Edges.Agent.Name, f.Channel, f.Status, strconv.FormatBool(f.Success), string(f.Contact),
		strconv.FormatBool(f.Interest), strconv.FormatBool(f.Closed), strconv.FormatBool(f.Operator), strconv.FormatBool(f.IsBot),
		strings.Join(f.Tags, " "), strconv.Itoa(f.MessageCount), timeOrEmpty(f.LastMessageAt), t.CreatedAt.String(), string(f.Metadata),
	}
}

func timeOrEmpty(t *ms.Time) string {
	if t == nil {
		return ""
	}
	return t.String()
}

// writeCSV writes a line by RFC 4180. Package encoding/csv is not used because it changes line breaks inside of cells.
func writeCSV(d *download, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			d.WriteByte(',')
		}
		cell = plainCell(cell)
		if strings.ContainsAny(cell, "\",\r\n") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		d.WriteString(cell)
	}
	d.WriteString("\r\n")
}

// plainCell keeps spreadsheets from taking a cell for a formula, which might send off what is in the file.
func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
