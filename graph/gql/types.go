package gql

import (
	"parley/ent"
	"parley/ent/ms"
)

// Model is a model that agents can choose. Nil fields are unknown.
type Model struct {
	Name         string
	Provider     string
	Default      bool
	Description  string
	DisplayName  *string
	InputTokens  *int
	OutputTokens *int
	Thinking     bool
	RetiresAt    *ms.Time
	Replacement  *string
	Price        *ent.ModelPrice
}

// EventConnection is a page of the log.
type EventConnection struct {
	Edges    []*EventEdge
	PageInfo *EventPageInfo
}

// EventEdge is an event in a page of the log.
type EventEdge struct {
	Node   *ent.Event
	Cursor Cursor
}
