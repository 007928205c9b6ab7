package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/access"
	"parley/seal"
	"parley/storage/storagetest"
)

// TestCrashUnderSubscribers has 200 subscribers follow threads that are written to, at one server or at three, while servers
// are killed and connections cut at random: each sees each event of its thread exactly once and in order.
func TestCrashUnderSubscribers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		database func(testing.TB) string
		servers  int
	}{
		"one on sqlite": {storagetest.SQLite, 1}, "three on postgres": {storagetest.Postgres, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := env{"DATABASE_URL": c.database(t), "PARLEY_SECRET_KEY": seal.Generate(), "PARLEY_ADMIN_KEY": access.NewKey()}
			servers := make([]*deadly, c.servers)
			addresses := make([]string, c.servers)
			for i := range servers {
				own := maps.Clone(e)
				own["PARLEY_DATA"] = t.TempDir()
				servers[i] = newDeadly(t, own)
				servers[i].start("")
				addresses[i] = servers[i].address
			}
			s := &audience{t: t, api: newCaller("resume", e["PARLEY_ADMIN_KEY"], addresses...), last: "that was all"}
			t.Cleanup(s.api.http.CloseIdleConnections)
			s.play(servers, resumeKills())
		})
	}
}

// resumeKills is how often servers are killed: 20 times, and in the soak 300 times, or as often as PARLEY_KILLS says.
func resumeKills() int {
	if n, err := strconv.Atoi(os.Getenv("PARLEY_KILLS")); err == nil {
		return n
	}
	if os.Getenv("PARLEY_SOAK") != "" {
		return 300
	}
	return 20
}

// audience is the subscribers of some threads.
type audience struct {
	t       *testing.T
	api     *caller
	last    string // text of the note that ends a thread's events
	threads []watchedThread
	cuts    atomic.Int64
	seen    atomic.Int64
}

type watchedThread struct{ id, cursor string }

func (s *audience) play(servers []*deadly, kills int) {
	const threads, subscribers, writers = 20, 200, 4
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute+time.Duration(kills)*5*time.Second)
	defer cancel()
	var made struct {
		Agent  struct{ ID string }
		Thread struct{ ID, Cursor string }
	}
	if err := s.api.mutate(ctx, "createAgent", map[string]any{"name": "A"}, "agent { id }", &made); err != nil {
		s.t.Fatal(err)
	}
	for range threads {
		err := s.api.mutate(ctx, "createThread", map[string]any{"agentId": made.Agent.ID, "channel": "web"}, "thread { id cursor }", &made)
		if err != nil {
			s.t.Fatal(err)
		}
		s.threads = append(s.threads, watchedThread{made.Thread.ID, made.Thread.Cursor})
	}
	var watching, writing sync.WaitGroup
	for i := range subscribers {
		watching.Go(func() { s.subscribe(ctx, i) })
	}
	stop := make(chan struct{})
	var wrote atomic.Int64
	for w := range writers {
		writing.Go(func() {
			for i := w; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
				}
				s.note(ctx, s.threads[i%threads].id, fmt.Sprint(i))
				wrote.Add(1)
			}
		})
	}
	for range kills {
		victim, before := servers[rand.IntN(len(servers))], wrote.Load()
		dawdle(200 + rand.IntN(400))
		for limit := time.Now().Add(10 * time.Second); wrote.Load() == before && time.Now().Before(limit); { // a busy machine is slow to begin
			time.Sleep(5 * time.Millisecond)
		}
		victim.kill()
		dawdle(rand.IntN(300))
		victim.start("")
	}
	dawdle(500)
	close(stop)
	writing.Wait()
	for _, th := range s.threads {
		s.note(ctx, th.id, s.last)
	}
	watching.Wait()
	if wrote.Load() < int64(kills/2) {
		s.t.Errorf("%d notes between %d kills: that proves little", wrote.Load(), kills)
	}
	s.t.Logf("%d kills, %d notes, %d events at %d subscribers, %d connections cut", kills, wrote.Load(), s.seen.Load(), subscribers, s.cuts.Load())
}

func (s *audience) note(ctx context.Context, threadID, text string) {
	if err := s.api.mutate(ctx, "addNote", map[string]any{"threadId": threadID, "text": text}, "note { id }", &struct{}{}); err != nil {
		s.t.Errorf("write to %s: %v", threadID, err)
	}
}

// subscribe follows a thread to its last note, over connections that are cut again and again, at each server in turn.
func (s *audience) subscribe(ctx context.Context, n int) {
	th := s.threads[n%len(s.threads)]
	c := s.api.as(s.api.key)
	after, sequence, ids, over := th.cursor, 1, map[string]bool{}, false
	for !over && ctx.Err() == nil {
		first := rand.IntN(len(s.api.addresses))
		c.addresses = slices.Concat(s.api.addresses[first:], s.api.addresses[:first])
		short, cut := context.WithTimeout(ctx, time.Duration(1000+rand.IntN(8000))*time.Millisecond)
		err := c.follow(short, th.id, after, n%3 != 0, func(e event) bool {
			if sequence++; e.Sequence != sequence || ids[e.ID] {
				s.t.Errorf("subscriber %d of %s: event %d after %d", n, th.id, e.Sequence, sequence-1)
				sequence = e.Sequence
			}
			ids[e.ID], after, over = true, e.Cursor, e.Note.Text == s.last
			s.seen.Add(1)
			return !over
		})
		cut()
		s.cuts.Add(1)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			s.t.Errorf("subscriber %d of %s: %v", n, th.id, err)
			return
		}
	}
	if !over {
		s.t.Errorf("subscriber %d of %s came to %d and not to the last note", n, th.id, sequence)
	}
}
