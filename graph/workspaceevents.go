package graph

import (
	"context"
	"iter"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/invalid"
)

// alwaysPass are the events by which a thread may begin or cease to match a filter.
var alwaysPass = []string{eventlog.StatusChanged, eventlog.TagAdded, eventlog.TagRemoved, eventlog.ThreadMoved}

// workspaceFollower is one stream of a workspace's events. It belongs to one goroutine.
type workspaceFollower struct {
	r     *Resolver
	place eventlog.Cursor
	types []string // and patterns; nil means all
	where *ent.ThreadWhereInput
	out   chan gql.ThreadEvent

	watching *onlooking // of a stream with people only
}

// followWorkspace streams the events of the viewer's workspace behind a cursor, or from now on, until ctx ends or there is
// an error; see failStream.
func (r *Resolver) followWorkspace(ctx context.Context, after *gql.Cursor, types []string, where *ent.ThreadWhereInput) (<-chan gql.ThreadEvent, error) {
	after = resumeAfter(ctx, after)
	f := &workspaceFollower{r: r, types: types, where: where, out: make(chan gql.ThreadEvent, 1)}
	if len(types) > maxList {
		return nil, invalid.One("types", "has %d entries; at most %d are allowed", len(types), maxList)
	}
	if _, err := f.matching(""); err != nil { // says at once when the filter is no good
		return nil, err
	}
	var err error
	if f.place, err = r.endOfEvents(ctx); err != nil {
		return nil, err
	}
	if after != nil && *after != "" {
		if f.place, err = r.readPlace(*after, f.place); err != nil {
			return nil, err
		}
		if _, err := r.log.Pull(ctx, f.place.Workspace, &f.place.Positions, 1); err != nil { // says at once when it has expired
			return nil, err
		}
	}
	tellPlace(ctx, f.at())
	go func() {
		defer close(f.out)
		run := f.run
		if asksForPeople(ctx) {
			f.watching = r.watchWorkspace(f.place.Workspace)
			defer f.watching.close()
			run = f.both
		}
		if err := run(ctx); err != nil {
			failStream(ctx, err)
		}
	}()
	return f.out, nil
}

// run streams the events alone.
func (f *workspaceFollower) run(ctx context.Context) error {
	for fed, err := range f.r.log.FollowFeed(ctx, f.place.Positions) {
		if err != nil {
			return err
		}
		if err := f.pass(ctx, fed); err != nil {
			return err
		}
	}
	return nil
}

// both streams the events, and between them people.
func (f *workspaceFollower) both(ctx context.Context) error {
	start := f.place.Positions
	fed, failed, stop := aside(ctx, func(ctx context.Context) iter.Seq2[eventlog.Fed, error] { return f.r.log.FollowFeed(ctx, start) })
	defer stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case err = <-failed:
		case e := <-fed:
			err = f.pass(ctx, e)
			if f.where != nil && e.ThreadID != nil && slices.Contains(alwaysPass, e.Type) {
				f.watching.Again(*e.ThreadID)
			}
		case <-f.watching.Changed():
			err = f.people(ctx)
		case <-f.watching.alarm.C:
			err = f.people(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// pass passes an event on if it passes the filters.
func (f *workspaceFollower) pass(ctx context.Context, fed eventlog.Fed) error {
	f.place.Positions = fed.Positions
	passes, err := f.wants(ctx, fed.Event)
	if err != nil {
		return err
	}
	if !passes {
		tellPlace(ctx, f.at())
		return nil
	}
	event, err := f.r.present(ctx, fed.Event, f.cursor())
	if ent.IsNotFound(err) {
		tellPlace(ctx, f.at()) // it was erased meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	f.send(ctx, event, f.cursor())
	return nil
}

func (f *workspaceFollower) cursor() gql.Cursor { return gql.Cursor(f.place.String(f.r.keys)) }

func (f *workspaceFollower) at() standing {
	return standing{positions: f.place.Positions, state: f.watching.state()}
}

// send waits until the client takes an event, or ctx ends, and says with what a client resumes behind it; empty: it cannot.
func (f *workspaceFollower) send(ctx context.Context, event gql.ThreadEvent, id gql.Cursor) {
	tellEvent(ctx, id, f.at())
	select {
	case f.out <- event:
	case <-ctx.Done():
	}
}

// wants says whether an event passes the filters. What belongs to no thread is for integrations.
func (f *workspaceFollower) wants(ctx context.Context, row *ent.Event) (bool, error) {
	if row.ThreadID == nil {
		return false, nil
	}
	if f.types != nil && !slices.ContainsFunc(f.types, func(p string) bool { return eventlog.Matches(p, row.Type) }) {
		return false, nil
	}
	if f.where == nil || slices.Contains(alwaysPass, row.Type) {
		return true, nil
	}
	q, err := f.matching(*row.ThreadID)
	if err != nil {
		return false, err
	}
	return q.Exist(ctx)
}

// matching asks for a thread if it matches the filter.
func (f *workspaceFollower) matching(threadID string) (*ent.ThreadQuery, error) {
	return f.where.Filter(f.r.client.Thread.Query().Where(thread.ID(threadID)))
}

// endOfEvents is the cursor behind the last event of the viewer's workspace.
func (r *Resolver) endOfEvents(ctx context.Context) (eventlog.Cursor, error) {
	v, _ := viewer.FromContext(ctx)
	history, err := r.history(ctx)
	if err != nil {
		return eventlog.Cursor{}, err
	}
	ends, err := r.log.FeedEnd(ctx, v.Workspace)
	return eventlog.Cursor{History: history, Workspace: v.Workspace, Positions: ends}, err
}

// readPlace reads a cursor of the events of a workspace, of which some place is given.
func (r *Resolver) readPlace(text gql.Cursor, some eventlog.Cursor) (eventlog.Cursor, error) {
	given, err := eventlog.ReadCursor(r.keys, string(text))
	switch {
	case err != nil || given.Workspace != some.Workspace:
		return given, invalid.One("after", "is no cursor of the workspace's events: use one that an earlier answer gave")
	case given.History != some.History:
		return given, eventlog.ErrCursorExpired
	}
	return given, nil
}

type keptPlaceKey struct{}

// keptPlace is where the events of the workspace stood before anything else of a query was read; nil if it does not ask.
type keptPlace struct{ eventlog.Cursor }

// keep puts the place where workspaceCursor finds it.
func (k *keptPlace) keep(ctx context.Context) context.Context {
	if k == nil {
		return ctx
	}
	return context.WithValue(ctx, keptPlaceKey{}, k.Cursor)
}

// placeBefore reads where the events of the workspace stand before anything else of a query that asks for it is read.
func (r *Resolver) placeBefore(ctx context.Context) *keptPlace {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Query || !mayReadPlace(ctx) ||
		!hasField(op, graphql.CollectFields(op, op.Operation.SelectionSet, nil), []string{"viewer", "workspace", "cursor"}) {
		return nil
	}
	place, err := r.endOfEvents(ctx)
	if err != nil {
		return nil // the resolver says so
	}
	return &keptPlace{place}
}

// keepPlace is placeBefore for queries that are all executed generically.
func (r *Resolver) keepPlace(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(r.placeBefore(ctx).keep(ctx))
}

func mayReadPlace(ctx context.Context) bool {
	return hasRole(ctx, viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App)
}

// workspaceCursor is the place that keepPlace has read, or the end now.
func (r *Resolver) workspaceCursor(ctx context.Context) (*gql.Cursor, error) {
	if !mayReadPlace(ctx) {
		return nil, nil
	}
	place, kept := ctx.Value(keptPlaceKey{}).(eventlog.Cursor)
	if !kept {
		var err error
		if place, err = r.endOfEvents(ctx); err != nil {
			return nil, err
		}
	}
	return new(gql.Cursor(place.String(r.keys))), nil
}
