package live

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func gen(message string) Generation { return Generation{"w", "t", "turn", message} }

func show(pieces []Piece) string {
	var all []string
	for _, p := range pieces {
		all = append(all, fmt.Sprintf("%s@%d %q %v", p.MessageID, p.Offset, p.Text, p.Dropped))
	}
	return strings.Join(all, ", ")
}

func want(t *testing.T, got []Piece, wanted string) {
	t.Helper()
	if s := show(got); s != wanted {
		t.Errorf("got %s, want %s", s, wanted)
	}
}

func changed(w *Watcher) bool {
	select {
	case <-w.Changed():
		return true
	default:
		return false
	}
}

func TestPiecesJoin(t *testing.T) {
	h := NewHub()
	early := h.Watch("w", "t")
	if changed(early) {
		t.Error("a signal without a text")
	}
	h.Append(gen("m"), 0, "Grüß ")
	want(t, early.Next(), `m@0 "Grüß " false`)
	h.Append(gen("m"), 5, "Gott")
	h.Append(gen("m"), 9, "!")
	late := h.Watch("w", "t")
	if !changed(late) || !changed(early) {
		t.Error("no signal for a text")
	}
	want(t, early.Next(), `m@5 "Gott!" false`)
	want(t, late.Next(), `m@0 "Grüß Gott!" false`)
	want(t, late.Next(), ``)
}

func TestEnds(t *testing.T) {
	h := NewHub()
	read, unread, skipped := h.Watch("w", "t"), h.Watch("w", "t"), h.Watch("w", "t")
	for _, m := range []string{"dropped", "stored"} {
		h.Append(gen(m), 0, m)
	}
	read.Next()
	skipped.Next()
	skipped.Skip("dropped")
	h.Drop(gen("dropped"))
	h.End(gen("stored"))
	h.Drop(gen("stored")) // too late
	want(t, read.Next(), `dropped@7 "" true`)
	want(t, unread.Next(), ``)
	want(t, skipped.Next(), ``)
	h.Append(gen("stored"), 6, " and more")
	want(t, read.Next(), ``)
	for _, w := range []*Watcher{read, unread, skipped} {
		w.Close()
		w.Close()
	}
	if len(h.topics) != 0 || h.size != 0 {
		t.Errorf("%d topics and %d bytes are left", len(h.topics), h.size)
	}
}

func TestASkippedTextIsSilent(t *testing.T) {
	h := NewHub()
	w := h.Watch("w", "t")
	h.Append(gen("m"), 0, "a")
	w.Next()
	h.Drop(gen("m"))
	w.Skip("m") // its end was waiting
	want(t, w.Next(), ``)
	h.Append(gen("n"), 0, "a")
	w.Skip("n")
	h.Append(gen("n"), 1, "b")
	want(t, w.Next(), ``)
}

func TestWorkspacesAreApart(t *testing.T) {
	h := NewHub()
	w := h.Watch("other", "t")
	h.Append(gen("m"), 0, "secret")
	h.Drop(gen("m"))
	if changed(w) || len(w.Next()) > 0 {
		t.Error("another workspace heard a text")
	}
}

func TestAPieceThatDoesNotJoinOnEndsTheHearing(t *testing.T) {
	h := NewHub()
	w := h.Watch("w", "t")
	h.Append(gen("m"), 3, "no beginning")
	h.Append(gen("n"), 0, "abc")
	h.Append(gen("n"), 4, "a hole")
	h.Append(gen("n"), 3, "too late")
	want(t, w.Next(), `n@0 "abc" false`)
	h.End(gen("n"))
	if w.Close(); len(h.topics) != 0 {
		t.Error("a text is left")
	}
}

func TestTextsAreBounded(t *testing.T) {
	h := NewHub()
	w := h.Watch("w", "t")
	h.Append(gen("m"), 0, strings.Repeat("a", MaxText-1))
	h.Append(gen("m"), MaxText-1, "bb") // over the bound
	h.Append(gen("m"), MaxText-1, "c")  // would fit, but not without a hole
	if got := w.Next(); len(got) != 1 || len(got[0].Text) != MaxText-1 {
		t.Errorf("%d pieces", len(got))
	}
	for i := range MaxAll/MaxText + 5 {
		h.Append(gen(fmt.Sprint(i)), 0, strings.Repeat("a", MaxText))
	}
	if h.size > MaxAll {
		t.Errorf("%d bytes are kept", h.size)
	}
	h.Drop(gen("m"))
	for i := range MaxAll/MaxText + 5 {
		h.Drop(gen(fmt.Sprint(i)))
	}
	if h.size != 0 {
		t.Errorf("%d bytes are left", h.size)
	}
}

// Whatever the interleaving of appends, reads and late watchers: each watcher gets each text exactly, without a hole or
// a repeat.
func TestEveryWatcherGetsExactlyTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := NewHub()
		full := map[string]string{}
		got := []map[string]string{}
		var watchers []*Watcher
		read := func(i int) {
			signalled := changed(watchers[i])
			pieces := watchers[i].Next()
			if len(pieces) > 0 && !signalled {
				t.Fatal("there was something to read without a signal")
			}
			for _, p := range pieces {
				if have := utf8.RuneCountInString(got[i][p.MessageID]); have != p.Offset || p.Text == "" || p.Dropped {
					t.Fatalf("piece %+v after %d code points", p, have)
				}
				got[i][p.MessageID] += p.Text
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"watch": func(t *rapid.T) {
				watchers, got = append(watchers, h.Watch("w", "t")), append(got, map[string]string{})
			},
			"append": func(t *rapid.T) {
				m, piece := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "message"), rapid.StringN(1, 5, -1).Draw(t, "piece")
				h.Append(gen(m), utf8.RuneCountInString(full[m]), piece)
				full[m] += piece
			},
			"read": func(t *rapid.T) {
				if len(watchers) == 0 {
					t.Skip("nobody watches")
				}
				read(rapid.IntRange(0, len(watchers)-1).Draw(t, "watcher"))
			},
		})
		for i := range watchers {
			read(i)
			for m, text := range full {
				if got[i][m] != text {
					t.Fatalf("watcher %d got %q of %q", i, got[i][m], text)
				}
			}
		}
	})
}

// The same with goroutines, for the race detector.
func TestManyWritersAndWatchers(t *testing.T) {
	h := NewHub()
	const writers, watchers, pieces = 8, 8, 500
	var writing, reading sync.WaitGroup
	for range watchers {
		w := h.Watch("w", "t")
		reading.Go(func() {
			defer w.Close()
			ends := 0
			have := map[string]int{}
			for range w.Changed() {
				for _, p := range w.Next() {
					switch {
					case p.Dropped:
						ends++
					case p.Offset != have[p.MessageID]:
						t.Errorf("a piece at %d, not at %d", p.Offset, have[p.MessageID])
					}
					have[p.MessageID] += utf8.RuneCountInString(p.Text)
				}
				if ends == writers {
					return
				}
			}
		})
	}
	for n := range writers {
		writing.Go(func() {
			g := gen(fmt.Sprint(n))
			for i := range pieces {
				h.Append(g, 2*i, "äb")
			}
			for !everybodyRead(h, g.MessageID) {
				runtime.Gosched()
			}
			h.Drop(g)
		})
	}
	writing.Wait()
	reading.Wait()
	if len(h.topics) != 0 {
		t.Error("a topic is left")
	}
}

// everybodyRead says whether all watchers have read some of a text, so that they hear of its end.
func everybodyRead(h *Hub, messageID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := key{"w", "t"}
	t := h.find(at, messageID)
	for _, w := range h.topics[at].watchers {
		if w.read[t].bytes == 0 {
			return false
		}
	}
	return true
}
