package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// TestUsage is what one call of a model within a test run used. It stays when the run is forgotten: it was paid for.
type TestUsage struct{ entity }

// Mixin of a test usage.
func (TestUsage) Mixin() []Mixin {
	return []Mixin{base{prefix: id.TestUsage, thread: noThread}}
}

// Fields of a test usage.
func (TestUsage) Fields() []field.Field {
	return []field.Field{
		field.String("run_id").Immutable(),
		field.String("agent_id").Immutable(),
		field.String("provider").Immutable(),
		field.String("model").Immutable().Comment("The model that really answered."),
		field.Int64("input_tokens").Default(0).Immutable(),
		field.Int64("cached_tokens").Default(0).Immutable(),
		field.Int64("output_tokens").Default(0).Immutable(),
		field.Int64("thinking_tokens").Default(0).Immutable(),
	}
}

// Indexes of a test usage.
func (TestUsage) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "created_at")}
}

// Annotations of a test usage.
func (TestUsage) Annotations() []schema.Annotation { return internal() }
