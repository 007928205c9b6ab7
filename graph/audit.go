package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/raw"
	"parley/ent/relay"
	"parley/ent/trail"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
)

// administrators are the roles of those whose mutations go into the audit log: one that any other role may use is daily work.
var administrators = []string{string(viewer.Admin), string(viewer.Integrator)}

// administrative says whether a root field is for administrators alone.
func administrative(f *ast.FieldDefinition) bool {
	auth := f.Directives.ForName("auth")
	if auth == nil {
		return false
	}
	roles := auth.Arguments.ForName("roles").Value.Children
	return len(roles) > 0 && !slices.ContainsFunc(roles, func(r *ast.ChildValue) bool { return !slices.Contains(administrators, r.Value.Raw) })
}

// withAct returns ctx in which the verb of an administrative mutation writes an audit entry.
func withAct(ctx context.Context, f graphql.CollectedField) context.Context {
	if f.Definition == nil || !administrative(f.Definition) {
		return ctx
	}
	return eventlog.WithAct(ctx, actOf(ctx, f.Name))
}

// actOf is what somebody does, and who.
func actOf(ctx context.Context, name string) eventlog.Act {
	v, _ := viewer.FromContext(ctx)
	return eventlog.Act{Name: name, RequestID: requestID(ctx), Key: v.Key, Role: string(v.Role), KeyName: v.Name}
}

// pageAudit reads a page of the audit log, newest first.
func (r *Resolver) pageAudit(ctx context.Context, after *gql.Cursor, first *int, before *gql.Cursor, last *int, where *ent.AuditEntryWhereInput) (*ent.AuditEntryConnection, error) {
	p, err := newPage(placeIn(id.Audit, ent.AuditEntryOrderFieldCreatedAt.Value), after, first, before, last)
	if err != nil {
		return nil, err
	}
	return r.client.AuditEntry.Query().Paginate(ctx, p.after, p.first, p.before, p.last,
		ent.WithAuditEntryOrder(&ent.AuditEntryOrder{Direction: relay.OrderDirectionDesc, Field: ent.AuditEntryOrderFieldCreatedAt}), ent.WithAuditEntryFilter(where.Filter))
}

// changesOf are the changes of an entry as the API tells them.
func changesOf(e *ent.AuditEntry) ([]*gql.AuditChange, error) {
	var changes []trail.Change
	if err := e.Changes.Decode(&changes); err != nil {
		return nil, err
	}
	told := make([]*gql.AuditChange, len(changes))
	for i, c := range changes {
		told[i] = &gql.AuditChange{Type: c.Type, ID: c.ID}
		for _, side := range []struct {
			row trail.Row
			to  **raw.JSON
		}{{c.Before, &told[i].Before}, {c.After, &told[i].After}} {
			if side.row == nil {
				continue
			}
			text, err := raw.Of(side.row)
			if err != nil {
				return nil, err
			}
			*side.to = &text
		}
	}
	return told, nil
}
