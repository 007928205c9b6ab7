package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Delivery is one event on its way to one integration: outbox and queue in one row.
type Delivery struct{ entity }

// Mixin of a delivery.
func (Delivery) Mixin() []Mixin { return []Mixin{base{prefix: id.Delivery, thread: noThread}} }

// Fields of a delivery.
func (Delivery) Fields() []field.Field {
	return []field.Field{
		field.String("event_id").Immutable(),
		field.String("event_type").Immutable(),
		field.String("integration_id").Immutable(),
		field.String("thread_id").Optional().Nillable().Immutable(),
		field.Int64("sequence").Optional().Nillable().Immutable(),
		field.Int64("ordinal").Optional().Nillable().Immutable().Comment("Place in the queue of a FIFO integration."),
		field.Enum("state").Values("PENDING", "RUNNING", "DONE", "EXHAUSTED", "HELD", "CANCELLED").Default("PENDING"),
		field.Enum("lane").Values("LIVE", "REPLAY").Default("LIVE"),
		field.Int("attempts").Default(0),
		field.Int("tries").Default(0).Comment("Attempts that count against the schedule; a resend begins anew."),
		field.Bool("stepped_aside").Default(false).Comment("Later deliveries of the thread no longer wait for it."),
		field.Bool("outside").Default(false).Comment("Outside of the order: it had ended, or was held, and was made due again."),
		field.Bool("resent").Default(false).Comment("Made due again by hand or by a replay; the next attempt says so."),
		field.String("replay_id").Optional().Nillable().Comment("The last replay that made it due again."),
		field.Int64("next_at").GoType(ms.Time(0)),
		field.Int64("lease_until").GoType(ms.Time(0)).Optional().Nillable(),
		field.String("lease_owner").Default(""),
		field.Int64("finished_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Edges of a delivery.
func (Delivery) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("integration", Integration.Type).Ref("deliveries").Field("integration_id").Unique().Required().Immutable(),
		edge.To("event", Event.Type).Field("event_id").Unique().Required().Immutable(),
	}
}

// Indexes of a delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("integration_id", "lane", "next_at", "id").StorageKey("delivery_pending").Annotations(entsql.IndexWhere("state = 'PENDING'")),
		index.Fields("integration_id", "thread_id", "sequence").StorageKey("delivery_order").Annotations(entsql.IndexWhere("state IN ('PENDING', 'RUNNING')")),
		index.Fields("integration_id", "ordinal", "id").StorageKey("delivery_queue").Annotations(entsql.IndexWhere("state IN ('PENDING', 'RUNNING') AND ordinal IS NOT NULL")),
		index.Fields("integration_id", "created_at", "id").StorageKey("delivery_held").Annotations(entsql.IndexWhere("state = 'HELD'")),
		index.Fields("integration_id", "lease_until").StorageKey("delivery_leased").Annotations(entsql.IndexWhere("state = 'RUNNING'")),
		index.Fields("workspace_id", "integration_id", "created_at"),
		index.Fields("workspace_id", "created_at"),
		index.Fields("event_id"),
		index.Fields("thread_id"),
	}
}

// Annotations of a delivery.
func (Delivery) Annotations() []schema.Annotation { return connection() }
