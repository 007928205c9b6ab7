package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// leastHeap is what the heap may grow to before garbage is collected, in bytes, however little of it is alive: with 15 MB alive a
// busy server would collect several times a second, and each time half a processor of two is taken away from its requests.
const leastHeap = 64 << 20

// letHeapGrow has the runtime collect garbage when the heap has doubled, as ever, but not before it has leastHeap. It is for the
// process, and stays. Whoever sets GOGC has decided otherwise; GOMEMLIMIT bounds this, too. An idle server gives the memory back
// (restWhenIdle).
var letHeapGrow = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" {
		return
	}
	percent := 100
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/scan/stack:bytes"}}
	var collected func(*[16]byte)
	collected = func(again *[16]byte) {
		metrics.Read(samples)
		if next := heapPercent(samples[0].Value.Uint64(), samples[1].Value.Uint64()+samples[2].Value.Uint64()); next != percent {
			percent = next
			debug.SetGCPercent(next)
		}
		runtime.SetFinalizer(again, collected) // nobody else has it: the next collection finds it
	}
	collected(new([16]byte))
})

// heapPercent is the GOGC by which the heap that has so much alive, beside other roots, grows to leastHeap at least: the runtime
// adds that part of both to what is alive (https://go.dev/doc/gc-guide#GOGC). It comes in steps, since each change stops the program
// for a moment.
func heapPercent(live, roots uint64) int {
	if 2*live+roots >= leastHeap || live == 0 {
		return 100
	}
	percent := int((leastHeap - live) * 100 / (live + roots))
	return max(100, percent/20*20)
}
