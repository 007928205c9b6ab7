package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
)

// TestRun is a dry run of an agent: one turn without a thread, kept for a day so that any replica can stream it.
type TestRun struct{ entity }

// Mixin of a test run.
func (TestRun) Mixin() []Mixin { return []Mixin{base{prefix: id.TestRun, thread: noThread}} }

// Fields of a test run.
func (TestRun) Fields() []field.Field {
	return []field.Field{
		field.String("agent_id").Immutable(),
		field.Int64("alive_until").GoType(ms.Time(0)).Comment("Renewed while it runs; a run whose process died is over then."),
		field.Int64("ended_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a test run.
func (TestRun) Indexes() []ent.Index { return []ent.Index{index.Fields("workspace_id", "created_at")} }

// Annotations of a test run.
func (TestRun) Annotations() []schema.Annotation { return internal() }
