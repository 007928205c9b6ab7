package graph

import (
	"context"
	"errors"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
)

var errManyStrangers = errors.New("too many documents of callers without a key are being read: try again, or send a key")

// gate bounds how many documents are parsed and validated at once: that takes a processor for milliseconds and cannot be
// broken off. Callers without a key have a quarter of the places, and a short queue.
type gate struct {
	all       chan struct{}
	strangers chan struct{}
	queue     chan struct{} // strangers who wait, or are inside
}

// strangersWaiting is how many callers without a key may wait; the next are sent away.
const strangersWaiting = 64

func newGate(places int) gate {
	strangers := max(1, places/4)
	return gate{make(chan struct{}, places), make(chan struct{}, strangers), make(chan struct{}, strangers+strangersWaiting)}
}

// enter waits for a place. leave gives it back.
func (g gate) enter(ctx context.Context, known bool) (leave func(), err error) {
	if known {
		if err := take(ctx, g.all); err != nil {
			return nil, err
		}
		return func() { <-g.all }, nil
	}
	select {
	case g.queue <- struct{}{}:
	default:
		return nil, errManyStrangers
	}
	if err := take(ctx, g.strangers); err != nil {
		<-g.queue
		return nil, err
	}
	if err := take(ctx, g.all); err != nil {
		<-g.strangers
		<-g.queue
		return nil, err
	}
	return func() { <-g.all; <-g.strangers; <-g.queue }, nil
}

func take(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// prepare reads the document of a request and checks it, when it is its turn. Documents that are known pass at once. A panic is an
// error of the request: on a socket nobody else would catch it.
func (f *front) prepare(ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams) (op *graphql.OperationContext, errs gqlerror.List) {
	defer func() {
		if cause := recover(); cause != nil {
			op, errs = &graphql.OperationContext{}, gqlerror.List{f.caught(ctx, cause)}
		}
	}()
	if _, known := f.cache.Get(ctx, params.Query); known {
		return exec.CreateOperationContext(ctx, params)
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	_, known := viewer.FromContext(ctx)
	leave, err := f.gate.enter(limited, known)
	if err != nil {
		return &graphql.OperationContext{}, gqlerror.List{f.tell(limited, err).gql(ctx)}
	}
	defer leave()
	return exec.CreateOperationContext(ctx, params)
}

// caught is the error of a panic while a document was read. gqlparser does not look at numbers for scalars of ours, and panics when
// it reads one that is too large.
func (f *front) caught(ctx context.Context, cause any) *gqlerror.Error {
	var number *strconv.NumError
	if err, ok := cause.(error); ok && errors.As(err, &number) {
		wrong := gqlerror.Errorf("the number %s is too large for a document: send it in a variable", number.Num[:min(len(number.Num), 40)])
		errcode.Set(wrong, errcode.ValidationFailed)
		return wrong
	}
	return f.tell(ctx, recovered(f.logger)(ctx, cause)).gql(ctx)
}
