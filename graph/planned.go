package graph

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"entgo.io/ent/dialect"
	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/plan"
)

// planned answers queries of documents that it has a plan for, and leaves all others to the generic executor, together with
// whatever a plan will not answer: a wrong argument, an object that is gone, a database that fails. It stands where gqlgen
// executes, so that all that goes before and behind execution is the same for both.
type planned struct {
	*executableSchema
	resolver *Resolver
	logger   *slog.Logger
	dialect  string
	plans    graphql.Cache[*plan.Plan] // nil is kept too
	queue    *readQueue
	answered *prometheus.CounterVec
}

func newPlanned(schema *executableSchema, r *Resolver, logger *slog.Logger, atOnce int) *planned {
	p := &planned{executableSchema: schema, resolver: r, logger: logger, dialect: dialect.SQLite, plans: newPlans(planBytes), queue: newReadQueue(atOnce),
		answered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_planned_reads_total", Help: "Queries by how they were answered: by a plan that was kept or had to be made, or generically, without a plan or with one that stepped aside.",
		}, []string{"by"})}
	if r.log.Postgres() {
		p.dialect = dialect.Postgres
	}
	for _, by := range []string{byKept, byMade, byNone, byAside} {
		p.answered.WithLabelValues(by) // so that each exists from the start
	}
	return p
}

// How a query was answered.
const (
	byKept  = "plan"
	byMade  = "new plan"
	byNone  = "generic"
	byAside = "aside"
)

// PlanMetrics returns the collector of figures of plans; the caller registers it.
func (h *Handler) PlanMetrics() prometheus.Collector {
	return collectors{h.plans.answered, h.plans.queue.waiting, h.plans.queue.waited}
}

type plannedKey struct{}

// Exec implements graphql.ExecutableSchema.
func (p *planned) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation == ast.Mutation {
		return p.mutate(op)
	}
	v, known := viewer.FromContext(ctx)
	if !known || op.Operation.Operation != ast.Query {
		return p.executableSchema.Exec(ctx)
	}
	found, by := p.planOf(ctx, op, v.Role)
	if found == nil {
		p.answered.WithLabelValues(by).Inc()
		place := p.resolver.placeBefore(ctx)
		generic := p.generic(ctx)
		return func(ctx context.Context) *graphql.Response { return generic(place.keep(ctx)) }
	}
	var generic graphql.ResponseHandler
	return func(ctx context.Context) *graphql.Response {
		if generic != nil {
			return generic(ctx)
		}
		if !found.Whole {
			ctx = p.resolver.placeBefore(ctx).keep(ctx)
		}
		values, err := p.run(ctx, op, found, v)
		if err == nil && found.Whole {
			p.answered.WithLabelValues(by).Inc()
			generic = func(context.Context) *graphql.Response { return nil }
			return &graphql.Response{Data: object(found, values)}
		}
		if err == nil {
			ctx = context.WithValue(ctx, plannedKey{}, namedValues(found, values))
		} else {
			by = byAside
			p.report(ctx, op, err)
			if found.Whole {
				ctx = p.resolver.placeBefore(ctx).keep(ctx)
			}
		}
		p.answered.WithLabelValues(by).Inc()
		generic = p.generic(ctx)
		return generic(ctx)
	}
}

// generic executes without a plan, or what a plan has left. A presumed viewer is proved first, as a resolver may do more than ask the
// database: it may ask a vendor for its models.
func (p *planned) generic(ctx context.Context) graphql.ResponseHandler {
	if err := viewer.Prove(ctx); err != nil {
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{tell(ctx, p.logger, err).gql(ctx)}})
	}
	return p.executableSchema.Exec(ctx)
}

// mutate executes a mutation as the generated code does, but for a map of all input types, which that makes anew each time. Only
// ent's collection of fields with filters would look into it, and no payload has such.
func (p *planned) mutate(op *graphql.OperationContext) graphql.ResponseHandler {
	ec, done := newExecutionContext(op, p.executableSchema, nil), false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		var data bytes.Buffer
		_Mutation(ctx, ec, op.Operation.SelectionSet).MarshalGQL(&data)
		return &graphql.Response{Data: data.Bytes()}
	}
}

// report tells the log of a failure that is not the caller's: the generic path may fail for the same reason, or hide it.
func (p *planned) report(ctx context.Context, op *graphql.OperationContext, err error) {
	if errors.Is(err, plan.ErrAside) || ctx.Err() != nil || translate(err).code != CodeInternal {
		return
	}
	p.logger.WarnContext(ctx, "plan failed", "requestId", requestID(ctx), "operation", op.OperationName, "error", err)
}

// planOf returns the plan of an operation for a role; nil if there is none.
func (p *planned) planOf(ctx context.Context, op *graphql.OperationContext, role viewer.Role) (*plan.Plan, string) {
	hash := sha256.Sum256([]byte(op.RawQuery))
	key := append(append(append(hash[:], role...), ' '), op.Operation.Name...)
	for _, d := range op.Operation.VariableDefinitions {
		if d.Type.NamedType == "Boolean" { // directives may ask for it
			key = append(key, ' ')
			if op.Variables[d.Variable] == true {
				key = append(key, '+')
			}
		}
	}
	if kept, ok := p.plans.Get(ctx, string(key)); ok {
		if kept == nil {
			return nil, byNone
		}
		return kept, byKept
	}
	made, ok := plan.Compile(op, role, p.dialect)
	if !ok {
		made = nil
	}
	p.plans.Add(ctx, string(key), made)
	if made == nil {
		return nil, byNone
	}
	return made, byMade
}

// run returns the values of the root fields of a plan, by their place; nil for those that are not planned.
func (p *planned) run(ctx context.Context, op *graphql.OperationContext, found *plan.Plan, v viewer.Viewer) ([][]byte, error) {
	arguments := planArguments{p, op}
	text, args, err := found.Statement(plan.Run{
		Viewer: v,
		Page:   func(l *plan.List) (plan.Page, error) { return arguments.page(ctx, l) },
		Find:   func(l *plan.Lookup) (plan.Found, error) { return arguments.find(ctx, l) },
	})
	if err != nil {
		return nil, err
	}
	reading, presumed, n := ctx, viewer.Presumed(ctx), found.Columns()
	if presumed != nil {
		reading = viewer.WithCondition(ctx)
		text, args, n = proving(text, args, presumed), append(args, presumed.Args...), n+1
	}
	columns, err := p.read(reading, text, args, n)
	if err != nil {
		return nil, err
	}
	if presumed != nil {
		if n--; columns[n] == nil {
			return nil, plan.ErrAside // where it is asked who it is
		}
		presumed.Proved()
		columns = columns[:n]
	}
	history := sync.OnceValues(func() (string, error) { return p.resolver.history(ctx) })
	return found.Finish(columns, plan.Values{
		ThreadCursor: func(threadID string, sequence int64) (string, error) {
			history, err := history()
			return eventlog.Cursor{History: history, Thread: threadID, Sequence: sequence}.String(p.resolver.keys), err
		},
		WorkspaceCursor: func(history string, positions map[int]int64) string {
			c := eventlog.Cursor{History: history, Workspace: v.Workspace}
			for shard, position := range positions {
				c.Positions[shard%eventlog.Shards] = position
			}
			return c.String(p.resolver.keys)
		},
		Data: func(text string) (string, bool) {
			data := dataOf(text, "a model")
			if data == nil {
				return "", false
			}
			return string(*data), true
		},
	})
}

// proving returns the statement of a plan with one more column, which is null unless the caller is the presumed one. Its arguments
// are the statement's and those of the condition.
func proving(text string, args []any, p *viewer.Presumption) string {
	var b strings.Builder
	b.WriteString(text)
	b.WriteString(", CASE WHEN ")
	for i, part := range strings.Split(p.Condition, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(len(args)+i))
		}
		b.WriteString(part)
	}
	b.WriteString(" THEN 'held' END")
	return b.String()
}

// read runs the statement of a plan when it is its turn, and returns the columns of its row. Neither the place nor the connection is
// held any longer than that: what finishes an answer may ask the database itself.
func (p *planned) read(ctx context.Context, text string, args []any, n int) (columns [][]byte, err error) {
	leave, err := p.queue.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := p.resolver.client.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, rows.Close()) }()
	if !rows.Next() {
		return nil, cmp.Or(rows.Err(), plan.ErrAside)
	}
	columns, into := make([][]byte, n), make([]any, n)
	for i := range columns {
		into[i] = &columns[i]
	}
	return columns, rows.Scan(into...)
}

// object is an answer of a plan that has all of it.
func object(p *plan.Plan, values [][]byte) []byte {
	n := 2
	for i, r := range p.Roots {
		n += len(r.Name) + len(values[i]) + 4
	}
	out := append(make([]byte, 0, n), '{')
	for i, r := range p.Roots {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), r.Name...), '"', ':')
		out = append(out, values[i]...)
	}
	return append(out, '}')
}

// namedValues are the values of a plan by the names that the answer has for them.
func namedValues(p *plan.Plan, values [][]byte) map[string][]byte {
	named := map[string][]byte{}
	for i, r := range p.Roots {
		if r.Planned {
			named[r.Name] = values[i]
		}
	}
	return named
}

// rootOf gives the generic executor a root field that a plan has answered.
func rootOf(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	values, ok := ctx.Value(plannedKey{}).(map[string][]byte)
	if !ok {
		return next(ctx)
	}
	value, ok := values[graphql.GetRootFieldContext(ctx).Field.Alias]
	if !ok {
		return next(ctx)
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(value) })
}
