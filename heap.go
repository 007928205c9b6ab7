package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// leastHeap is what the heap may grow to before garbage is collected, in bytes, however little of it is alive: with 7 MB alive, a
	// server that stores 2,600 messages a second would collect every 50 ms, for 11 ms, with a quarter of the processors.
	leastHeap = 64 << 20
	// mostPercent bounds GOGC. With less than a fifth of leastHeap alive, the heap has that five times.
	mostPercent = 400
	// growingHeap is what the program may have until it is seen that more is alive than before: the runtime alone would let that
	// grow by the percentage that was right for little.
	growingHeap = 2 * leastHeap
	// busyBytes is how many bytes a second a busy server allocates at least: between each two of busyTimes collections in a row, since
	// work that comes in waves needs no larger heap. What such a heap has and keeps lies scattered, so that less of it can be given back.
	busyBytes = 32 << 20
	busyTimes = 6
)

// heapGrowth has the runtime collect garbage when the heap has doubled, as ever, but while there is much to do not before it has
// leastHeap.
type heapGrowth struct {
	limited bool // by GOMEMLIMIT, which is left alone

	mu      sync.Mutex // protects the fields below
	percent int
	ended   bool
	pace    pace
	samples []metrics.Sample
}

// letHeapGrow lets the heap grow until stop is called. Whoever sets GOGC has decided otherwise, and GOMEMLIMIT bounds this, too. An
// idle server gives the memory back (restWhenIdle).
func letHeapGrow() (stop func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	g := &heapGrowth{
		limited: os.Getenv("GOMEMLIMIT") != "", percent: 100,
		samples: []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/heap/allocs:bytes"}},
	}
	g.collected(new([16]byte))
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.ended = true
		g.set(100)
	}
}

// collected is called behind each collection: nobody but the runtime has what it is the finalizer of.
func (g *heapGrowth) collected(again *[16]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	metrics.Read(g.samples)
	percent := 100
	if g.pace.busy(time.Now(), g.samples[3].Value.Uint64()) {
		percent = heapPercent(g.samples[0].Value.Uint64(), g.samples[1].Value.Uint64()+g.samples[2].Value.Uint64())
	}
	g.set(percent)
	runtime.SetFinalizer(again, g.collected)
}

// set sets GOGC, which stops the program for a moment.
func (g *heapGrowth) set(percent int) {
	if percent == g.percent {
		return
	}
	g.percent = percent
	debug.SetGCPercent(percent)
	if g.limited {
		return
	}
	limit := int64(math.MaxInt64)
	if percent > 100 {
		limit = growingHeap
	}
	debug.SetMemoryLimit(limit)
}

// pace knows when garbage was collected last, how much had been allocated by then, and how often in a row it was much.
type pace struct {
	last      time.Time
	allocated uint64
	much      int
}

// busy says whether there is much to do, as seen at a collection. allocated counts from the start.
func (p *pace) busy(now time.Time, allocated uint64) bool {
	p.much++
	if float64(allocated-p.allocated) < busyBytes*now.Sub(p.last).Seconds() {
		p.much = 0
	}
	p.last, p.allocated = now, allocated
	return p.much >= busyTimes
}

// heapPercent is the GOGC by which the heap that has so much alive, beside other roots, grows to leastHeap: the runtime adds that
// part of both to what is alive (https://go.dev/doc/gc-guide#GOGC). It comes in steps, so that it changes seldom.
func heapPercent(live, roots uint64) int {
	if live == 0 || 2*live+roots >= leastHeap {
		return 100
	}
	return min(max(100, int((leastHeap-live)*100/(live+roots))/20*20), mostPercent)
}
