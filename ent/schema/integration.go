package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/relay"
)

// Integration is a webhook endpoint with the event types it wants.
type Integration struct{ entity }

// Mixin of an integration.
func (Integration) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Integration, thread: noThread}, audited{}}
}

// Fields of an integration.
func (Integration) Fields() []field.Field {
	return []field.Field{
		field.String("name").NotEmpty().MaxRuneLen(200).Annotations(relay.OrderField("NAME")),
		field.Text("url"),
		field.JSON("event_types", []string{}).Comment("Types or patterns such as contact.*; * is all."),
		field.JSON("agent_ids", []string{}).Default([]string{}).Comment("Only threads of these agents; empty means all."),
		field.JSON("channels", []string{}).Default([]string{}).Comment("Only threads of these channels; empty means all."),
		field.Enum("ordering").Values("THREAD", "FIFO", "NONE").Default("THREAD"),
		field.Enum("state").Values("ENABLED", "DISABLED").Default("ENABLED"),
		field.Enum("holding").Values("NONE", "KEPT", "RELEASING").Default("NONE").
			Comment("What becomes of the held deliveries of an enabled integration; while there are any, FIFO holds new ones too."),
		field.Text("disabled_reason").Default(""),
		field.Int64("disabled_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int("rate_per_second").Optional().Nillable().Comment("Greatest number of attempts a second; none means no limit."),
		field.Bool("asymmetric").Default(false).Comment("Signed by an ed25519 key, too."),
		field.Int("payload_version").Default(1),
		field.Int64("fifo_last").Default(0).Comment("Counts deliveries of a FIFO integration, under the lock of this row."),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
		field.Int64("deleted_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Edges of an integration.
func (Integration) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("deliveries", Delivery.Type).Annotations(relay.Hidden()),
		edge.To("health", IntegrationHealth.Type).Unique().Annotations(relay.Hidden()),
	}
}

// Indexes of an integration.
func (Integration) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "created_at")}
}

// Annotations of an integration.
func (Integration) Annotations() []schema.Annotation { return connection() }
