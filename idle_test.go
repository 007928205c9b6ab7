package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryIsGivenBackOnlyWhenIdle(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	var i idleness
	for n, step := range []struct {
		allocated, live uint64
		gives, unmaps   bool
		why             string
	}{
		{20 * mb, 10 * mb, false, false, "the start has just been"},
		{20*mb + 1, 10 * mb, true, true, "idle, with all that the start left"},
		{22 * mb, 8 * mb, false, false, "idle, though somebody is there"},
		{22*mb + mb/2, 8 * mb, false, true, "idle, and little has come since"},
		{24 * mb, 8 * mb, false, false, "still little"},
		{26 * mb, 8 * mb, true, false, "little by little it was enough"},
		{200 * mb, 8 * mb, false, false, "busy"},
		{400 * mb, 8 * mb, false, false, "busy"},
		{401 * mb, 8 * mb, true, false, "idle again"},
		{404 * mb, 100 * mb, false, false, "a large heap costs more to collect"},
		{404 * mb, 100 * mb, false, true, "the same, with nobody there"},
		{407 * mb, 100 * mb, false, false, "the same"},
		{500 * mb, 100 * mb, false, false, "busy"},
		{501 * mb, 100 * mb, true, false, "it grew by more than the half"},
	} {
		if gives, unmaps := i.look(step.allocated, step.live); gives != step.gives || unmaps != step.unmaps {
			t.Errorf("step %d, %s: gives memory back: %v, unmaps the program: %v", n, step.why, gives, unmaps)
		}
	}
}

// Not parallel: other tests would not let the process be idle.
func TestAnIdleServerGivesMemoryBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		defer debug.SetGCPercent(debug.SetGCPercent(-1)) // only who is tested collects
		runtime.GC()
		leave(64)
		before := released()
		go func() { done <- restWhenIdle(ctx) }()
		time.Sleep(3 * idleLook)
		if grown := int64(released()) - int64(before); grown < 32<<20 {
			t.Errorf("%d of 64 MB went back to the system", grown>>20)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// released is how much of the heap's address space the system has back.
func released() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// leave allocates so many MB and forgets them.
func leave(n int) {
	left := make([][]byte, n)
	for i := range left {
		left[i] = make([]byte, 1<<20)
	}
	runtime.KeepAlive(left)
}
