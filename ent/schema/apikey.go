package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// APIKey is who asks: a role and a display name. Only a hash of the key itself is kept.
type APIKey struct{ entity }

// Mixin of a key.
func (APIKey) Mixin() []Mixin {
	return []Mixin{base{prefix: id.APIKey, thread: noThread}, audited{}}
}

// Fields of a key.
func (APIKey) Fields() []field.Field {
	return []field.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Enum("role").Values("ADMIN", "OPERATOR", "INTEGRATOR", "APP").Immutable(),
		field.String("hash").Sensitive().Immutable().Comment("SHA-256 of the key, in hex."),
		field.String("hint").Immutable().Comment("The first characters of the key, so that people can tell keys apart."),
		field.Int64("revoked_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("last_used_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a key.
func (APIKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("workspace_id", "created_at"),
	}
}

// Annotations of a key.
func (APIKey) Annotations() []schema.Annotation { return connection() }
