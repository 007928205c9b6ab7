package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// ErasedUsage is what a model used within an hour, where created_at is its beginning, in threads that were erased. It says
// nothing of them, and stays: it was paid for.
type ErasedUsage struct{ entity }

// Mixin of an erased usage.
func (ErasedUsage) Mixin() []Mixin {
	return []Mixin{base{prefix: id.ErasedUsage, thread: noThread}}
}

// Fields of an erased usage.
func (ErasedUsage) Fields() []field.Field {
	return []field.Field{
		field.String("agent_id").Immutable(),
		field.String("provider").Immutable(),
		field.String("model").Immutable().Comment("The model that really answered."),
		field.Int64("steps"),
		field.Int64("input_tokens"),
		field.Int64("cached_tokens").Comment("Of each step at most its input."),
		field.Int64("output_tokens"),
		field.Int64("thinking_tokens"),
	}
}

// Indexes of an erased usage.
func (ErasedUsage) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "created_at", "agent_id", "provider", "model").Unique()}
}

// Annotations of an erased usage.
func (ErasedUsage) Annotations() []schema.Annotation { return internal() }
