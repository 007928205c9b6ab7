package graph

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/access"
	"parley/delivery"
	"parley/dialogue"
	"parley/eventlog"
	"parley/graph/document"
	"parley/graph/gql"
	"parley/graph/limit"
	"parley/graph/socket"
	"parley/live"
	"parley/rate"
	"parley/retention"
	"parley/seal"
	"parley/trace"
)

// Options are what the API is made of. All fields but Tracer, Timeout, Origins, Proxies, HTTPS, Limits, Rates, Documents, OwnDocuments, Unshared, ReadsAtOnce and Unplanned are required.
type Options struct {
	Log      *eventlog.Log
	Keys     *seal.Keys
	Access   *access.Service
	Dialogue *dialogue.Service
	Delivery *delivery.Service
	// Retention erases.
	Retention *retention.Service
	Models    []*gql.Model
	// Live has the texts that are being written; LiveText fills it.
	Live   *live.Hub
	People *live.Presences
	// Reads tells operators what they have read in other windows.
	Reads  *live.Reads
	Logger *slog.Logger
	// Tracer follows queries and mutations; nil follows none.
	Tracer *trace.Tracer
	// Timeout bounds reading a request, and then a query or mutation, so that one that waits for a lock cannot wait for
	// ever; 0 means 30 s. Streams may live as long as their key.
	Timeout time.Duration
	// Origins are the origins of browser pages that may open a WebSocket or a stream by GET, such as
	// `https://app.example.com`. The server's own origin always may.
	Origins []string
	// Proxies are the networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
	Proxies []netip.Prefix
	// HTTPS says that browsers reach the server by https, so that cookies are for that alone.
	HTTPS bool
	// Limits bound what one caller may hold open.
	Limits LiveLimits
	// Rates bounds what each caller may ask for; nil bounds nothing.
	Rates *rate.Meter
	// Documents are the only ones that are executed, together with OwnDocuments; none means that all are.
	Documents []document.Source
	// OwnDocuments are those of the pages that the server has itself, page by page.
	OwnDocuments [][]document.Source
	// Unshared has identical subscriptions executed each by itself, to measure what sharing is worth.
	Unshared bool
	// ReadsAtOnce is how many queries with a plan read at once; the others wait in their order. 0 bounds nothing.
	ReadsAtOnce int
	// Unplanned has all queries executed generically, to compare plans with that.
	Unplanned bool
}

// queryCache is how many texts are kept for apps that send their hashes; limit/ bounds the size of each.
const queryCache = 1000

// Handler answers /graphql.
type Handler struct {
	http.Handler
	streams *streams
	shares  *shares
	plans   *planned
	exports http.Handler

	operations *operations
}

// Exports answers GET and HEAD of /exports/{token}, the links that `exportThread` and `exportThreads` make.
func (h *Handler) Exports() http.Handler { return h.exports }

// EndStreams tells every stream that the server is stopping, so that clients connect to another replica or to the next
// start, and lets no new one begin; requests go on. The channel is closed when all have ended, which takes seconds with
// clients that do not answer. It may be called again.
func (h *Handler) EndStreams() <-chan struct{} { return h.streams.stop() }

// DefaultTimeout is what Options.Timeout stands at.
const DefaultTimeout = 30 * time.Second

// Sharing returns figures of identical subscriptions, which are executed together.
func (h *Handler) Sharing() Sharing { return h.shares.figures() }

// New returns the handler for /graphql: queries and mutations by POST, queries by GET, subscriptions by WebSocket
// (graphql-transport-ws) and by server-sent events (POST and GET). Streams end by EndStreams, not with their requests. It panics when a root field has no @auth, which is a mistake of the
// program.
func New(o Options) *Handler {
	limits, figures := limit.Default(), newLiveMetrics(o.Log)
	pages := socket.Options{Origins: o.Origins, MaxMessage: limits.Body, Poller: &socket.Poller{}, Held: &figures.held}
	before := proxies{trusted: o.Proxies, https: o.HTTPS}
	resolver := &Resolver{
		log: o.Log, client: o.Log.Client(), keys: o.Keys, access: o.Access, dialogue: o.Dialogue,
		delivery: o.Delivery, retention: o.Retention, models: o.Models, live: o.Live, people: o.People, reads: o.Reads, proxies: before, pages: pages,
		signIns: rate.New(tries, nil), visitors: rate.New(tries, nil), chats: rate.New(visitors, nil),
	}
	config := Config{
		Resolvers:  resolver,
		Directives: DirectiveRoot{Auth: authDirective},
		Complexity: complexities(),
	}
	schema := NewExecutableSchema(config)
	mustBeGuarded(schema.Schema())

	f := &front{
		access: o.Access, logger: o.Logger, streams: newStreams(o.Access.StillValid, o.Limits, figures), body: limits.Body, timeout: cmp.Or(o.Timeout, DefaultTimeout),
		pages: pages, proxies: before, meter: o.Rates, gate: newGate(runtime.GOMAXPROCS(0)),
		refused: make(chan struct{}, refusedWaiting),
		tracer:  o.Tracer, operations: newOperations(),
		presumes: !o.Unplanned,
	}
	f.shares = &shares{off: o.Unshared, groups: map[shareKey]*group{}}
	figures.streams, figures.shares = f.streams, f.shares
	plans := newPlanned(schema.(*executableSchema), resolver, o.Logger, o.ReadsAtOnce)
	srv := handler.New(plans)
	if o.Unplanned {
		srv = handler.New(schema)
	}
	srv.AddTransport(sockets{f})
	srv.AddTransport(requests{f})
	f.cache = newDocuments(documentBytes)
	srv.SetQueryCache(f.cache)
	srv.SetDisableSuggestion(true)
	srv.SetValidationRulesFn(limits.Rules)
	srv.SetErrorPresenter(presenter(o.Logger, limits.Errors))
	srv.SetRecoverFunc(recovered(o.Logger))
	rates := metered{o.Rates}
	srv.Use(beforeDocuments{rates})
	trusted := mustTrust(schema.Schema(), o)
	srv.Use(persisted{trusted, lru.New[string](queryCache), limits.Document})
	srv.Use(limit.NewExtension(limits))
	if trusted != nil {
		srv.Use(trustedOnly{trusted, &hashes{}})
	}
	srv.Use(wholeAnswers{})
	srv.Use(variables{schema.Schema()})
	srv.Use(extension.Introspection{})
	srv.Use(extension.FixedComplexityLimit(limits.Cost))
	srv.Use(&introspected{})
	srv.Use(rates)
	srv.AroundOperations(f.observe)
	srv.AroundOperations(f.runOperation)
	srv.AroundOperations(keepUsage)
	if o.Unplanned {
		srv.AroundOperations(resolver.keepPlace)
	} else {
		srv.AroundRootFields(rootOf)
	}
	srv.AroundResponses(answerFailure)
	srv.AroundRootFields(answersSchema(schema.Schema()))
	srv.AroundFields(rememberMutations)
	return &Handler{
		Handler: withRequestID(f.withAddress(f.read(f.authenticate(srv)))), streams: f.streams, shares: f.shares, plans: plans,
		exports: withRequestID(&exports{front: f, resolver: resolver, schema: schema}), operations: f.operations,
	}
}

// mustTrust makes the set of trusted documents; nil if all are executed. It panics for one that is not valid: see CheckDocuments.
func mustTrust(schema *ast.Schema, o Options) *document.Set {
	if len(o.Documents) == 0 {
		return nil
	}
	set, err := document.NewSet(schema, append(slices.Clone(o.OwnDocuments), o.Documents)...)
	if err != nil {
		panic(fmt.Sprintf("graph: %v", err))
	}
	return set
}

// CheckDocuments says what is wrong with documents, in a sentence about the first.
func CheckDocuments(apps ...[]document.Source) error {
	_, err := document.NewSet(NewExecutableSchema(Config{}).Schema(), apps...)
	return err
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
