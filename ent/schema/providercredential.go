package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/relay"
)

// ProviderCredential lets a workspace use models with a key of its own. Its name is what stands before the slash in an
// agent's `models`.
type ProviderCredential struct{ entity }

// Mixin of a credential.
func (ProviderCredential) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Credential, thread: noThread}, audited{}}
}

// Fields of a credential. The key stands in the same row as the address it is for: who reads both reads what belongs
// together, and no new key goes to an old address.
func (ProviderCredential) Fields() []field.Field {
	return []field.Field{
		field.String("name").NotEmpty().MaxLen(63).Immutable(),
		field.Enum("kind").Values("OPENAI", "GEMINI", "GEMINI_LEGACY").Immutable(),
		field.Text("base_url").Default("").Comment("Empty means the vendor's own."),
		field.Bytes("ciphertext").Sensitive().Comment("The key, encrypted; empty when there is none."),
		field.String("key_hint").Default("").Comment("The last characters of the key, so that people can tell keys apart."),
		field.String("default_model").Default(""),
		field.Bool("enabled").Default(true),
		field.Int64("version").Default(1).Annotations(relay.Hidden()).
			Comment("Counts changes: a provider that was made from an older one is not used any more."),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
	}
}

// Indexes of a credential.
func (ProviderCredential) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "name").Unique()}
}

// Annotations of a credential.
func (ProviderCredential) Annotations() []schema.Annotation { return connection() }
