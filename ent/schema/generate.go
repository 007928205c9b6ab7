//go:build generate

package schema

import "entgo.io/ent"

type (
	// Mixin is a part that entities share.
	Mixin = ent.Mixin
	// entity has an entity or a mixin without anything.
	entity = ent.Schema
)
