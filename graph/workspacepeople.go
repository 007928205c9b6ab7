package graph

import (
	"context"
	"hash/maphash"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/live"
)

// onlooking is what a stream of a workspace knows of the people at its threads.
type onlooking struct {
	*live.Onlooker
	alarm *time.Timer            // when something may change by itself
	told  map[attendee]live.Seen // who is there
	sum   uint64                 // of all that is told: streams that have told the same have the same
}

type attendee struct {
	topic string
	live.Person
}

// toldSeed makes sums comparable within this process.
var toldSeed = maphash.MakeSeed()

// watchWorkspace watches the people at all threads of a workspace, until close is called.
func (r *Resolver) watchWorkspace(workspace string) *onlooking {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return &onlooking{Onlooker: r.people.WatchAll(workspace), alarm: alarm, told: map[attendee]live.Seen{}}
}

func (w *onlooking) close() {
	w.alarm.Stop()
	w.Onlooker.Close()
}

// tell takes note of what is told of somebody, and says whether it is new.
func (w *onlooking) tell(s live.Seen) bool {
	who := attendee{s.Topic, s.Person}
	before, was := w.told[who]
	if was && before == s || !was && !s.Present {
		return false
	}
	if was {
		w.sum ^= maphash.Comparable(toldSeed, before)
		delete(w.told, who)
	}
	if s.Present {
		w.sum ^= maphash.Comparable(toldSeed, s)
		w.told[who] = s
	}
	return true
}

// state names all that is told.
func (w *onlooking) state() string {
	if w == nil || len(w.told) == 0 {
		return ""
	}
	return strconv.FormatUint(w.sum, 36)
}

// presenceFor is a presence as the viewer may know it: that an operator reads along is not for customers and apps for them.
func presenceFor(ctx context.Context, p live.Presence) live.Presence {
	if p.Kind == string(message.AuthorOPERATOR) && !hasRole(ctx, viewer.Admin, viewer.Operator) {
		p.Present = p.Typing
	}
	return p
}

// people passes on what has changed at threads that match the filter, and that somebody has left who was told of.
func (f *workspaceFollower) people(ctx context.Context) error {
	now := time.Now()
	changes, next := f.watching.Next(now)
	if !next.IsZero() {
		f.watching.alarm.Reset(next.Sub(now) + time.Millisecond)
	}
	for _, c := range changes {
		c.Presence = presenceFor(ctx, c.Presence)
		last, matches, err := f.lookAt(ctx, c.Topic)
		if err != nil {
			return err
		}
		if !c.Present || !matches {
			c.Presence = live.Presence{Person: c.Person}
		}
		switch {
		case !f.watching.tell(c):
		case last == 0: // it was erased, and nobody asks who is there
			tellPlace(ctx, f.at())
		default:
			f.send(ctx, f.presence(ctx, c, last, now), "")
		}
	}
	return nil
}

// lookAt returns the last sequence of a thread, 0 if there is none, and whether it matches the filter.
func (f *workspaceFollower) lookAt(ctx context.Context, threadID string) (last int64, matches bool, err error) {
	t, err := f.r.client.Thread.Query().Where(thread.ID(threadID)).Select(thread.FieldLastSeq).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case f.where == nil:
		return t.LastSeq, true, nil
	}
	q, err := f.matching(threadID)
	if err != nil {
		return 0, false, err
	}
	matches, err = q.Exist(ctx)
	return t.LastSeq, matches, err
}

func (f *workspaceFollower) presence(ctx context.Context, s live.Seen, sequence int64, now time.Time) gql.PresenceChanged {
	event := gql.PresenceChanged{
		ID: "presence:" + s.Kind, Type: typePresenceChanged, ThreadID: s.Topic, Sequence: int(sequence), Cursor: f.cursor(), CreatedAt: ms.Of(now),
		Author: message.Author(s.Kind), Name: s.Name, Present: s.Present, Typing: s.Typing,
	}
	if s.Kind == string(message.AuthorOPERATOR) && hasRole(ctx, viewer.Admin, viewer.Operator) {
		event.PersonID = &s.ID
	}
	return event
}
