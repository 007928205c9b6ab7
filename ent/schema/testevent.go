package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/raw"
)

// TestEvent is something that happened in a test run.
type TestEvent struct{ entity }

// Mixin of a test event.
func (TestEvent) Mixin() []Mixin {
	return []Mixin{base{prefix: id.TestEvent, thread: noThread}}
}

// Fields of a test event.
func (TestEvent) Fields() []field.Field {
	return []field.Field{
		field.String("run_id").Immutable(),
		field.Int("number").Immutable().Comment("From 1 within the run."),
		field.Text("data").GoType(raw.JSON("")).Immutable(),
	}
}

// Indexes of a test event.
func (TestEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("run_id", "number").Unique()}
}

// Annotations of a test event.
func (TestEvent) Annotations() []schema.Annotation { return internal() }
