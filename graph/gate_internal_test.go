package graph

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestStrangersHaveAQuarterOfThePlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(8)
		enter := func(known bool) (func(), error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return g.enter(ctx, known)
		}
		var leave []func()
		for range 2 {
			l, err := enter(false)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		if _, err := enter(false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the third stranger: %v", err)
		}
		for range 6 {
			l, err := enter(true)
			if err != nil {
				t.Fatalf("somebody with a key: %v", err)
			}
			leave = append(leave, l)
		}
		if _, err := enter(true); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the ninth: %v", err)
		}
		refused := 0
		for range strangersWaiting + 10 {
			go func() {
				l, err := g.enter(t.Context(), false)
				if errors.Is(err, errManyStrangers) {
					refused++ // in the bubble one after the other
				} else if err == nil {
					l()
				}
			}()
			synctest.Wait()
		}
		if refused != 10 {
			t.Errorf("%d were sent away, want 10", refused)
		}
		for _, l := range leave {
			l()
		}
		synctest.Wait()
		if len(g.all)+len(g.strangers)+len(g.queue) != 0 {
			t.Errorf("%d, %d and %d places are not given back", len(g.all), len(g.strangers), len(g.queue))
		}
	})
}

// panics is an executor that cannot even read a request.
type panics struct{ graphql.GraphExecutor }

// CreateOperationContext implements graphql.GraphExecutor.
func (panics) CreateOperationContext(context.Context, *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	panic("a mistake of the program")
}

func TestAPanicWhileADocumentIsReadIsAnError(t *testing.T) {
	t.Parallel()
	f := &front{logger: slog.New(slog.DiscardHandler), gate: newGate(1), timeout: time.Second, cache: newDocuments(10)}
	for range 2 { // the place was given back
		op, errs := f.prepare(t.Context(), panics{}, &graphql.RawParams{Query: "{ x }"})
		if op == nil || codeOf(errs) != CodeInternal {
			t.Errorf("it answers %v", errs)
		}
	}
}
