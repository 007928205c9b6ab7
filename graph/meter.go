package graph

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
	"parley/rate"
)

// wrongKey is what a wrong key costs its address, in root fields: each is a look into the database.
const wrongKey = 10

// metered counts what each caller asks for, over whichever transport: one root field for the request, before anything is done
// for its document (beforeDocuments), and the rest when its cost is known. It stands behind the check of the cost.
type metered struct{ meter *rate.Meter }

// beforeDocuments is the part of metered that stands before everything else.
type beforeDocuments struct{ metered metered }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = beforeDocuments{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
} = metered{}

// init tells gqlgen that nothing was executed; see limit.Code.
func init() { errcode.RegisterErrorType(CodeRateLimited, errcode.KindProtocol) }

// ExtensionName implements graphql.HandlerExtension.
func (metered) ExtensionName() string { return "Rates" }

// Validate implements graphql.HandlerExtension.
func (metered) Validate(graphql.ExecutableSchema) error { return nil }

// ExtensionName implements graphql.HandlerExtension.
func (beforeDocuments) ExtensionName() string { return "RateOfRequests" }

// Validate implements graphql.HandlerExtension.
func (beforeDocuments) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (b beforeDocuments) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	_, err := b.metered.charge(ctx, rate.Amount{Fields: 1})
	return limited(ctx, err)
}

// MutateOperationContext implements graphql.OperationContextMutator.
func (m metered) MutateOperationContext(ctx context.Context, o *graphql.OperationContext) *gqlerror.Error {
	a := rate.Amount{Fields: rootFields(o)}
	if s := extension.GetComplexityStats(ctx); s != nil {
		a.Cost = s.Complexity
	}
	if read, ok := o.Stats.GetExtension((*introspected)(nil).ExtensionName()).(int); ok {
		a.Cost += read / 10 // there is no statement behind it
	}
	left, err := m.charge(ctx, rate.Amount{Fields: max(0, a.Fields-1), Cost: a.Cost})
	o.Stats.SetExtension(m.ExtensionName(), &spent{a, left})
	return limited(ctx, err)
}

// charge counts for whoever asks. What has no caller is the server's own.
func (m metered) charge(ctx context.Context, a rate.Amount) (rate.Left, error) {
	kind, name := callerOf(ctx)
	if name == "" {
		return rate.Left{}, nil
	}
	return m.meter.Take(kind, name, a, time.Now())
}

// rootFields is how many root fields an operation resolves. An alias is a field of its own.
func rootFields(o *graphql.OperationContext) int {
	return len(fieldsOf(o))
}

// spent is what an operation has cost its caller.
type spent struct {
	rate.Amount
	left rate.Left
}

// InterceptResponse implements graphql.ResponseInterceptor: who sends `extensions: {cost: true}` is told what an operation
// has cost. Answers of subscriptions are shared by many and do not say it.
func (m metered) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if o := graphql.GetOperationContext(ctx); o != nil && o.Extensions["cost"] == true {
		s, counted := o.Stats.GetExtension(m.ExtensionName()).(*spent)
		if counted && o.Operation.Operation != ast.Subscription {
			graphql.RegisterExtension(ctx, "cost", s.told(o))
		}
	}
	return next(ctx)
}

func (s *spent) told(o *graphql.OperationContext) map[string]any {
	told := map[string]any{"cost": s.Cost, "rootFields": s.Fields}
	if c, ok := o.Stats.GetExtension("ComplexityLimit").(*extension.ComplexityStats); ok {
		told["maxCost"] = c.ComplexityLimit
	}
	left := map[string]any{}
	for name, n := range map[string]int{"cost": s.left.Cost, "rootFields": s.left.Fields} {
		if n >= 0 {
			left[name] = n
		}
	}
	if len(left) > 0 {
		left["wholeInMs"] = s.left.Whole.Milliseconds()
		told["left"] = left
	}
	return told
}

// limited is the refusal of a request that was not executed.
func limited(ctx context.Context, err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	return translate(err).gql(ctx)
}

type addressKey struct{}

// callerOf says who is asking, for rates. Tokens of one thread are one caller.
func callerOf(ctx context.Context) (rate.Kind, string) {
	v, _ := viewer.FromContext(ctx)
	switch {
	case v.Thread != "":
		return rate.Thread, v.Thread
	case v.Key != "":
		return rate.Key, v.Key
	}
	return rate.Address, address(ctx)
}

// address is where the request of ctx comes from; empty for what is the server's own.
func address(ctx context.Context) string {
	name, _ := ctx.Value(addressKey{}).(string)
	return name
}

// withAddress puts the caller's address beside what is asked.
func (f *front) withAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, rate.Of(f.proxies.caller(r)))))
	})
}

// mayTry refuses keys from an address that has used up its allowance, before the database is asked; but for keys that were
// good a while ago, so that nobody is kept out by a neighbour behind the same proxy.
func (f *front) mayTry(ctx context.Context, secret string) error {
	if err := f.meter.Exhausted(rate.Address, address(ctx), time.Now()); err != nil && !f.good.has(secret) {
		return err
	}
	return nil
}

// wrong counts a key or token that let nobody in. Once the address has used up its allowance it hears of that alone.
func (f *front) wrong(ctx context.Context, err error) error {
	if translate(err).code != CodeUnauthenticated {
		return err
	}
	if _, refused := f.meter.Take(rate.Address, address(ctx), rate.Amount{Fields: wrongKey}, time.Now()); refused != nil {
		return refused
	}
	return err
}

// retryAfter sets the header that programs wait by, if an answer says how long.
func retryAfter(h http.Header, after time.Duration) {
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa((&rate.Error{Wait: after}).Seconds()))
	}
}

// waitOf is how long an answer asks to wait; 0 if it does not.
func waitOf(errs gqlerror.List) time.Duration {
	if codeOf(errs) != CodeRateLimited {
		return 0
	}
	ms, _ := errs[0].Extensions["retryAfterMs"].(int64)
	return time.Duration(ms) * time.Millisecond
}
