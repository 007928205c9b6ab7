package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
)

// Call is one invocation of a function. Its row exists before anything is sent.
type Call struct{ entity }

// Mixin of a call.
func (Call) Mixin() []Mixin { return []Mixin{base{prefix: id.Call, thread: noThread}} }

// Fields of a call.
func (Call) Fields() []field.Field {
	return []field.Field{
		field.String("thread_id").Immutable(),
		field.String("turn_id").Immutable(),
		field.String("step_id").Immutable(),
		field.Int("number").Immutable().Comment("From 0 within the step, in the model's order."),
		field.String("function_id").Optional().Nillable().Immutable().Comment("Nil when the model named a function that is not there."),
		field.String("name").Immutable(),
		field.String("provider_call_id").Default("").Immutable(),
		field.Text("arguments").GoType(raw.JSON("")).Immutable(),
		field.Enum("state").Values("RESERVED", "AWAITING_APPROVAL", "SENT", "ANSWERED", "FAILED", "UNKNOWN", "REFUSED").Default("RESERVED"),
		field.Text("result").GoType(raw.JSON("")).Default("").Comment("What the model is told."),
		field.Int("http_status").Optional().Nillable(),
		field.Text("error").Default(""),
		field.Bool("truncated").Default(false),
		field.Int("sends").Default(0).Comment("How often it was sent; above 1 only for idempotent functions."),
		field.Int64("sent_at").GoType(ms.Time(0)).Optional().Nillable(),
		field.Int64("ended_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Indexes of a call.
func (Call) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("step_id", "number").Unique(),
		index.Fields("turn_id"),
		index.Fields("thread_id", "created_at"),
		index.Fields("sent_at").StorageKey("call_sent").Annotations(entsql.IndexWhere("state = 'SENT'")),
	}
}

// Annotations of a call.
func (Call) Annotations() []schema.Annotation { return connection() }
