package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Attempt is one POST of a delivery.
type Attempt struct{ entity }

// Mixin of an attempt.
func (Attempt) Mixin() []Mixin { return []Mixin{base{prefix: id.Attempt, thread: noThread}} }

// Fields of an attempt.
func (Attempt) Fields() []field.Field {
	return []field.Field{
		field.String("delivery_id").Immutable(),
		field.String("integration_id").Optional().Nillable().Immutable(),
		field.Int64("position").Optional().Nillable().Immutable().Comment("Gapless within the workspace (DeliveryFeed)."),
		field.String("state_after").Default("").Immutable().Comment("State that the attempt left its delivery in."),
		field.Int("number").Immutable(),
		field.Enum("trigger").Values("SCHEDULE", "RESEND", "REPLAY", "TEST").Default("SCHEDULE").Immutable(),
		field.Enum("outcome").Values("SUCCEEDED", "REFUSED", "UNREACHABLE", "TIMED_OUT", "BLOCKED", "LOST").Immutable(),
		field.Int("status").Optional().Nillable().Immutable(),
		field.Text("error").Default("").Immutable(),
		field.Text("answer").Default("").Immutable().Comment("Up to 4 KiB of the answer's body."),
		field.String("remote_address").Default("").Immutable(),
		field.Int64("started_at").GoType(ms.Time(0)).Immutable(),
		field.Int64("dns_us").Default(0).Immutable(),
		field.Int64("connect_us").Default(0).Immutable(),
		field.Int64("tls_us").Default(0).Immutable(),
		field.Int64("first_byte_us").Default(0).Immutable(),
		field.Int64("total_us").Default(0).Immutable(),
	}
}

// Indexes of an attempt.
func (Attempt) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("delivery_id", "number").Unique(),
		index.Fields("integration_id", "created_at"),
		index.Fields("workspace_id", "position").Unique(),
	}
}

// Annotations of an attempt.
func (Attempt) Annotations() []schema.Annotation { return connection() }
