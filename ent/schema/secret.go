package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// Secret is a value that is encrypted at rest and never returned: a webhook secret, an ed25519 key or a function's header.
type Secret struct{ entity }

// Mixin of a secret.
func (Secret) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Secret, thread: noThread}, audited{}}
}

// Fields of a secret.
func (Secret) Fields() []field.Field {
	return []field.Field{
		field.String("owner_id").Immutable().Comment("Integration or function that it belongs to."),
		field.Enum("kind").Values("WEBHOOK", "HEADER", "ED25519").Immutable(),
		field.String("name").Default("").Immutable().Comment("Name of the header; of an ed25519 key its public half."),
		field.Bytes("ciphertext").Sensitive(),
		field.Int64("not_after").GoType(ms.Time(0)).Optional().Nillable().Comment("End of the overlap after a rotation."),
	}
}

// Indexes of a secret.
func (Secret) Indexes() []ent.Index { return []ent.Index{index.Fields("workspace_id", "owner_id")} }

// Annotations of a secret.
func (Secret) Annotations() []schema.Annotation { return internal() }
