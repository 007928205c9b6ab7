package dialogue

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"parley/ent"
	"parley/ent/message"
)

// What is kept of threads takes about as much memory as it is counted as, whatever the threads are like.
func TestThePastOfThreadsTakesWhatItCounts(t *testing.T) {
	for name, like := range map[string]struct{ entries, text int }{"short texts": {10, 30}, "long texts": {10, 3000}, "many": {150, 60}} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var p pasts
			kept := 0
			for ; p.size < 3<<20; kept++ {
				var entries []entry
				for i := range like.entries {
					entries = append(entries, messageEntry(&ent.Message{
						ID: fmt.Sprintf("msg_%026d", i), Sequence: int64(i), Author: message.AuthorCUSTOMER, Text: strings.Repeat("x", like.text),
					}))
				}
				p.keep(fmt.Sprintf("thr_%026d", kept), entries, int64(like.entries))
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			took := float64(after.HeapAlloc) - float64(before.HeapAlloc)
			if ratio := took / float64(p.size); ratio > 1.5 || ratio < 0.5 {
				t.Errorf("%d threads are counted as %d bytes and take %.0f, %.1f times that", kept, p.size, took, ratio)
			}
			runtime.KeepAlive(&p)
		})
	}
}

func TestWhatIsKeptOfThreadsIsBounded(t *testing.T) {
	var p pasts
	one := []entry{messageEntry(&ent.Message{ID: "m", Text: strings.Repeat("x", 300_000)})}
	for i := range 200 {
		p.keep(fmt.Sprint(i), one, 1)
	}
	if p.size > maxPastBytes || len(p.known) < 10 {
		t.Errorf("%d threads of %d bytes are kept", len(p.known), p.size)
	}
	if _, ok := p.take("199"); !ok {
		t.Error("the last one is not kept")
	}
}
