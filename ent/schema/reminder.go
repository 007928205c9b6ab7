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

// Reminder is something the agent writes later by itself: a follow-up after silence, or what was scheduled.
type Reminder struct{ entity }

// Mixin of a reminder.
func (Reminder) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Reminder, thread: noThread}}
}

// Fields of a reminder. Either text or instruction is set.
func (Reminder) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.Enum("kind").Values("FOLLOW_UP", "SCHEDULED").Immutable(),
		field.Enum("state").Values("PENDING", "SENT", "CANCELLED").Default("PENDING"),
		field.Int("number").Default(0).Immutable().Comment("Which of the agent's follow-ups, from 0."),
		field.Int64("due_at").GoType(ms.Time(0)),
		field.Text("text").Default("").Immutable().Comment("Sent as it is."),
		field.Text("instruction").Default("").Immutable().Comment("What the model is told, which then writes the message."),
		field.JSON("cancel_tags", []string{}).Default([]string{}).Immutable(),
		field.String("after_message_id").Default("").Immutable().Comment("Of a follow-up: the agent's message that went unanswered."),
		field.String("set_by").Default("").Immutable().Comment("Call or API key that set it; empty for follow-ups."),
		field.String("reason").Default("").Comment("Why it was cancelled."),
		field.String("message_id").Optional().Nillable().Comment("The message it became."),
		field.Int64("ended_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a reminder.
func (Reminder) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_at").StorageKey("reminder_due").Annotations(entsql.IndexWhere("state = 'PENDING'")),
		index.Fields("thread_id", "state"),
	}
}

// Annotations of a reminder.
func (Reminder) Annotations() []schema.Annotation { return connection() }
