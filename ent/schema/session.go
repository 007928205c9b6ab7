package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Session is a browser that is signed in with a key. Only a hash of its cookie is kept. A session that has ended has no row.
type Session struct{ entity }

// Mixin of a session.
func (Session) Mixin() []Mixin { return []Mixin{base{prefix: id.Session, thread: noThread}} }

// Fields of a session.
func (Session) Fields() []field.Field {
	return []field.Field{
		field.String("key_id").Immutable().Comment("API key that signed in."),
		field.String("hash").Sensitive().Immutable().Comment("SHA-256 of the cookie, in hex."),
		field.String("user_agent").Default("").Immutable(),
		field.Int64("last_used_at").GoType(ms.Time(0)).Comment("To the minute."),
		field.Int64("not_after").GoType(ms.Time(0)).Immutable().Comment("When it ends however it is used."),
	}
}

// Indexes of a session.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("workspace_id", "key_id"),
	}
}

// Annotations of a session.
func (Session) Annotations() []schema.Annotation { return internal() }
