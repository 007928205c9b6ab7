package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Turn is the agent's work on what the customer said. At most one turn of a thread has not ended; its row is also
// the queue entry that workers claim.
type Turn struct{ entity }

// Mixin of a turn.
func (Turn) Mixin() []Mixin { return []Mixin{base{prefix: id.Turn, thread: byThreadID}} }

// Fields of a turn.
func (Turn) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.String("agent_id").Immutable(),
		field.Enum("state").Values("DUE", "RUNNING", "PARKED", "ENDED").Default("DUE"),
		field.Int64("due_at").GoType(ms.Time(0)).Comment("Not claimed before: the quiet time after the last message."),
		field.Int64("first_message_at").GoType(ms.Time(0)).Comment("Bounds the quiet time by the longest wait."),
		field.Int64("lease_until").GoType(ms.Time(0)).Optional().Nillable(),
		field.String("lease_owner").Default(""),
		field.Int64("fence").Default(0).Comment("Raised by every claim; what an older claim writes is refused."),
		field.Int64("epoch").Default(0).Comment("The thread's epoch at the claim."),
		field.Int64("read_sequence").Default(0).Comment("Messages up to this sequence have been read by the agent."),
		field.Int("steps_used").Default(0),
		field.Int("calls_used").Default(0),
		field.Int64("input_tokens").Default(0),
		field.Int64("output_tokens").Default(0),
		field.Int("attempts").Default(0).Comment("How often a worker died while it held the turn."),
		field.String("reminder_id").Optional().Nillable().Comment("Reminder that made it; nil if the customer wrote."),
		field.Enum("reason").Values("ANSWERED", "SILENT", "HANDED_OVER", "CLOSED", "LIMIT", "BLOCKED", "CUT", "FAILED", "SUPERSEDED", "STOPPED").Optional().Nillable(),
		field.Text("reason_text").Default(""),
		field.String("traceparent").Optional().Nillable().Immutable().Comment("Span that asked for it, where requests are traced; the turn's spans are its children."),
		field.Int64("started_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("ended_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a turn.
func (Turn) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("thread_id").Unique().StorageKey("turn_live").Annotations(entsql.IndexWhere("state <> 'ENDED'")),
		index.Fields("due_at").StorageKey("turn_due").Annotations(entsql.IndexWhere("state = 'DUE'")),
		index.Fields("lease_until").StorageKey("turn_leased").Annotations(entsql.IndexWhere("state = 'RUNNING'")),
		index.Fields("thread_id", "created_at"),
		index.Fields("workspace_id", "agent_id", "ended_at"),
	}
}

// Annotations of a turn.
func (Turn) Annotations() []schema.Annotation { return connection() }
