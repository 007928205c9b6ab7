package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// idleLook is how often a server looks whether it is idle.
	idleLook = 10 * time.Second
	// idleBytes is what an idle server allocates between two looks at most. Its workers alone, which look for what is due, take a
	// twentieth of it; a few requests a second take more.
	idleBytes = 4 << 20
	// restBytes is what a server allocates between two looks at most that nobody asks for anything, but now and then.
	restBytes = 1 << 20
)

// idleness knows how much a server had allocated at its last look, and when it last gave memory back.
type idleness struct{ looked, gave uint64 }

// look says whether memory is to be given back: since the last look little was allocated, and since memory was given back the last
// time so much that it is worth a collection. allocated counts from the start; live is what the last collection left. It also says
// whether the program is to be unmapped: hardly anybody would have to wait until it is mapped again.
//
// A collection costs by what is alive, so a large heap has to grow by the half of it, as if GOGC were 50.
func (i *idleness) look(allocated, live uint64) (gives, unmaps bool) {
	came := allocated - i.looked
	i.looked = allocated
	if gives = came < idleBytes && allocated-i.gave >= max(idleBytes, live/2); gives {
		i.gave = allocated
	}
	return gives, came < restBytes
}

// restWhenIdle gives memory that nobody uses any more back to the system while there is little to do. The runtime alone collects
// garbage only when the heap has doubled, or after two minutes, so that what a start and a busy minute have left would stay; while
// there is much to do, it is left alone. So is the program's file, of which all that was ever touched would stay mapped.
func restWhenIdle(ctx context.Context) error {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	var server idleness
	for look := time.NewTicker(idleLook); ; {
		select {
		case <-ctx.Done():
			look.Stop()
			return nil
		case <-look.C:
		}
		metrics.Read(samples)
		gives, unmaps := server.look(samples[0].Value.Uint64(), samples[1].Value.Uint64())
		if gives {
			debug.FreeOSMemory()
		}
		if unmaps {
			_ = unmapProgram() // what stays mapped is in nobody's way
		}
	}
}
