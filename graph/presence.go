package graph

import (
	"context"
	"time"

	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/live"
)

// typePresenceChanged is the type of presences, which are no events of the log.
const typePresenceChanged = "presence.changed"

// setPresence says that the viewer is at a thread.
func (r *Resolver) setPresence(ctx context.Context, in gql.SetPresenceInput) (*gql.SetPresencePayload, error) {
	if _, err := r.client.Thread.Query().Where(thread.ID(in.ThreadID)).OnlyID(ctx); err != nil {
		return nil, err
	}
	v, _ := viewer.FromContext(ctx)
	who := live.Person{Kind: string(message.AuthorCUSTOMER)}
	if v.Role == viewer.Admin || v.Role == viewer.Operator {
		who = live.Person{Kind: string(message.AuthorOPERATOR), ID: v.Key, Name: v.Name}
	}
	now := time.Now()
	r.people.Set(v.Workspace, in.ThreadID, live.Presence{Person: who, Present: in.Present, Typing: in.Typing}, now)
	out := &gql.SetPresencePayload{ClientMutationID: in.ClientMutationID}
	switch {
	case in.Present && in.Typing:
		out.ExpiresAt = new(ms.Of(now.Add(live.TypingFor)))
	case in.Present:
		out.ExpiresAt = new(ms.Of(now.Add(live.PresentFor)))
	}
	return out, nil
}

// watching is what a stream knows of the people at its thread.
type watching struct {
	*live.PresenceWatcher
	alarm *time.Timer                   // when something changes by itself
	told  map[live.Person]live.Presence // who is there
}

// watchPeople watches the people at a thread, until close is called.
func (r *Resolver) watchPeople(workspace, threadID string) *watching {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return &watching{r.people.Watch(workspace, threadID), alarm, map[live.Person]live.Presence{}}
}

func (w *watching) close() {
	w.alarm.Stop()
	w.PresenceWatcher.Close()
}

// people passes on what has changed.
func (f *follower) people(ctx context.Context) {
	now := time.Now()
	changes, next := f.watching.Next(now)
	if !next.IsZero() {
		f.watching.alarm.Reset(next.Sub(now) + time.Millisecond)
	}
	internal := hasRole(ctx, viewer.Admin, viewer.Operator)
	for _, p := range changes {
		operator := p.Kind == string(message.AuthorOPERATOR)
		p = presenceFor(ctx, p)
		if f.watching.told[p.Person] == p || f.watching.told[p.Person].Present == p.Present && !p.Present {
			continue
		}
		if f.watching.told[p.Person] = p; !p.Present {
			delete(f.watching.told, p.Person)
		}
		event := gql.PresenceChanged{
			ID: "presence:" + p.Kind, Type: typePresenceChanged, ThreadID: f.place.Thread, Sequence: int(f.place.Sequence),
			Cursor: f.cursor(), CreatedAt: ms.Of(now), Author: message.Author(p.Kind), Name: p.Name, Present: p.Present, Typing: p.Typing,
		}
		if operator && internal {
			event.PersonID = &p.ID
		}
		f.send(ctx, event)
	}
}
