package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/raw"
)

// MutationResult remembers the first result of a clientMutationId for 24 hours.
type MutationResult struct{ entity }

// Mixin of a remembered mutation. A thread token may remember its own.
func (MutationResult) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Mutation, thread: scope{column: "viewer"}}}
}

// Fields of a remembered mutation.
func (MutationResult) Fields() []field.Field {
	return []field.Field{
		field.String("viewer").Immutable().Comment("API key, or thread of a thread token."),
		field.String("name").Immutable(),
		field.String("client_mutation_id").Immutable(),
		field.String("input_hash").Immutable(),
		field.Text("result").GoType(raw.JSON("")).Immutable(),
		field.String("thread_id").Optional().Nillable().Immutable().Comment("Thread that it was about, if any."),
	}
}

// Indexes of a remembered mutation.
func (MutationResult) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "viewer", "name", "client_mutation_id").Unique(),
		index.Fields("created_at"),
		index.Fields("thread_id"),
	}
}

// Annotations of a remembered mutation.
func (MutationResult) Annotations() []schema.Annotation { return internal() }
