package graph

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/access"
	"parley/delivery"
	"parley/dialogue"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/graph/limit"
	"parley/seal"
)

// Options are what the API is made of. All fields but Origins are required.
type Options struct {
	Log      *eventlog.Log
	Keys     *seal.Keys
	Access   *access.Service
	Dialogue *dialogue.Service
	Delivery *delivery.Service
	Models   []*gql.Model
	Logger   *slog.Logger
	// Origins are the origins of browser pages that may open a WebSocket, such as `https://app.example.com`. The
	// server's own origin always may.
	Origins []string
}

// queryCache is how many parsed documents are kept; limit/ bounds the size of each.
const queryCache = 1000

// New returns the handler for /graphql: queries and mutations by POST, queries by GET, subscriptions by WebSocket
// (graphql-transport-ws) and by server-sent events. It panics when a root field has no @auth, which is a mistake of the
// program.
func New(o Options) http.Handler {
	config := Config{
		Resolvers: &Resolver{
			log: o.Log, client: o.Log.Client(), keys: o.Keys, access: o.Access, dialogue: o.Dialogue,
			delivery: o.Delivery, models: o.Models,
		},
		Directives: DirectiveRoot{Auth: authDirective},
		Complexity: complexities(),
	}
	schema := NewExecutableSchema(config)
	mustBeGuarded(schema.Schema())

	limits := limit.Default()
	srv := handler.New(schema)
	srv.AddTransport(transport.Websocket{
		InitTimeout:      5 * time.Second,
		InitFunc:         initWebsocket(o.Access),
		PingPongInterval: 25 * time.Second,
		Implementation: transport.CoderWebsocketImplementation{
			AcceptOptions: websocket.AcceptOptions{OriginPatterns: originPatterns(o.Origins)},
		},
	})
	srv.AddTransport(transport.SSE{})
	srv.AddTransport(transport.GET{})
	srv.AddTransport(transport.POST{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](queryCache))
	srv.SetDisableSuggestion(true)
	srv.SetErrorPresenter(presenter(o.Logger, limits.Errors))
	srv.SetRecoverFunc(recovered(o.Logger))
	srv.Use(limit.NewExtension(limits))
	srv.Use(extension.Introspection{})
	srv.Use(extension.FixedComplexityLimit(limits.Cost))
	srv.AroundOperations(refusePlainSubscriptions)
	srv.AroundFields(rememberMutations)
	return withRequestID(limitBody(limits.Body, authenticate(o.Access, srv)))
}

// mustBeGuarded panics unless every root field says who may use it.
func mustBeGuarded(schema *ast.Schema) {
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, f := range root.Fields {
			if f.Directives.ForName("auth") == nil && !strings.HasPrefix(f.Name, "__") {
				panic(fmt.Sprintf("graph: %s.%s has no @auth", root.Name, f.Name))
			}
		}
	}
}

// originPatterns turns origins into the host patterns that the WebSocket library compares with.
func originPatterns(origins []string) []string {
	var hosts []string
	for _, origin := range origins {
		if u, err := url.Parse(origin); err == nil && u.Host != "" {
			hosts = append(hosts, u.Host)
		}
	}
	return slices.Compact(hosts)
}

type streamingKey struct{}

// refusePlainSubscriptions answers a subscription over plain HTTP with an error; the transport would send the first event
// and stop.
func refusePlainSubscriptions(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx).Operation
	if op != nil && op.Operation == ast.Subscription && ctx.Value(streamingKey{}) == nil {
		p := translate(statusError{http.StatusBadRequest, "a subscription needs a WebSocket, or POST with `Accept: text/event-stream`"})
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{{Message: p.text, Extensions: p.extensions(ctx)}}})
	}
	return next(ctx)
}
