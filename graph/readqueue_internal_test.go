package graph

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	dto "github.com/prometheus/client_model/go"
)

func (q *readQueue) waitingNow(t *testing.T) float64 {
	t.Helper()
	var m dto.Metric
	if err := q.waiting.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.Gauge.GetValue()
}

// Who came first reads first; who gives up is passed over.
func TestReadsBeginInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newReadQueue(2)
		var leave []func()
		for range 2 {
			l, err := q.enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		var entered, want []int
		for i := range 100 {
			ctx := t.Context()
			if i%10 == 0 {
				ctx = impatient
			} else {
				want = append(want, i)
			}
			go func() {
				l, err := q.enter(ctx)
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					return
				}
				entered = append(entered, i) // one at a time, as there is one place
				l()
			}()
			synctest.Wait() // it waits
		}
		if n := q.waitingNow(t); n != 100 {
			t.Errorf("%v wait", n)
		}
		giveUp()
		synctest.Wait()
		leave[0]()
		synctest.Wait()
		if !slices.Equal(entered, want) {
			t.Errorf("they began in the order %v", entered)
		}
		if n := q.waitingNow(t); n != 0 {
			t.Errorf("%v still wait", n)
		}
		leave[1]()
		if all := q.places.TryAcquire(2); !all {
			t.Error("a place is lost")
		}
	})
}

func TestWithoutABoundNobodyWaits(t *testing.T) {
	t.Parallel()
	q := newReadQueue(0)
	for range 100 {
		if _, err := q.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
