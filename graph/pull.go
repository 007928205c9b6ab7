package graph

import (
	"context"
	"strings"

	"entgo.io/ent/dialect/sql"

	"parley/delivery"
	"parley/ent/event"
	"parley/ent/predicate"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/invalid"
)

// pulled are the filters of `events`. A list that is nil, or of agents or channels and empty, leaves nothing out.
type pulled struct {
	types    []string // and patterns
	threadID *string
	agentIDs []string
	channels []string
}

// pageEvents reads the log for those who pull.
func (r *Resolver) pageEvents(ctx context.Context, after *gql.Cursor, first *int, wanted pulled) (*gql.EventConnection, error) {
	p, err := newPage(place{}, nil, first, nil, nil)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.FromContext(ctx)
	history, err := r.history(ctx)
	if err != nil {
		return nil, err
	}
	at := eventlog.Cursor{History: history, Workspace: v.Workspace}
	var from *[eventlog.Shards]int64 // the oldest event kept
	if after != nil && *after != "" {
		if at, err = r.readPlace(*after, at); err != nil {
			return nil, err
		}
		from = &at.Positions
	}
	filter, err := wanted.filter(ctx)
	if err != nil {
		return nil, err
	}
	found, err := r.log.Pull(ctx, v.Workspace, from, *p.first, filter...)
	if err != nil {
		return nil, err
	}
	out := &gql.EventConnection{Edges: []*gql.EventEdge{}}
	at.Positions = found.Start
	for _, e := range found.Events {
		at.Positions[e.Shard] = e.Position
		out.Edges = append(out.Edges, &gql.EventEdge{Node: e, Cursor: gql.Cursor(at.String(r.keys))})
	}
	at.Positions = found.Positions
	out.PageInfo = &gql.EventPageInfo{HasNextPage: found.More, EndCursor: gql.Cursor(at.String(r.keys))}
	return out, nil
}

// filter checks the filters and returns their conditions.
func (w pulled) filter(ctx context.Context) ([]predicate.Event, error) {
	bad := &invalid.Error{}
	long := func(field string, list []string) {
		bad.Check(len(list) <= maxList, field, "has %d entries; at most %d are allowed", len(list), maxList)
	}
	long("types", w.types)
	long("agentIds", w.agentIDs)
	long("channels", w.channels)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	types, unknown := eventlog.WebhookTypesOf(w.types)
	for _, pattern := range unknown {
		bad.Add("types", "%.60q matches no event type; they are %s, and patterns such as contact.* or *", pattern, strings.Join(eventlog.WebhookTypes, ", "))
	}
	where := []predicate.Event{event.BodyNEQ("")}
	if w.types != nil {
		where = append(where, event.TypeIn(types...))
	}
	if w.threadID != nil {
		where = append(where, event.ThreadID(*w.threadID))
	}
	if len(w.agentIDs) > 0 {
		where = append(where, ofThreads(ctx, thread.FieldAgentID, w.agentIDs))
	}
	if len(w.channels) > 0 {
		where = append(where, ofThreads(ctx, thread.FieldChannel, w.channels))
	}
	return where, bad.Err()
}

// ofThreads matches the events of threads whose field has one of the values, and those of no thread.
func ofThreads(ctx context.Context, field string, values []string) predicate.Event {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return func(s *sql.Selector) {
		t := sql.Dialect(s.Dialect()).Table(thread.Table)
		threads := sql.Dialect(s.Dialect()).Select(t.C(thread.FieldID)).From(t).Where(sql.And(
			sql.EQ(t.C(thread.FieldWorkspaceID), workspaceOf(ctx)),
			sql.ColumnsEQ(t.C(thread.FieldID), s.C(event.FieldThreadID)),
			sql.In(t.C(field), list...)))
		s.Where(sql.Or(sql.IsNull(s.C(event.FieldThreadID)), sql.Exists(threads)))
	}
}

// eventTypes describes what webhooks carry.
func eventTypes() ([]*gql.EventType, error) {
	all, err := delivery.EventTypes()
	if err != nil {
		return nil, err
	}
	out := make([]*gql.EventType, len(all))
	for i, t := range all {
		out[i] = &gql.EventType{Type: t.Type, Description: t.Description, SchemaPath: t.SchemaPath, Schema: t.Schema, Example: t.Example}
	}
	return out, nil
}
