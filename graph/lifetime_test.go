package graph

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/ent/viewer"

	"parley/trace"
)

func TestAConnectionIsTheContextOfWhatRunsOnIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type other struct{}
		request := context.WithValue(context.WithValue(t.Context(), trace.RequestKey{}, "req_1"), other{}, "of the request")
		request = viewer.NewContext(context.WithValue(request, addressKey{}, "192.0.2.1"), viewer.Viewer{Key: "key_1"})
		c := newConnection(request, kindSocket)
		early := c.Done()
		within, cancel := context.WithTimeout(c, time.Hour)
		defer cancel()
		var called atomic.Int32
		context.AfterFunc(within, func() { called.Add(1) })
		c.AfterFunc(func() { called.Add(1) })
		stop := c.AfterFunc(func() { t.Error("it was called though it was stopped") })
		if !stop() || stop() {
			t.Error("it can be stopped once")
		}
		if connectionOf(within) != c || requestID(within) != "req_1" || address(within) != "192.0.2.1" || within.Value(other{}) != nil {
			t.Error("it has other values")
		}
		if v, _ := viewer.FromContext(within); v.Key != "key_1" {
			t.Errorf("its viewer is %v", v)
		}
		if c.Err() != nil || c.Reason() != nil {
			t.Error("it has ended before its end")
		}

		reason := errors.New("a reason")
		c.end(reason)
		c.end(errors.New("another one"))
		synctest.Wait()
		if called.Load() != 2 || !errors.Is(c.Reason(), reason) || !errors.Is(c.Err(), context.Canceled) || !errors.Is(within.Err(), context.Canceled) {
			t.Errorf("%d were called; it ended for %v, %v, and within it %v", called.Load(), c.Reason(), c.Err(), within.Err())
		}
		<-early
		<-c.Done()
		late := false
		if stop := c.AfterFunc(func() { late = true }); stop() {
			t.Error("what is due already was stopped")
		}
		if synctest.Wait(); !late {
			t.Error("who comes after the end is not called")
		}
		if fresh := newConnection(context.Background(), ""); fresh.Value(trace.RequestKey{}) != "" || connectionOf(fresh) != fresh {
			t.Error("without a request there is no id")
		}
	})
}

func TestOneHolderForAllConnectionsOfAKey(t *testing.T) {
	t.Parallel()
	a, b := newConnection(t.Context(), ""), newConnection(t.Context(), "")
	if _, known := a.holder(); known {
		t.Error("nobody has said whose it is")
	}
	asked := 0
	s := newStreams(func(_ context.Context, v viewer.Viewer) bool { asked++; return v.Key != "revoked" }, LiveLimits{}, nil)
	for _, c := range []*connection{a, b} {
		c.hold(viewer.Viewer{Key: "key_1", Workspace: "wsp_1"})
		s.add(c)
	}
	revoked := newConnection(t.Context(), "")
	revoked.hold(viewer.Viewer{Key: "revoked", Workspace: "wsp_1"})
	s.add(revoked)
	s.check()
	if asked != 2 || a.Reason() != nil || b.Reason() != nil || revoked.Reason() == nil {
		t.Errorf("%d keys were asked about; the ends are %v, %v, %v", asked, a.Reason(), b.Reason(), revoked.Reason())
	}
}
