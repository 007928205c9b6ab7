package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// ReadMark is how far the operator of a key has read a thread.
type ReadMark struct{ entity }

// Mixin of a read mark.
func (ReadMark) Mixin() []Mixin { return []Mixin{base{prefix: id.ReadMark, thread: noThread}} }

// Fields of a read mark.
func (ReadMark) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.String("key_id").Immutable().Comment("API key of the operator."),
		field.Int64("sequence").Comment("Of the last message that was read."),
	}
}

// Edges of a read mark: none outlives its thread.
func (ReadMark) Edges() []ent.Edge {
	return []ent.Edge{edge.To("thread", Thread.Type).Field("thread_id").Unique().Required().Immutable()}
}

// Indexes of a read mark.
func (ReadMark) Indexes() []ent.Index {
	return []ent.Index{index.Fields("thread_id", "key_id").Unique()}
}

// Annotations of a read mark.
func (ReadMark) Annotations() []schema.Annotation { return internal() }
