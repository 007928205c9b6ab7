package schema

import (
	"entgo.io/ent/schema"

	"parley/ent/field"
)

// Setting is one fact about the whole installation, such as the check value of the secret key.
type Setting struct{ entity }

// Fields of a setting.
func (Setting) Fields() []field.Field {
	return []field.Field{
		field.String("id").Immutable().Unique(),
		field.Text("value"),
	}
}

// Annotations of a setting.
func (Setting) Annotations() []schema.Annotation { return internal() }
