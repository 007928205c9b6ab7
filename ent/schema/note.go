package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"parley/ent/id"
)

// Note is a remark on a thread that only operators see.
type Note struct{ ent.Schema }

// Mixin of a note.
func (Note) Mixin() []ent.Mixin { return []ent.Mixin{base{prefix: id.Note, thread: noThread}} }

// Fields of a note.
func (Note) Fields() []ent.Field {
	return []ent.Field{
		field.String("thread_id").Immutable(),
		field.String("author_id").Immutable(),
		field.String("author_name").Immutable(),
		field.Text("text").Immutable(),
	}
}

// Indexes of a note.
func (Note) Indexes() []ent.Index { return []ent.Index{index.Fields("thread_id", "created_at")} }

// Annotations of a note.
func (Note) Annotations() []schema.Annotation { return connection() }
