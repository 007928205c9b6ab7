package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/raw"
)

// AgentVersion is an agent with its functions as it was published. It never changes once stored.
type AgentVersion struct{ entity }

// Mixin of a version.
func (AgentVersion) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Version, thread: noThread}, audited{}}
}

// Fields of a version.
func (AgentVersion) Fields() []field.Field {
	return []field.Field{
		field.String("agent_id").Immutable(),
		field.Int("number").Immutable().Comment("From 1 within the agent."),
		field.String("note").Default("").MaxRuneLen(1000).Immutable(),
		field.String("author_id").Default("").Immutable().Comment("API key that published it."),
		field.String("author_name").Default("").Immutable(),
		field.Text("settings").GoType(raw.JSON("")).Immutable().Comment("Settings and functions; values of secret headers are not among them."),
	}
}

// Indexes of a version.
func (AgentVersion) Indexes() []ent.Index {
	return []ent.Index{index.Fields("agent_id", "number").Unique()}
}

// Annotations of a version.
func (AgentVersion) Annotations() []schema.Annotation { return connection() }
