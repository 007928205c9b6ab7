package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// ThreadTag is a mark on a thread. Its presence is the row: removing the tag deletes it.
type ThreadTag struct{ entity }

// Mixin of a tag.
func (ThreadTag) Mixin() []Mixin {
	return []Mixin{base{prefix: id.ThreadTag, thread: byThreadID}}
}

// Fields of a tag.
func (ThreadTag) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(64).Immutable(),
		field.Text("text").Default("").Comment("What was said when it was raised, for instance the text for the operator."),
		field.String("set_by").Default("").Comment("Id of the call or API key that set it."),
	}
}

// Edges of a tag.
func (ThreadTag) Edges() []ent.Edge {
	return []ent.Edge{edge.From("thread", Thread.Type).Ref("tags").Field("thread_id").Unique().Required().Immutable()}
}

// Indexes of a tag.
func (ThreadTag) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("thread_id", "name").Unique(),
		// Not the workspace first: without statistics SQLite would take that for a better way to the tags of some threads than
		// their ids, and read those of all.
		index.Fields("name", "workspace_id", "thread_id"),
	}
}

// Annotations of a tag: the API lists tags of a thread whole.
func (ThreadTag) Annotations() []schema.Annotation { return nil }
