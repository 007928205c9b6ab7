package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// Note is a remark on a thread that only operators see.
type Note struct{ entity }

// Mixin of a note.
func (Note) Mixin() []Mixin { return []Mixin{base{prefix: id.Note, thread: noThread}} }

// Fields of a note.
func (Note) Fields() []field.Field {
	return []field.Field{
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
