//go:build !generate

package schema

import (
	"entgo.io/ent"

	"parley/ent/field"
)

// Mixin is a part that entities share, as package ent/runtime reads it.
type Mixin interface {
	Fields() []field.Field
	Hooks() []ent.Hook
	Interceptors() []ent.Interceptor
	Policy() ent.Policy
}

// entity has an entity or a mixin without anything. For the generator it is ent's own (generate.go); that a server has not, because it
// leads to ent's description of fields (package field).
type entity struct{}

func (entity) Type()                           {}
func (entity) Mixin() []Mixin                  { return nil }
func (entity) Fields() []field.Field           { return nil }
func (entity) Hooks() []ent.Hook               { return nil }
func (entity) Interceptors() []ent.Interceptor { return nil }
func (entity) Policy() ent.Policy              { return nil }
