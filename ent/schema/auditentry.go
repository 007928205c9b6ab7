package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/raw"
)

// AuditEntry says who administered what, and when. It is written in the transaction of what it tells of, and never changed.
type AuditEntry struct{ entity }

// Mixin of an entry.
func (AuditEntry) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Audit, thread: noThread}}
}

// Fields of an entry.
func (AuditEntry) Fields() []field.Field {
	return []field.Field{
		field.String("action").Immutable().Comment("Name of the mutation, or of the command."),
		field.String("object_id").Default("").Immutable(),
		field.String("key_id").Default("").Immutable().Comment("API key that asked; empty for a command."),
		field.String("key_name").Default("").Immutable(),
		field.String("role").Default("").Immutable(),
		field.String("request_id").Default("").Immutable(),
		field.Text("changes").GoType(raw.JSON("")).Immutable().Comment("List of trail.Change."),
	}
}

// Indexes of an entry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "created_at"),
		index.Fields("created_at"),
	}
}

// Annotations of an entry.
func (AuditEntry) Annotations() []schema.Annotation { return connection() }
