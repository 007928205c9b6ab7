package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// DeliveryFeed counts the attempts of a workspace, for subscribers that resume.
type DeliveryFeed struct{ entity }

// Mixin of a delivery feed.
func (DeliveryFeed) Mixin() []Mixin {
	return []Mixin{base{prefix: id.DeliveryFeed, thread: noThread}}
}

// Fields of a delivery feed.
func (DeliveryFeed) Fields() []field.Field {
	return []field.Field{
		field.Int64("last_position").Default(0),
		field.Int64("first_position").Default(1).Comment("Oldest position that retention has kept."),
	}
}

// Indexes of a delivery feed.
func (DeliveryFeed) Indexes() []ent.Index { return []ent.Index{index.Fields("workspace_id").Unique()} }

// Annotations of a delivery feed.
func (DeliveryFeed) Annotations() []schema.Annotation { return internal() }
