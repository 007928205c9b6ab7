package live

import (
	"fmt"
	"slices"
	"testing"
)

func TestReadersLearnWhatTheyRead(t *testing.T) {
	far := NewReads(func([]byte) { t.Error("what was heard is told again") })
	near := NewReads(far.Heard)
	here, there := near.Watch("w", "maisie"), far.Watch("w", "maisie")
	others := []*ReadWatcher{near.Watch("w", "owen"), near.Watch("v", "maisie"), far.Watch("w", "owen")}
	for _, topic := range []string{"a", "b", "a"} {
		near.Set("w", "maisie", topic)
	}
	for name, w := range map[string]*ReadWatcher{"here": here, "there": there} {
		<-w.Changed()
		if got := w.Next(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("%s: %q", name, got)
		}
		if got := w.Next(); len(got) > 0 {
			t.Errorf("%s is told again: %q", name, got)
		}
	}
	for n, w := range others {
		if got := w.Next(); len(got) > 0 {
			t.Errorf("another reader, %d, is told of %q", n, got)
		}
		w.Close()
	}
	far.Heard([]byte("{"))
	for i := range 2 * maxReads {
		near.Set("w", "maisie", fmt.Sprint(i))
	}
	if n := len(here.Next()); n != maxReads {
		t.Errorf("%d topics wait for one watcher", n)
	}
	here.Close()
	here.Close()
	if there.Close(); len(near.watchers)+len(far.watchers) > 0 {
		t.Errorf("watchers are left: %v %v", near.watchers, far.watchers)
	}
}
