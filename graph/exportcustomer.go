package graph

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/call"
	"parley/ent/customer"
	"parley/ent/delivery"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/note"
	"parley/ent/reminder"
	"parley/ent/step"
	"parley/ent/thread"
	"parley/ent/threadtag"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/graph/gql"
)

// linkToCustomer answers `exportCustomer`. That somebody took all that is known about a person stands in the audit log.
func (r *Resolver) linkToCustomer(ctx context.Context, customerID string) (*gql.Download, error) {
	c, err := r.client.Customer.Query().Where(customer.ID(customerID)).Select(customer.FieldID).Only(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.log.Audit(eventlog.WithAct(ctx, actOf(ctx, "exportCustomer")), c.ID); err != nil {
		return nil, err
	}
	return r.linkTo(ctx, exportLink{Customer: c.ID})
}

// exportRow is a line of the file of a customer: a row as it is stored, without what is secret.
type exportRow struct {
	Type string         `json:"type"`
	Row  map[string]any `json:"row"`
}

// customerFile writes rows, page by page.
type customerFile struct {
	ctx   context.Context
	e     *exports
	d     *download
	out   *json.Encoder
	lines int
}

// writeCustomer writes everything that is stored about a customer: row by row, those of one thread together.
func (e *exports) writeCustomer(ctx context.Context, d *download) error {
	f := &customerFile{ctx: ctx, e: e, d: d, out: json.NewEncoder(d)}
	f.out.SetEscapeHTML(false)
	c, err := within(ctx, e, e.resolver.client.Customer.Query().Where(customer.ID(d.link.Customer)).Only)
	if err != nil {
		return err
	}
	if err := f.line("customer", c); err != nil {
		return err
	}
	client := e.resolver.client
	err = allRows(f, "", func(t *ent.Thread) string { return t.ID }, func(ctx context.Context, after string) ([]*ent.Thread, error) {
		return client.Thread.Query().Where(thread.CustomerID(c.ID), thread.IDGT(after)).Order(thread.ByID()).Limit(exportPage).All(ctx)
	}, f.thread)
	if err != nil {
		return err
	}
	return f.out.Encode(map[string]any{"type": "end", "lines": f.lines, "exported_at": ms.Now()})
}

// thread writes a thread with all that refers to it.
func (f *customerFile) thread(t *ent.Thread) error {
	if err := f.line("thread", t); err != nil {
		return err
	}
	c := f.e.resolver.client
	for _, write := range []func() error{
		func() error {
			return allRows(f, "message", func(r *ent.Message) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Message, error) {
				return c.Message.Query().Where(message.ThreadID(t.ID), message.IDGT(after)).Order(message.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "note", func(r *ent.Note) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Note, error) {
				return c.Note.Query().Where(note.ThreadID(t.ID), note.IDGT(after)).Order(note.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "thread_tag", func(r *ent.ThreadTag) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.ThreadTag, error) {
				return c.ThreadTag.Query().Where(threadtag.ThreadID(t.ID), threadtag.IDGT(after)).Order(threadtag.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "reminder", func(r *ent.Reminder) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Reminder, error) {
				return c.Reminder.Query().Where(reminder.ThreadID(t.ID), reminder.IDGT(after)).Order(reminder.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "turn", func(r *ent.Turn) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Turn, error) {
				return c.Turn.Query().Where(turn.ThreadID(t.ID), turn.IDGT(after)).Order(turn.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "step", func(r *ent.Step) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Step, error) {
				return c.Step.Query().Where(step.ThreadID(t.ID), step.IDGT(after)).Order(step.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "call", func(r *ent.Call) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Call, error) {
				return c.Call.Query().Where(call.ThreadID(t.ID), call.IDGT(after)).Order(call.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "event", func(r *ent.Event) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Event, error) {
				return c.Event.Query().Where(event.ThreadID(t.ID), event.IDGT(after)).Order(event.ByID()).Limit(exportPage).All(ctx)
			}, nil)
		},
		func() error {
			return allRows(f, "", func(r *ent.Delivery) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Delivery, error) {
				return c.Delivery.Query().Where(delivery.ThreadID(t.ID), delivery.IDGT(after)).Order(delivery.ByID()).Limit(exportPage).All(ctx)
			}, f.delivery)
		},
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// delivery writes a delivery with its attempts.
func (f *customerFile) delivery(row *ent.Delivery) error {
	if err := f.line("delivery", row); err != nil {
		return err
	}
	return allRows(f, "attempt", func(r *ent.Attempt) string { return r.ID }, func(ctx context.Context, after string) ([]*ent.Attempt, error) {
		return f.e.resolver.client.Attempt.Query().Where(attempt.DeliveryID(row.ID), attempt.IDGT(after)).Order(attempt.ByID()).Limit(exportPage).All(ctx)
	}, nil)
}

// allRows reads rows in the order of their ids and writes each: as a line of the given type, or by write.
func allRows[T any](f *customerFile, kind string, id func(*T) string, page func(ctx context.Context, after string) ([]*T, error), write func(*T) error) error {
	if write == nil {
		write = func(row *T) error { return f.line(kind, row) }
	}
	for after := ""; ; {
		rows, err := within(f.ctx, f.e, func(ctx context.Context) ([]*T, error) { return page(ctx, after) })
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := write(row); err != nil {
				return err
			}
			after = id(row)
		}
		if err := f.d.pageDone(); err != nil {
			return err
		}
		if len(rows) < exportPage {
			return nil
		}
	}
}

// line writes one row.
func (f *customerFile) line(kind string, row any) error {
	text, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("write a %s: %w", kind, err)
	}
	l := exportRow{Type: kind}
	if err := decode(text, &l.Row); err != nil {
		return fmt.Errorf("write a %s: %w", kind, err)
	}
	delete(l.Row, "edges")
	f.lines++
	return f.out.Encode(l)
}
