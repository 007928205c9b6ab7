//go:build unix

package main

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/access"
	"parley/seal"
	"parley/storage/storagetest"
)

// pair is two servers on one Postgres; the second is not started yet. The stage's callers use both.
func pair(t *testing.T) (first, second *deadly, s *stage) {
	t.Helper()
	e := env{
		"PARLEY_DATA": t.TempDir(), "DATABASE_URL": storagetest.Postgres(t), "PARLEY_SECRET_KEY": seal.Generate(),
		"PARLEY_CHECK_SQL": "on", "PARLEY_ADMIN_KEY": access.NewKey(),
	}
	first, second = newDeadly(t, e), newDeadly(t, maps.Clone(e))
	first.start("")
	s = newStage(t, first)
	s.api.addresses = append(s.api.addresses, second.address)
	s.operator.addresses = s.api.addresses
	return first, second, s
}

// TestCrashOfOneOfTwoServers kills one of two servers in the middle of a call that it waits for, under load.
func TestCrashOfOneOfTwoServers(t *testing.T) {
	t.Parallel()
	first, second, s := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	arrived := make(chan time.Time, 2)
	var once sync.Once
	s.receiver.held = func(r request) (hold bool) {
		if r.function != "save" || r.body != `{"what":"save what is held"}` {
			return false
		}
		arrived <- r.at
		once.Do(func() { hold = true }) // by the first server, until it is dead
		return hold
	}
	threadID, err := s.open(ctx)
	if err == nil {
		err = s.say(ctx, s.api, "CUSTOMER", threadID, "save what is held")
	}
	if err != nil {
		t.Fatal(err)
	}
	<-arrived
	second.start("")
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	dawdle(1000)
	first.kill()
	killed := time.Now()
	select {
	case at := <-arrived:
		// The lease was extended at most a moment before the death; the other one looks every second.
		took := at.Sub(killed)
		t.Logf("taken over after %v, with a lease of %v", took.Round(time.Millisecond), crashLease)
		if took > crashLease+1*time.Second+2*time.Second { // and a busy machine
			t.Errorf("the other server took over after %v", took)
		}
	case <-ctx.Done():
		t.Error("nobody took over")
	}
	dawdle(1000)
	close(stop)
	played.Wait()
	s.verdict(ctx, cancel, "one of two killed")
}

// TestCrashThatWasNone freezes servers under load for longer than their leases. When they go on, what they were doing is no
// longer theirs.
func TestCrashThatWasNone(t *testing.T) {
	t.Parallel()
	first, second, s := pair(t)
	second.start("")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	for _, d := range []*deadly{first, second, first} {
		dawdle(1500)
		d.signal(syscall.SIGSTOP)
		time.Sleep(crashLease + 1500*time.Millisecond) // the other server's poll included
		d.signal(syscall.SIGCONT)
	}
	close(stop)
	played.Wait()
	s.verdict(ctx, cancel, "frozen")
}

// TestTwoOperatorsTakeOverThroughTwoServers has two people step into the same thread at the same moment.
func TestTwoOperatorsTakeOverThroughTwoServers(t *testing.T) {
	t.Parallel()
	first, second, s := pair(t)
	second.start("")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var made struct{ Key string }
	if err := s.api.mutate(ctx, "createApiKey", map[string]any{"name": "Otto", "role": "OPERATOR"}, "key", &made); err != nil {
		t.Fatal(err)
	}
	people := []*caller{s.operator.as(s.operator.key, first.address), s.api.as(made.Key, second.address)}
	for round := range 10 {
		threadID, err := s.open(ctx)
		if err == nil {
			err = s.say(ctx, s.api, "CUSTOMER", threadID, fmt.Sprintf("charge and tell me a story %d", round))
		}
		if err != nil {
			t.Fatal(err)
		}
		dawdle(200)
		var both sync.WaitGroup
		for i, person := range people {
			both.Go(func() {
				if err := person.mutate(ctx, "takeOver", map[string]any{"threadId": threadID}, "thread { id }", &struct{}{}); err != nil {
					t.Errorf("operator %d: %v", i, err)
				}
				s.log.note(func() { s.log.takeOvers[threadID]++ })
			})
		}
		both.Wait()
		var seen []string
		for _, person := range people {
			var answer struct {
				Thread struct {
					Status   string
					Operator struct{ Name string }
				}
			}
			err := person.ask(ctx, `query($id: ID!) { thread(id: $id) { status operator { name } } }`, map[string]any{"id": threadID}, &answer)
			if err != nil || answer.Thread.Status != "OPERATOR" {
				t.Errorf("the thread is %s: %v", answer.Thread.Status, err)
			}
			seen = append(seen, answer.Thread.Operator.Name)
		}
		if seen[0] != seen[1] || seen[0] != "Olga" && seen[0] != "Otto" {
			t.Errorf("the servers say that %q have the talk", seen)
		}
		var answer struct {
			Events struct {
				Edges []struct{ Node struct{ Type string } }
			}
		}
		err = s.api.ask(ctx, `query($id: ID) { events(first: 100, threadId: $id, types: ["operator.transferred"]) { edges { node { type } } } }`,
			map[string]any{"id": threadID}, &answer)
		if err != nil || len(answer.Events.Edges) != 1 {
			t.Errorf("%d events say that a person has the talk: %v", len(answer.Events.Edges), err)
		}
	}
	s.verdict(ctx, cancel, "two operators")
}
