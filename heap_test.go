package main

import (
	"os"
	"runtime"
	"runtime/debug"
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
		{3 * mb, 1 * mb, 400},
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
	stop := letHeapGrow()
	defer stop()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC() // behind which the next goal is set
		if metrics.Read(goal); goal[0].Value.Uint64() >= leastHeap*3/4 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the heap is collected at %d MB", goal[0].Value.Uint64()/mb)
		}
	}
	if limit := debug.SetMemoryLimit(-1); limit != growingHeap && os.Getenv("GOMEMLIMIT") == "" {
		t.Errorf("what comes to life suddenly may grow to %d bytes", limit)
	}
	stop()
	if before := debug.SetGCPercent(100); before != 100 {
		t.Errorf("it stays behind: GOGC is %d", before)
	}
}
