package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Setting is one fact about the whole installation, such as the check value of the secret key.
type Setting struct{ ent.Schema }

// Fields of a setting.
func (Setting) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Unique(),
		field.Text("value"),
	}
}

// Annotations of a setting.
func (Setting) Annotations() []schema.Annotation { return internal() }
