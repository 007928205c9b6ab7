package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"parley/access"
	"parley/ent/ms"
	"parley/ent/viewer"
)

// closeForbidden is the WebSocket close code for a key that is refused or has ended. Clients reconnect after it, with a
// fresh key; after 4401 they never would.
const closeForbidden = 4403

var (
	errNoKey   = errors.New("send a key as `Authorization: Bearer …`")
	errMayNot  = errors.New("the key's role may not do this")
	errBadInit = errors.New(`send {"authorization": "Bearer …"} as the payload of connection_init`)
)

// authenticate puts the viewer of a request into its context. A request without a key goes on without a viewer and
// meets @auth; a wrong key is refused here.
func authenticate(a *access.Service, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header == "" {
			next.ServeHTTP(w, r)
			return
		}
		ctx, err := admit(r.Context(), a, header)
		if err != nil {
			refuseRequest(ctx, w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit returns ctx with the viewer that an Authorization value belongs to.
func admit(ctx context.Context, a *access.Service, header string) (context.Context, error) {
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ctx, errNoKey
	}
	v, err := a.Authenticate(ctx, strings.TrimSpace(secret))
	if err != nil {
		return ctx, err
	}
	return viewer.NewContext(ctx, v), nil
}

// initWebsocket admits a WebSocket by the payload of connection_init, or by the header of its handshake. The socket
// ends with the thread token that opened it.
func initWebsocket(a *access.Service) transport.WebsocketInitFunc {
	return func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		if header := payload.Authorization(); header != "" {
			admitted, err := admit(ctx, a, header)
			if err != nil {
				return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, err
			}
			ctx = admitted
		}
		v, ok := viewer.FromContext(ctx)
		if !ok {
			return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, errBadInit
		}
		if v.Expires != 0 {
			socket := ctx
			limited, cancel := context.WithDeadline(socket, ms.Time(v.Expires).Time())
			context.AfterFunc(socket, cancel)
			ctx = limited
		}
		return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, nil
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
		return nil, errMayNot
	}
	return next(ctx)
}

// hasRole says whether the viewer has one of the roles, for fields that others read as null.
func hasRole(ctx context.Context, roles ...viewer.Role) bool {
	v, _ := viewer.FromContext(ctx)
	return slices.Contains(roles, v.Role)
}
