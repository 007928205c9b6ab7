//go:build generate

package field

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Field is one field.
type Field = ent.Field

// The kinds of fields.
var (
	Bool   = field.Bool
	Bytes  = field.Bytes
	Enum   = field.Enum
	Int    = field.Int
	Int64  = field.Int64
	JSON   = field.JSON
	String = field.String
	Text   = field.Text
)
