package graph

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/live"
)

const (
	// typeMessageDelta is the type of pieces, which are no events of the log.
	typeMessageDelta = "message.delta"
	// pieceInterval is the pause between two looks at what is being written, for each stream.
	pieceInterval = 75 * time.Millisecond
	// endedTurns is how many turns a stream knows to have ended. A worker that does not know it yet may still write.
	endedTurns = 16
)

// LiveText passes what models write on to those who watch: by a live.Hub, or by a live.Relay to those of other servers too. People
// learns that the agent types.
type LiveText struct {
	People *live.Presences
	To     interface {
		Append(g live.Generation, offset int, piece string)
		End(g live.Generation)
		Drop(g live.Generation)
	}
}

var _ dialogue.Generations = LiveText{}

// Delta implements dialogue.Generations.
func (l LiveText) Delta(d dialogue.Delta) {
	l.To.Append(generation(d.Generation), d.Offset, d.Text)
	l.typing(d.Generation, true)
}

// Ended implements dialogue.Generations.
func (l LiveText) Ended(g dialogue.Generation, stored bool) {
	if stored {
		l.To.End(generation(g))
	} else {
		l.To.Drop(generation(g))
	}
	l.typing(g, false)
}

func (l LiveText) typing(g dialogue.Generation, yes bool) {
	agent := live.Presence{Person: live.Person{Kind: string(message.AuthorAGENT)}, Present: yes, Typing: yes}
	l.People.Set(g.Workspace, g.ThreadID, agent, time.Now())
}

func generation(g dialogue.Generation) live.Generation {
	return live.Generation{Workspace: g.Workspace, Topic: g.ThreadID, TurnID: g.TurnID, MessageID: g.MessageID}
}

// asksForAny says whether the document of a subscription selects any of the fields that only a type of events has.
func asksForAny(ctx context.Context, implementors []string, fields ...string) bool {
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return false
	}
	selected := graphql.CollectFields(graphql.GetOperationContext(ctx), field.Field.Selections, implementors)
	return slices.ContainsFunc(selected, func(f graphql.CollectedField) bool { return slices.Contains(fields, f.Name) })
}

func asksForPieces(ctx context.Context) bool {
	return asksForAny(ctx, messageDeltaImplementors, "messageId", "turnId", "offset", "text", "dropped")
}

func asksForPeople(ctx context.Context) bool {
	return asksForAny(ctx, presenceChangedImplementors, "author", "personId", "name", "present", "typing")
}

// follow streams the events of a thread from start on, and the pieces of what is being written if they are asked for, until
// ctx ends or there is an error; see failStream.
func (r *Resolver) follow(ctx context.Context, start position) <-chan gql.ThreadEvent {
	f := &follower{r: r, place: start, out: make(chan gql.ThreadEvent, 1)}
	tellPlace(ctx, f.at())
	go func() {
		defer close(f.out)
		v, _ := viewer.FromContext(ctx)
		if asksForPieces(ctx) {
			f.watcher = r.live.Watch(v.Workspace, start.Thread)
			defer f.watcher.Close()
		}
		if asksForPeople(ctx) {
			f.watching = r.watchPeople(v.Workspace, start.Thread)
			defer f.watching.close()
		}
		run := f.log
		if f.watcher != nil || f.watching != nil {
			run = f.both
		}
		if err := run(ctx); err != nil {
			failStream(ctx, err)
		}
	}()
	return f.out
}

// position is where a stream is, and how far the log of its thread was when it began.
type position struct {
	eventlog.Cursor
	reached int64
}

// follower is one stream. It belongs to one goroutine.
type follower struct {
	r     *Resolver
	out   chan gql.ThreadEvent
	place position

	// Of a stream with people only.
	watching *watching

	// Of a stream with pieces only.
	watcher *live.Watcher
	open    []live.Piece // the last piece of each message that is being written, with the offset of the next
	ended   []string     // the last turns that have ended
}

// log streams the events alone.
func (f *follower) log(ctx context.Context) error {
	for row, err := range f.r.log.FollowThread(ctx, f.place.Thread, f.place.Sequence) {
		if err != nil {
			return err
		}
		if err := f.pass(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// both streams the events, and between them pieces and people. What is written already, and who is there, is told once the
// stream has caught up with the log.
func (f *follower) both(ctx context.Context) error {
	start := f.place
	rows, failed, stop := aside(ctx, func(ctx context.Context) iter.Seq2[*ent.Event, error] {
		return f.r.log.FollowThread(ctx, start.Thread, start.Sequence)
	})
	defer stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	rested := false
	for {
		var changed, moved <-chan struct{}
		var alarm <-chan time.Time
		if f.place.Sequence >= f.place.reached {
			if f.watcher != nil && rested {
				changed = f.watcher.Changed()
			}
			if f.watching != nil {
				moved, alarm = f.watching.Changed(), f.watching.alarm.C
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case row := <-rows:
			if err := f.row(ctx, row); err != nil {
				return err
			}
		case <-pause.C:
			rested = true
		case <-moved:
			f.people(ctx)
		case <-alarm:
			f.people(ctx)
		case <-changed:
			for _, p := range f.watcher.Next() {
				f.piece(ctx, p)
			}
			rested = false
			pause.Reset(pieceInterval)
		}
	}
}

// aside reads a sequence in a goroutine of its own, until stop is called, which waits for it, or there is an error.
func aside[T any](ctx context.Context, sequence func(context.Context) iter.Seq2[T, error]) (rows <-chan T, failed <-chan error, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	out, wrong, read := make(chan T), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(read)
		for row, err := range sequence(ctx) {
			if err != nil {
				wrong <- err
				return
			}
			select {
			case out <- row:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, wrong, func() { cancel(); <-read }
}

// row passes an event on. No piece follows the message that it belongs to, nor the end of its turn.
func (f *follower) row(ctx context.Context, row *ent.Event) error {
	if f.watcher == nil {
		return f.pass(ctx, row)
	}
	var data eventlog.Data
	if err := row.Data.Decode(&data); err != nil {
		return err
	}
	switch row.Type {
	case eventlog.MessageCreated:
		f.watcher.Skip(data.MessageID)
		f.open = slices.DeleteFunc(f.open, func(p live.Piece) bool { return p.MessageID == data.MessageID })
	case eventlog.TurnEnded, eventlog.TurnResumed:
		for _, p := range slices.Clone(f.open) {
			if p.TurnID == data.TurnID {
				f.watcher.Skip(p.MessageID)
				f.piece(ctx, live.Piece{MessageID: p.MessageID, TurnID: p.TurnID, Offset: p.Offset, Dropped: true})
			}
		}
		if row.Type == eventlog.TurnEnded {
			f.ended = append(f.ended[max(0, len(f.ended)-endedTurns+1):], data.TurnID)
		}
	}
	return f.pass(ctx, row)
}

func (f *follower) pass(ctx context.Context, row *ent.Event) error {
	f.place.Sequence = *row.Sequence
	event, err := f.r.present(ctx, row, f.cursor())
	if err != nil {
		return err
	}
	f.sendAs(ctx, event, f.cursor())
	return nil
}

// piece passes a piece on, and remembers what it has to take back.
func (f *follower) piece(ctx context.Context, p live.Piece) {
	if slices.Contains(f.ended, p.TurnID) && !p.Dropped {
		f.watcher.Skip(p.MessageID)
		return
	}
	f.open = slices.DeleteFunc(f.open, func(o live.Piece) bool { return o.MessageID == p.MessageID })
	if !p.Dropped {
		f.open = append(f.open, live.Piece{MessageID: p.MessageID, TurnID: p.TurnID, Offset: p.Offset + utf8.RuneCountInString(p.Text)})
	}
	f.send(ctx, gql.MessageDelta{
		ID: fmt.Sprintf("%s:%d", p.MessageID, p.Offset), Type: typeMessageDelta, ThreadID: f.place.Thread,
		Sequence: int(f.place.Sequence), Cursor: f.cursor(), CreatedAt: ms.Now(),
		MessageID: p.MessageID, TurnID: p.TurnID, Offset: p.Offset, Text: p.Text, Dropped: p.Dropped,
	})
}

func (f *follower) cursor() gql.Cursor { return gql.Cursor(f.place.String(f.r.keys)) }

// at is where the stream stands: behind an event, and having told of texts and people what it has.
func (f *follower) at() standing {
	at := standing{sequence: f.place.Sequence}
	if len(f.open) == 0 && (f.watching == nil || len(f.watching.told) == 0) {
		return at
	}
	var told []string
	for _, p := range f.open {
		told = append(told, fmt.Sprintf("%s %s %d", p.MessageID, p.TurnID, p.Offset))
	}
	if f.watching != nil {
		for _, p := range f.watching.told {
			told = append(told, fmt.Sprintf("%s %q %q %t %t", p.Kind, p.ID, p.Name, p.Present, p.Typing))
		}
	}
	slices.Sort(told) // people are in no order
	at.state = strings.Join(told, "\n")
	return at
}

// send waits until the client takes what is no event of the log, or ctx ends. It has no id: who resumes is told anew.
func (f *follower) send(ctx context.Context, event gql.ThreadEvent) { f.sendAs(ctx, event, "") }

// sendAs is send with the id to resume behind.
func (f *follower) sendAs(ctx context.Context, event gql.ThreadEvent, id gql.Cursor) {
	tellEvent(ctx, id, f.at())
	select {
	case f.out <- event:
	case <-ctx.Done():
	}
}
