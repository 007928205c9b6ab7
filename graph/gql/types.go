package gql

import "parley/ent"

// Model is a model that this server can reach.
type Model struct {
	Name        string
	Provider    string
	Default     bool
	Description string
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
