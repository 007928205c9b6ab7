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
	"parley/ent/raw"
	"parley/ent/relay"
)

// Thread is one dialogue with one customer. Its row is also the lock of everything below it, and counts its events.
type Thread struct{ entity }

// Mixin of a thread.
func (Thread) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Thread, thread: scope{column: "id"}}}
}

// Fields of a thread.
func (Thread) Fields() []field.Field {
	return []field.Field{
		field.String("agent_id").Immutable(),
		field.String("customer_id").Immutable(),
		field.String("channel").Default("").MaxRuneLen(64).Immutable(),
		field.String("external_id").Optional().Nillable().Immutable().MaxRuneLen(200),
		field.Text("metadata").GoType(raw.JSON("")).Default(""),
		field.Enum("status").Values("OPEN", "WAITING_FOR_OPERATOR", "OPERATOR", "CLOSED").Default("OPEN"),
		field.Int64("epoch").Default(0).Comment("Raised when a person takes over; what a turn writes with an older one is refused."),
		field.Int64("last_seq").Default(0).Comment("Sequence of the thread's newest event."),
		field.Int("shard").Immutable().Comment("Feed shard of the workspace that carries the thread's events."),
		field.Int("message_count").Default(0).Annotations(relay.OrderField("MESSAGE_COUNT")),
		field.String("last_message_id").Optional().Nillable(),
		field.Int64("last_message_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("last_activity_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).Annotations(relay.OrderField("LAST_ACTIVITY_AT")),
		field.String("operator_id").Optional().Nillable().Comment("API key of the operator who has the talk."),
		field.Int64("operator_since").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("waiting_since").GoType(ms.Time(0)).Default(int64(ms.Never)).Annotations(relay.OrderField("WAITING_SINCE")).
			Comment("Since when it waits for a person; ms.Never if it does not."),
		field.Int64("success_at").GoType(ms.Time(0)).Optional().Nillable().Comment("When the tag success was first put on; so the next ones."),
		field.Int64("contact_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("interest_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("operator_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("closed_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("taken_over_at").GoType(ms.Time(0)).Optional().Nillable().Comment("When an operator first took it over."),
		field.String("version_id").Optional().Nillable().Comment("Version of the agent it is pinned to; nil if it began with the draft."),
		field.Int64("version_moves").Default(0).Comment("The agent's moves when it was pinned."),
		field.Text("contact").GoType(raw.JSON("")).Default(""),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
		erasedAt(),
	}
}

// Edges of a thread.
func (Thread) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("agent", Agent.Type).Ref("threads").Field("agent_id").Unique().Required().Immutable(),
		edge.From("customer", Customer.Type).Ref("threads").Field("customer_id").Unique().Required().Immutable(),
		edge.To("last_message", Message.Type).Field("last_message_id").Unique(),
		// Loaded by graph/ for those who may read keys: a viewer with a thread token would lose the whole thread.
		edge.To("operator", APIKey.Type).Field("operator_id").Unique().Annotations(relay.Hidden()),
		edge.To("tags", ThreadTag.Type),
	}
}

// Indexes of a thread.
func (Thread) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "external_id").Unique(),
		index.Fields("workspace_id", "last_activity_at", "id"),
		index.Fields("workspace_id", "status", "last_activity_at", "id"), // with the id a page needs no sort
		index.Fields("workspace_id", "message_count", "id"),
		index.Fields("workspace_id", "agent_id", "last_activity_at", "id"),
		index.Fields("workspace_id", "operator_id", "last_activity_at", "id").StorageKey("thread_operator").Annotations(entsql.IndexWhere("operator_id IS NOT NULL")),
		// What an operator has now, beside all that the operator ever had.
		index.Fields("workspace_id", "operator_id", "status", "last_activity_at", "id").StorageKey("thread_operator_status").Annotations(entsql.IndexWhere("operator_id IS NOT NULL")),
		index.Fields("workspace_id", "customer_id", "last_activity_at", "id"),
		index.Fields("erased_at").StorageKey("thread_erased").Annotations(entsql.IndexWhere("erased_at IS NOT NULL")),
		// Who deletes a customer or a message asks for the threads that refer to it.
		index.Fields("customer_id"),
		index.Fields("last_message_id"),
	}
}

// Interceptors hide threads that are being erased.
func (Thread) Interceptors() []ent.Interceptor { return []ent.Interceptor{hideErased()} }

// Annotations of a thread.
func (Thread) Annotations() []schema.Annotation { return connection() }
