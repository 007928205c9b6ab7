package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// IntegrationHealth is how an integration's endpoint is doing. It is apart from the integration because it changes with
// deliveries, while transactions that make events lock the integration.
type IntegrationHealth struct{ entity }

// Mixin of an integration's health.
func (IntegrationHealth) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Health, thread: noThread}}
}

// Fields of an integration's health.
func (IntegrationHealth) Fields() []field.Field {
	return []field.Field{
		field.String("integration_id").Immutable(),
		field.Int("consecutive_failures").Default(0),
		field.Int64("first_failure_at").GoType(ms.Time(0)).Optional().Nillable().Comment("Of the failures in a row."),
		field.Int64("last_failure_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("last_success_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("paused_until").GoType(ms.Time(0)).Optional().Nillable().Comment("The endpoint asked for it; nothing is claimed before."),
		field.Enum("breaker").Values("CLOSED", "OPEN", "HALF_OPEN").Default("CLOSED"),
		field.Int64("breaker_until").GoType(ms.Time(0)).Optional().Nillable().Comment("When an open breaker lets one through."),
		field.Int("breaker_trips").Default(0).Comment("How often it opened without a success between."),
		field.Int64("window_from").GoType(ms.Time(0)).Optional().Nillable().Comment("Beginning of the minute that is counted."),
		field.Int("window_total").Default(0),
		field.Int("window_failed").Default(0),
		field.Int("notices").Default(0).Comment("How many notices of the present failure have been given."),
		field.Int64("rate_free_us").Default(0).Comment("When the rate is free again, in microseconds since 1970."),
		field.Int64("held_dropped").Default(0).Comment("Held deliveries that were given up because there were too many."),
	}
}

// Edges of an integration's health.
func (IntegrationHealth) Edges() []ent.Edge {
	return []ent.Edge{edge.From("integration", Integration.Type).Ref("health").Field("integration_id").Unique().Required().Immutable()}
}

// Annotations of an integration's health.
func (IntegrationHealth) Annotations() []schema.Annotation {
	return append(internal(), entsql.Table("integration_health"))
}
