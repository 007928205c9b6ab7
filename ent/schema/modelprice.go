package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// ModelPrice is what a model costs a workspace from a moment on. Amounts are millionths of the currency for a million
// tokens.
type ModelPrice struct{ entity }

// Mixin of a price.
func (ModelPrice) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Price, thread: noThread}, audited{}}
}

// Fields of a price.
func (ModelPrice) Fields() []field.Field {
	return []field.Field{
		field.String("model").NotEmpty().MaxRuneLen(200).Immutable().Comment("`provider/model`, or the beginning of such names with a * behind it."),
		field.String("currency").Comment("ISO 4217."),
		field.Int64("input_micros").NonNegative(),
		field.Int64("cached_input_micros").Optional().Nillable().NonNegative().Comment("Nil means as other input."),
		field.Int64("output_micros").NonNegative(),
		field.Int64("valid_from").GoType(ms.Time(0)).Default(0).Immutable().Comment("For steps that were stored then or later; 0 means all."),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
	}
}

// Indexes of a price.
func (ModelPrice) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "model", "valid_from").Unique()}
}

// Annotations of a price.
func (ModelPrice) Annotations() []schema.Annotation { return connection() }
