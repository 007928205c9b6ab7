package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/relay"
)

// Function is what the model may call: a tag to raise, or an HTTP endpoint of an integrator.
type Function struct{ entity }

// Mixin of a function.
func (Function) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Function, thread: noThread}, audited{}}
}

// Fields of a function. Values of secret headers are rows of Secret.
func (Function) Fields() []field.Field {
	return []field.Field{
		field.String("agent_id").Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(64).Annotations(relay.OrderField("NAME")),
		field.Text("description").Default(""),
		field.Enum("kind").Values("TAG", "HTTP").Immutable(),
		field.String("tag").Default("").Comment("Tag that a TAG function raises."),
		field.Text("parameters").GoType(raw.JSON("")).Default("").Comment("JSON Schema of the arguments; empty means none."),
		field.String("method").Default(""),
		field.Text("url").Default("").Comment("May hold {name} of parameters in path and query."),
		field.JSON("headers", map[string]string{}).Optional(),
		field.JSON("secret_headers", []string{}).Optional().Comment("Names of the headers whose values are secrets."),
		field.Text("body").Default("").Comment("Template of the request body; empty sends the arguments as JSON."),
		field.Int("timeout_ms").Default(10000).Min(1000).Max(60000),
		field.Bool("idempotent").Default(false).Comment("Whether the endpoint may be called again with the same Idempotency-Key."),
		field.Bool("needs_approval").Default(false),
		field.String("answer_pointer").Default("").Comment("RFC 6901 pointer to the part of the answer the model sees."),
		field.Bool("enabled").Default(true),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
	}
}

// Edges of a function.
func (Function) Edges() []ent.Edge {
	return []ent.Edge{edge.From("agent", Agent.Type).Ref("functions").Field("agent_id").Unique().Required().Immutable()}
}

// Indexes of a function.
func (Function) Indexes() []ent.Index { return []ent.Index{index.Fields("agent_id", "name").Unique()} }

// Annotations of a function.
func (Function) Annotations() []schema.Annotation { return connection() }
