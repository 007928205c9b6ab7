// Package schema declares the stored nouns, one file an entity. Everything but Workspace and Setting belongs to
// exactly one workspace; the mixin here puts that rule on every statement that ent builds.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/relay"
)

// base gives an entity its prefixed id, its workspace and its time of creation, and confines every viewer to its
// own workspace (rule.go). Thread says how a viewer with a thread token is confined further.
type base struct {
	entity
	prefix string
	thread scope
}

// Fields of every entity in a workspace.
func (b base) Fields() []field.Field {
	return []field.Field{
		field.String("id").DefaultFunc(id.Func(b.prefix)).Immutable().Unique(),
		field.String("workspace_id").Immutable().Annotations(relay.Hidden()),
		field.Int64("created_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).Immutable().
			Annotations(relay.OrderField("CREATED_AT")),
	}
}

// Policy refuses viewers that may not touch this entity at all.
func (b base) Policy() ent.Policy { return policy{b.thread} }

// Interceptors narrow every query to the viewer's workspace (and thread).
func (b base) Interceptors() []ent.Interceptor { return []ent.Interceptor{confineQueries(b.thread)} }

// Hooks narrow every update and deletion to the viewer's workspace, and put creations into it.
func (b base) Hooks() []ent.Hook { return []ent.Hook{confineMutations(b.thread)} }

// connection are the annotations of an entity that the API lists page by page.
func connection() []schema.Annotation {
	return []schema.Annotation{relay.Listed()}
}

// internal are the annotations of an entity that the API never shows.
func internal() []schema.Annotation {
	return []schema.Annotation{relay.Hidden()}
}
