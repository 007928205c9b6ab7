package sampledata

import (
	"parley/ent"
	"parley/ent/ms"
	"parley/ent/raw"
)

// The tables that are written, in the order of their references.
const (
	customerTable = iota
	threadTable
	messageTable
	turnTable
	stepTable
	tagTable
	eventTable
	deliveryTable
	attemptTable
)

// tables have the columns that are given values; all others have their defaults.
var tables = []struct {
	name    string
	columns []string
}{
	customerTable: {"customers", []string{"id", "workspace_id", "created_at", "external_id", "name", "email", "phone", "contact", "updated_at"}},
	threadTable: {"threads", []string{
		"id", "workspace_id", "created_at", "agent_id", "customer_id", "channel", "external_id", "status", "epoch", "last_seq", "shard", "message_count",
		"last_message_at", "last_activity_at", "operator_id", "operator_since", "waiting_since", "success_at", "contact_at", "interest_at", "operator_at",
		"closed_at", "taken_over_at", "contact", "updated_at",
	}},
	messageTable: {"messages", []string{
		"id", "workspace_id", "created_at", "thread_id", "sequence", "author", "author_id", "author_name", "text", "turn_id", "model", "input_tokens", "output_tokens",
	}},
	turnTable: {"turns", []string{
		"id", "workspace_id", "created_at", "thread_id", "agent_id", "state", "due_at", "first_message_at", "fence", "epoch", "read_sequence", "steps_used",
		"input_tokens", "output_tokens", "reason", "started_at", "ended_at",
	}},
	stepTable: {"steps", []string{
		"id", "workspace_id", "created_at", "turn_id", "thread_id", "number", "provider", "model", "content", "finish", "read_sequence", "input_tokens",
		"output_tokens", "started_at",
	}},
	tagTable:   {"thread_tags", []string{"id", "workspace_id", "created_at", "thread_id", "name", "text", "set_by"}},
	eventTable: {"events", []string{"id", "workspace_id", "created_at", "shard", "thread_id", "sequence", "type", "data", "body", "position"}},
	deliveryTable: {"deliveries", []string{
		"id", "workspace_id", "created_at", "event_id", "event_type", "integration_id", "thread_id", "sequence", "state", "attempts", "tries", "next_at", "finished_at",
	}},
	attemptTable: {"attempts", []string{
		"id", "workspace_id", "created_at", "delivery_id", "integration_id", "state_after", "number", "outcome", "status", "error", "remote_address", "started_at",
		"first_byte_us", "total_us", "position",
	}},
}

// batch is what one transaction writes.
type batch struct {
	from, to ms.Time
	rows     [attemptTable + 1][][]any
	events   [][]happened // by shard, in order of time; they have no position yet
	attempts [][]any      // in order of time; they have no position yet
	totals   Totals
}

// happened is an event that waits for its position.
type happened struct {
	ent.Event
}

func (e happened) row(position int64) []any {
	return []any{e.ID, e.WorkspaceID, int64(e.CreatedAt), int64(e.Shard), *e.ThreadID, *e.Sequence, e.Type, string(e.Data), e.Body, position}
}

func (b *batch) add(table int, row ...any) { b.rows[table] = append(b.rows[table], row) }

// at is a moment, or nothing, as the databases take it.
func at(t *ms.Time) any {
	if t == nil {
		return nil
	}
	return int64(*t)
}

// or is a text, or nothing, as the databases take it.
func or(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

// encode is raw.Of for values that can be encoded.
func encode(v any) raw.JSON {
	text, err := raw.Of(v)
	if err != nil {
		panic("sampledata: " + err.Error())
	}
	return text
}
