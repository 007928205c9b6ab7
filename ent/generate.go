// Package ent is the stored nouns, generated from ent/schema. Its statements need a viewer in their context.
package ent

//go:generate go run entc.go
