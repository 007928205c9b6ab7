package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Replay is a run that delivers past events to an integration once more.
type Replay struct{ entity }

// Mixin of a replay.
func (Replay) Mixin() []Mixin { return []Mixin{base{prefix: id.Replay, thread: noThread}} }

// Fields of a replay.
func (Replay) Fields() []field.Field {
	return []field.Field{
		field.String("integration_id").Immutable(),
		field.Int64("since").GoType(ms.Time(0)).Immutable(),
		field.Int64("until").GoType(ms.Time(0)).Immutable(),
		field.JSON("event_types", []string{}).Immutable().Comment("Types or patterns; empty means those of the integration."),
		field.JSON("states", []string{}).Immutable().Comment("States of deliveries; empty means all that are finished."),
		field.Enum("state").Values("RUNNING", "DONE", "CANCELLED").Default("RUNNING"),
		field.Int("total").Default(0).Comment("Deliveries in the range of time, counted at the beginning."),
		field.Int("seen").Default(0).Comment("Deliveries looked at."),
		field.Int("queued").Default(0).Comment("Deliveries that were made due again."),
		field.Int64("cursor_at").GoType(ms.Time(0)).Default(0).Comment("Creation of the last delivery looked at."),
		field.String("cursor_id").Default(""),
		field.String("lease_owner").Default(""),
		field.Int64("lease_until").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("finished_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a replay.
func (Replay) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "integration_id", "created_at"),
		index.Fields("workspace_id", "created_at"),
		index.Fields("state", "lease_until"),
	}
}

// Annotations of a replay.
func (Replay) Annotations() []schema.Annotation { return connection() }
