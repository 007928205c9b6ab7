package schema

import (
	"context"
	"errors"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"parley/ent/intercept"
	"parley/ent/viewer"
)

// scope says what a viewer with a thread token may reach of an entity. Members: noThread, byColumn, ofThread.
type scope struct {
	column string // column that holds the thread's id
	via    string // column of threads that holds this entity's id
}

var (
	// noThread closes an entity to thread tokens.
	noThread = scope{}
	// byThreadID is for entities with a thread_id.
	byThreadID = scope{column: "thread_id"}
)

// ErrNoViewer is returned for any statement built without a viewer in its context: a mistake of the program.
var ErrNoViewer = errors.New("no viewer in context")

// ErrForbidden is returned when the viewer may not touch an entity at all.
var ErrForbidden = errors.New("not allowed for this viewer")

// policy answers whether a viewer may touch an entity; which rows is the business of the interceptors and hooks.
type policy struct{ thread scope }

// EvalQuery implements ent.Policy.
func (p policy) EvalQuery(ctx context.Context, _ ent.Query) error { return p.eval(ctx) }

// EvalMutation implements ent.Policy.
func (p policy) EvalMutation(ctx context.Context, _ ent.Mutation) error { return p.eval(ctx) }

func (p policy) eval(ctx context.Context) error {
	v, ok := viewer.FromContext(ctx)
	switch {
	case !ok:
		return ErrNoViewer
	case v.Role == viewer.System && v.Name != "":
		return nil
	case v.Workspace == "":
		return fmt.Errorf("%w: it has no workspace", ErrNoViewer)
	case v.Role == viewer.ThreadToken && (v.Thread == "" || p.thread == noThread):
		return ErrForbidden
	}
	return nil
}

// predicate narrows a statement to what v may reach; nil for the system.
func (s scope) predicate(v viewer.Viewer) func(*sql.Selector) {
	if v.Role == viewer.System {
		return nil
	}
	return func(sel *sql.Selector) {
		sel.Where(sql.EQ(sel.C("workspace_id"), v.Workspace))
		if v.Thread == "" {
			return
		}
		if s.via == "" {
			sel.Where(sql.EQ(sel.C(s.column), v.Thread))
			return
		}
		t := sql.Dialect(sel.Dialect()).Select(s.via).From(sql.Table("threads"))
		t.Where(sql.And(sql.EQ(t.C("id"), v.Thread), sql.EQ(t.C("workspace_id"), v.Workspace)))
		sel.Where(sql.In(sel.C("id"), t))
	}
}

func confineQueries(s scope) ent.Interceptor {
	return intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		v, ok := viewer.FromContext(ctx)
		if !ok {
			return ErrNoViewer
		}
		if p := s.predicate(v); p != nil {
			q.WhereP(p)
		}
		return nil
	})
}

// confined is what every generated mutation offers.
type confined interface {
	ent.Mutation
	WhereP(...func(*sql.Selector))
}

func confineMutations(s scope) ent.Hook {
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, ok := viewer.FromContext(ctx)
			if !ok {
				return nil, ErrNoViewer
			}
			if v.Role == viewer.System {
				return next.Mutate(ctx, m)
			}
			if !m.Op().Is(ent.OpCreate) {
				m.(confined).WhereP(s.predicate(v))
				return next.Mutate(ctx, m)
			}
			if given, ok := m.Field("workspace_id"); ok && given != v.Workspace {
				return nil, fmt.Errorf("create %s: %w: another workspace", m.Type(), ErrForbidden)
			}
			if err := m.SetField("workspace_id", v.Workspace); err != nil {
				return nil, err
			}
			if v.Thread != "" && s.column != "" && s.column != "id" {
				if given, _ := m.Field(s.column); given != v.Thread {
					return nil, fmt.Errorf("create %s: %w: another thread", m.Type(), ErrForbidden)
				}
			}
			return next.Mutate(ctx, m)
		})
	}
}
