package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/relay"
)

// Step is one call of a model within a turn, with what it said byte for byte.
type Step struct{ entity }

// Mixin of a step.
func (Step) Mixin() []Mixin { return []Mixin{base{prefix: id.Step, thread: noThread}} }

// Fields of a step.
func (Step) Fields() []field.Field {
	return []field.Field{
		field.String("turn_id").Immutable(),
		field.String("thread_id").Immutable(),
		field.Int("number").Immutable().Comment("From 1 within the turn."),
		field.String("provider").Immutable(),
		field.String("model").Immutable().Comment("The model that really answered."),
		field.String("credential_id").Default("").Immutable().Annotations(relay.Hidden()).
			Comment("Credential of the workspace that was used; empty for a provider of the server."),
		field.Text("content").GoType(raw.JSON("")).Immutable().Comment("Parts of the model's message in our own form, with the provider's bytes beside each."),
		field.String("finish").Immutable().Comment("stop, tools, length, blocked, malformed_call, cut, other, or dropped: said, and never stored as a message."),
		field.String("finish_detail").Default("").Immutable(),
		field.Int64("read_sequence").Immutable().Comment("Messages up to this sequence were read before this step."),
		field.Int64("input_tokens").Default(0).Immutable(),
		field.Int64("cached_tokens").Default(0).Immutable(),
		field.Int64("output_tokens").Default(0).Immutable(),
		field.Int64("thinking_tokens").Default(0).Immutable(),
		field.Bool("estimated").Default(false).Immutable().Comment("Whether the tokens are reckoned, because the provider was cut off before it told them."),
		field.String("model_warning").Optional().Nillable().Immutable().Comment("What people should know of the model that answered, such as that another one was asked for."),
		field.Text("misfit").Optional().Nillable().Immutable().Comment("Why its text was not sent: what keeps it from fitting the agent's schema of answers."),
		field.Int64("started_at").GoType(ms.Time(0)).Immutable(),
	}
}

// Indexes of a step.
func (Step) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("turn_id", "number").Unique(),
		index.Fields("thread_id", "created_at"),
		index.Fields("workspace_id", "created_at"),
	}
}

// Annotations of a step.
func (Step) Annotations() []schema.Annotation { return connection() }
