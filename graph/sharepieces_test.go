package graph_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/ent/viewer"
)

// Many who watch a text being written share its pieces, those who come in the middle too, once they rest at the same place.
func TestPiecesAreShared(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID, pen := a.writer(t)
		const watchers = 10
		var readers []*reader
		watch := func(n int) {
			for i := range n {
				variables := map[string]any{"t": threadID}
				if i%2 == 0 {
					variables["after"] = ""
				}
				dial := transports["websocket"]
				if i%4 == 3 {
					dial = transports["sse"]
				}
				readers = append(readers, newReader(t, dial(a, t, followPieces, variables)))
			}
		}
		watch(watchers / 2)
		pen <- "Once upon a time"
		watch(watchers - watchers/2)
		a.members(watchers)
		before := a.handler.Sharing()
		var reading sync.WaitGroup
		for _, r := range readers {
			reading.Go(func() {
				all := r.until("turn.ended")
				if got := all[len(all)-2]; !strings.HasPrefix(got, "AGENT Once upon a time") {
					t.Errorf("before the end came %q", got)
				}
			})
		}
		for i := range 30 {
			pen <- fmt.Sprint(" ", i)
			time.Sleep(10 * time.Millisecond)
		}
		close(pen)
		reading.Wait()
		after := a.handler.Sharing()
		if executed, sent := after.Executed-before.Executed, after.Sent-before.Sent; sent != watchers*executed || executed > 20 {
			t.Errorf("%d answers of %d executions", sent, executed)
		}
		for _, r := range readers {
			r.s.close()
		}
	})
}

// While a text is written without a pause, those who come get it whole, and no piece of it twice.
func TestWatchersComeWhileATextIsWritten(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID, pen := a.writer(t)
		var reading sync.WaitGroup
		for i := range 60 {
			pen <- fmt.Sprint("word ", i, " ")
			time.Sleep(5 * time.Millisecond)
			if i%5 == 0 {
				r := newReader(t, transports["websocket"](a, t, followPieces, map[string]any{"t": threadID}))
				reading.Go(func() {
					defer r.s.close()
					// The space at the end of a piece is told with the word after it.
					if all := r.until("turn.ended"); !strings.HasPrefix(all[0]+" ", "+word 0 ") {
						t.Errorf("it began with %q", all[0])
					}
				})
			}
		}
		close(pen)
		reading.Wait()
	})
}

// Who is there is told to each who comes, and then to all at once.
func TestPeopleAreShared(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		const document = `subscription($t: ID!) { threadEvents(threadId: $t) { type ... on PresenceChanged { author present typing } } }`
		set := func(present, typing bool) {
			r := a.do(a.keys[viewer.App], `mutation($t: ID!, $p: Boolean!, $y: Boolean!) { setPresence(input: {threadId: $t, present: $p, typing: $y}) { expiresAt } }`,
				map[string]any{"t": threadID, "p": present, "y": typing})
			if len(r.Errors) > 0 {
				t.Fatal(r.raw)
			}
		}
		set(true, false)
		var streams []*socket
		for range 4 {
			s := a.socketFor(t, a.keys[viewer.Operator], document, map[string]any{"t": threadID})
			streams = append(streams, s)
		}
		told := func(want string) {
			t.Helper()
			for i, s := range streams {
				payload, _ := s.next()
				data, _ := payload["data"].(map[string]any)
				e, _ := data["threadEvents"].(map[string]any)
				if got := fmt.Sprint(e["author"], e["present"], e["typing"]); got != want {
					t.Errorf("%d was told %q, not %q", i, got, want)
				}
			}
		}
		told("CUSTOMERtrue false")
		a.members(4)
		set(true, true)
		told("CUSTOMERtrue true")
		set(false, false)
		told("CUSTOMERfalse false")
		for _, s := range streams {
			s.close()
		}
	})
}
