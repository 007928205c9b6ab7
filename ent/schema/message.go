package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/relay"
)

// Message is one text of a thread. It never changes once stored.
type Message struct{ entity }

// Mixin of a message.
func (Message) Mixin() []Mixin { return []Mixin{base{prefix: id.Message, thread: byThreadID}} }

// Fields of a message.
func (Message) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.Int64("sequence").Immutable().Comment("Sequence of the event message.created; messages of a thread are ordered by it.").
			Annotations(relay.OrderField("SEQUENCE")),
		field.Enum("author").Values("CUSTOMER", "AGENT", "OPERATOR", "SYSTEM").Immutable(),
		field.String("author_id").Optional().Nillable().Immutable().Comment("API key of the operator who wrote it."),
		field.String("author_name").Default("").Immutable(),
		field.Text("text").Immutable(),
		field.String("client_message_id").Optional().Nillable().Immutable().MaxRuneLen(200),
		field.String("turn_id").Optional().Nillable().Immutable(),
		field.String("model").Default("").Immutable().Comment("Provider and model that wrote it, for messages of the agent."),
		field.Int64("input_tokens").Default(0).Immutable(),
		field.Int64("output_tokens").Default(0).Immutable(),
	}
}

// Edges of a message.
func (Message) Edges() []ent.Edge {
	return []ent.Edge{edge.To("thread", Thread.Type).Field("thread_id").Unique().Required().Immutable()}
}

// Indexes of a message.
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("thread_id", "sequence").Unique(),
		index.Fields("thread_id", "client_message_id").Unique(),
	}
}

// Annotations of a message.
func (Message) Annotations() []schema.Annotation { return connection() }
