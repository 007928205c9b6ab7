package main

import (
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

func TestASmallHeapMayGrow(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live, roots uint64
		percent     int
	}{
		{0, 2 * mb, 100}, // nothing was collected yet
		{12 * mb, 1 * mb, 400},
		{20 * mb, 2 * mb, 200},
		{30 * mb, 4 * mb, 100},
		{40 * mb, 2 * mb, 100},
		{800 * mb, 2 * mb, 100},
	} {
		if percent := heapPercent(c.live, c.roots); percent != c.percent {
			t.Errorf("GOGC for %d MB and %d MB of roots: %d instead of %d", c.live/mb, c.roots/mb, percent, c.percent)
		}
	}
	if os.Getenv("GOGC") != "" {
		t.Skip("GOGC is set")
	}
	letHeapGrow()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC() // behind which the next goal is set
		if metrics.Read(goal); goal[0].Value.Uint64() >= leastHeap*3/4 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the heap is collected at %d MB", goal[0].Value.Uint64()/mb)
		}
	}
}
