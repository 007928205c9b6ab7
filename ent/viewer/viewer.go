// Package viewer says who acts, and for which workspace. Every statement that ent builds reads it: the rules in
// ent/schema confine a viewer to its workspace, and a viewer with a thread token to its thread.
//
//	ctx = viewer.NewContext(ctx, viewer.Viewer{Workspace: w, Role: viewer.Operator, Key: key})
package viewer

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

// Role is what a viewer may do. Which operation needs which role stands in schema.graphql (@auth).
type Role string

// The roles of API keys, and those that no key has.
const (
	Admin      Role = "ADMIN"
	Operator   Role = "OPERATOR"
	Integrator Role = "INTEGRATOR"
	App        Role = "APP"
	// ThreadToken sees and writes one thread only.
	ThreadToken Role = "THREAD"
	// Worker is the program itself inside one workspace, for instance while it runs a turn.
	Worker Role = "WORKER"
	// System is the program across workspaces; it always carries a name.
	System Role = "SYSTEM"
)

// Viewer is who acts. The zero Viewer may do nothing.
type Viewer struct {
	Workspace string // empty only for System
	Role      Role
	Key       string // id of the API key, if any
	Name      string // display name of the key, or the name of the system worker
	Thread    string // the only thread this viewer may touch; empty means any of its workspace
	Session   string // id of the session of a browser that is signed in with the key, if it is one
	Renewable int64  // when the first of a visitor's row of thread tokens was made, in Unix milliseconds; 0: it cannot be renewed
	Expires   int64  // end of a thread token or session in Unix milliseconds; 0 means never
}

type contextKey struct{}

// NewContext returns ctx carrying v.
func NewContext(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, contextKey{}, v)
}

// FromContext returns the viewer of ctx, and whether there is one.
func FromContext(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(contextKey{}).(Viewer)
	return v, ok
}

// SystemContext returns a context whose statements cross workspaces. The name says which part of the program needs
// that ("delivery claim"), and appears in errors and audits.
func SystemContext(ctx context.Context, name string) context.Context {
	return NewContext(ctx, Viewer{Role: System, Name: name})
}

// WorkerContext returns a context for the program's own work inside one workspace.
func WorkerContext(ctx context.Context, workspace, name string) context.Context {
	return NewContext(ctx, Viewer{Workspace: workspace, Role: Worker, Name: name})
}

// MarshalGQL implements graphql.Marshaler for the enum Role.
func (r Role) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(r))) }

// UnmarshalGQL implements graphql.Unmarshaler for the enum Role.
func (r *Role) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	switch Role(s) {
	case Admin, Operator, Integrator, App, ThreadToken:
		*r = Role(s)
		return nil
	}
	return fmt.Errorf("%v is no role (string: %t)", v, ok)
}
