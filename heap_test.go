package main

import (
	"math"
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
	// What the test runs with is put back.
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv(name, "")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	stop := letHeapGrow()
	defer stop()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	for end := time.Now().Add(20 * time.Second); ; {
		garbage = make([]byte, mb)
		if metrics.Read(goal); goal[0].Value.Uint64() >= leastHeap*3/4 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the heap is collected at %d MB", goal[0].Value.Uint64()/mb)
		}
	}
	for end := time.Now().Add(20 * time.Second); debug.SetMemoryLimit(-1) != growingHeap; { // set a moment after the goal
		garbage = make([]byte, mb)
		if time.Now().After(end) {
			t.Fatalf("what comes to life suddenly may grow to %d bytes", debug.SetMemoryLimit(-1))
		}
	}
	for end := time.Now().Add(20 * time.Second); debug.SetMemoryLimit(-1) != math.MaxInt64; {
		time.Sleep(100 * time.Millisecond) // there is little to do
		runtime.GC()
		if time.Now().After(end) {
			t.Fatal("the heap stays large behind the work")
		}
	}
	stop()
	if before := debug.SetGCPercent(100); before != 100 {
		t.Errorf("it stays behind: GOGC is %d", before)
	}
}

var garbage []byte // or the compiler would not make it

func TestWavesAreNotMuchToDo(t *testing.T) {
	var p pace
	now, allocated := time.Now(), uint64(0)
	collections := func(n int, every time.Duration) (busy bool) {
		for range n {
			now, allocated = now.Add(every), allocated+6<<20
			busy = p.busy(now, allocated)
		}
		return busy
	}
	for range 20 {
		if collections(1, 500*time.Millisecond) || collections(3, 30*time.Millisecond) {
			t.Fatal("three collections in a row are much to do")
		}
	}
	if collections(2, 30*time.Millisecond) || !collections(1, 30*time.Millisecond) || !collections(100, 180*time.Millisecond) {
		t.Error("six in a row are not")
	}
	if collections(1, 200*time.Millisecond) {
		t.Error("it is not over")
	}
}
