package live

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// pair returns a relay and the hub of another server that hears it, as long as lose does not say otherwise.
func pair(lose func() bool) (near *Relay, nearHub, farHub *Hub) {
	nearHub, farHub = NewHub(), NewHub()
	far := NewRelay(farHub, func([]byte) {}, func() bool { return false })
	near = NewRelay(nearHub, func(data []byte) {
		if !lose() {
			far.Heard(data)
		}
	}, func() bool { return false })
	return near, nearHub, farHub
}

func never() bool { return false }

func TestTextsAreWatchedAtOtherServers(t *testing.T) {
	r, nearHub, farHub := pair(never)
	near, far := nearHub.Watch("w", "t"), farHub.Watch("w", "t")
	r.Append(gen("m"), 0, "Grüß ")
	r.Append(gen("m"), 5, "Gott")
	want(t, near.Next(), `m@0 "Grüß Gott" false`)
	want(t, far.Next(), ``)
	r.flush()
	want(t, far.Next(), `m@0 "Grüß Gott" false`)
	r.Append(gen("m"), 9, "!")
	r.flush()
	want(t, far.Next(), `m@9 "!" false`)
	r.Append(gen("m"), 10, " lost") // it ends before it is passed on
	r.Append(gen("n"), 0, "other")
	r.End(gen("m"))
	r.flush()
	want(t, far.Next(), `n@0 "other" false`)
	r.Drop(gen("n"))
	want(t, far.Next(), `n@5 "" true`)
	if len(farHub.topics) != 1 || farHub.size != 0 || len(r.pending) != 0 {
		t.Errorf("%d topics, %d bytes and %d pieces are left", len(farHub.topics), farHub.size, len(r.pending))
	}
}

// Whatever is lost on the way, elsewhere they see a beginning of the text, without a hole.
func TestWhatIsLostLeavesABeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chance := rapid.Float64Range(0, 0.5).Draw(t, "loss")
		r, _, farHub := pair(func() bool { return rand.Float64() < chance })
		w := farHub.Watch("w", "t")
		text, seen := "", ""
		for range rapid.IntRange(1, 40).Draw(t, "pieces") {
			piece := strings.Repeat(rapid.StringMatching(`[aäß€😀"\\]{1,9}`).Draw(t, "piece"), rapid.IntRange(1, 900).Draw(t, "times"))
			r.Append(gen("m"), utf8.RuneCountInString(text), piece)
			text += piece
			if rapid.Bool().Draw(t, "flush") {
				r.flush()
			}
			for _, p := range w.Next() {
				if p.Offset != utf8.RuneCountInString(seen) {
					t.Fatalf("a piece at %d after %d", p.Offset, utf8.RuneCountInString(seen))
				}
				seen += p.Text
			}
		}
		if !strings.HasPrefix(text, seen) || chance == 0 && len(r.pending) == 0 && len(text) <= MaxText && seen != text {
			t.Fatalf("saw %d bytes of %d", len(seen), len(text))
		}
	})
}

func TestATextOfAServerThatDiedIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, farHub := pair(never)
		other := NewRelay(farHub, func([]byte) {}, never)
		r.send = other.Heard
		w := farHub.Watch("w", "t")
		r.Append(gen("m"), 0, "half a")
		r.flush()
		want(t, w.Next(), `m@0 "half a" false`)
		time.Sleep(silentFor / 2)
		other.dropSilent(time.Now())
		want(t, w.Next(), ``)
		time.Sleep(silentFor)
		other.dropSilent(time.Now())
		want(t, w.Next(), `m@6 "" true`)
	})
}

func TestAServerAloneSendsNoText(t *testing.T) {
	sent := 0
	r := NewRelay(NewHub(), func([]byte) { sent++ }, func() bool { return true })
	for i := range 10 {
		r.Append(gen(fmt.Sprint(i)), 0, "x")
	}
	r.flush()
	if sent > 0 {
		t.Errorf("%d messages for nobody", sent)
	}
}

func TestARelayPassesOverWhatItDoesNotKnow(t *testing.T) {
	r, hub, _ := pair(never)
	for _, data := range []string{``, `{`, `[]`, `{"w":"w","t":"t","m":"m","o":-1,"x":"x"}`, `{"w":"w","t":"t","m":"m","e":"unheard-of"}`} {
		r.Heard([]byte(data))
	}
	if len(hub.topics) != 0 {
		t.Error("something was made of it")
	}
}
