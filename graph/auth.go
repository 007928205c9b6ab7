package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
)

var (
	errNoKey   = errors.New("send a key as `Authorization: Bearer …`, or sign in")
	errTicket  = errors.New("a stream ticket opens a subscription: send a key for anything else")
	errBadInit = errors.New(`send {"authorization": "Bearer …"} as the payload of connection_init`)
)

// authenticate puts the viewer of a request into its context: by a key or token, by a stream ticket, or by the session of a
// browser. A request without any goes on without a viewer and meets @auth; a wrong key is refused here.
func (f *front) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, ticket := r.Header.Get("Authorization"), ticketOf(r)
		var ctx context.Context
		var err error
		switch {
		case header != "":
			ctx, err = f.admit(r.Context(), header)
		case ticket != "":
			ctx, err = f.redeem(r.Context(), ticket)
		default:
			ctx, err = f.admitSession(w, r)
		}
		if err != nil {
			f.refuse(w, r, f.wrong(r.Context(), err))
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// ticketOf takes the stream ticket out of a request for a stream, so that nothing that comes later can write it into a log.
func ticketOf(r *http.Request) string {
	a := asked(r.Context())
	if a == nil || !a.offer.events || r.Method != http.MethodGet {
		return ""
	}
	values := r.URL.Query() // which was read before
	ticket := values.Get("ticket")
	if a.ticket = ticket != ""; a.ticket {
		values.Set("ticket", "redacted")
		r.URL.RawQuery = values.Encode()
		r.RequestURI = r.URL.RequestURI()
	}
	return ticket
}

// redeem returns ctx with the viewer who made a stream ticket, which is used up.
func (f *front) redeem(ctx context.Context, ticket string) (context.Context, error) {
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	v, err := f.access.RedeemStreamTicket(limited, ticket)
	if limited.Err() != nil {
		return ctx, limited.Err()
	}
	if err != nil {
		return ctx, err
	}
	return viewer.NewContext(ctx, v), nil
}

// admit returns ctx with the viewer that an Authorization value belongs to. Who asks by POST may be presumed, see requests.Do.
func (f *front) admit(ctx context.Context, header string) (context.Context, error) {
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ctx, errNoKey
	}
	secret = strings.TrimSpace(secret)
	if err := f.mayTry(ctx, secret); err != nil {
		return ctx, err
	}
	if a := asked(ctx); f.presumes && a != nil && a.plain.r.Method == http.MethodPost {
		if presumed, ok := f.access.Presume(ctx, secret); ok {
			f.good.remember(secret)
			return presumed, nil
		}
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	v, err := f.access.Authenticate(limited, secret)
	if limited.Err() != nil {
		return ctx, limited.Err()
	}
	if err != nil {
		return ctx, err
	}
	f.good.remember(secret)
	return viewer.NewContext(ctx, v), nil
}

// prove asks the database for a viewer who is only presumed, if no statement has proved him yet. Nobody is answered before that.
func (f *front) prove(ctx context.Context) error {
	if viewer.Presumed(ctx) == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	err := viewer.Prove(limited)
	if err != nil && limited.Err() != nil {
		return limited.Err()
	}
	return f.wrong(ctx, err)
}

// provesItself says whether an operation may be one statement, which then proves a presumed viewer: a query with a plan, which has the
// others proved (planned.generic), or a message (dialogue.SendMessage). What else there is has him proved before it begins.
func provesItself(o *graphql.OperationContext) bool {
	switch o.Operation.Operation {
	case ast.Query:
		return true
	case ast.Mutation:
		fields := o.Operation.SelectionSet
		field, ok := fields[0].(*ast.Field)
		return ok && len(fields) == 1 && field.Name == "sendMessage"
	default:
		return false
	}
}

// authDirective refuses a root field to viewers without one of its roles. An empty list admits anyone.
func authDirective(ctx context.Context, _ any, next graphql.Resolver, roles []viewer.Role) (any, error) {
	if len(roles) == 0 {
		return next(ctx)
	}
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return nil, errNoKey
	}
	if !slices.Contains(roles, v.Role) {
		return nil, &roleError{v.Role, roles}
	}
	return next(ctx)
}

// roleError says that a root field is for keys of other roles.
type roleError struct {
	has  viewer.Role
	need []viewer.Role
}

// Error implements error.
func (e *roleError) Error() string {
	names := make([]string, len(e.need))
	for i, role := range e.need {
		names[i] = string(role)
	}
	return fmt.Sprintf("the key's role may not do this: it is %s, and must be %s", e.has, strings.Join(names, " or "))
}

// hasRole says whether the viewer has one of the roles, for fields that others read as null.
func hasRole(ctx context.Context, roles ...viewer.Role) bool {
	v, _ := viewer.FromContext(ctx)
	return slices.Contains(roles, v.Role)
}
