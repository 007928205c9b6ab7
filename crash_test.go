package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"parley/failpoint"
)

// pointCounts say at which pass of a point the server dies where it is not the first ones: what every request passes.
var pointCounts = map[string]int{"log.commit": 40, "log.committed": 40, "message.stored": 6, "turn.claimed": 4}

// TestCrashAtEachPoint kills the server once at every moment at which that would hurt most: on either database, and in the soak
// on both.
func TestCrashAtEachPoint(t *testing.T) {
	t.Parallel()
	slots := make(chan struct{}, 6) // servers at a time
	for _, point := range failpoint.Points {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			play := oneEnvironment
			if os.Getenv("PARLEY_SOAK") != "" {
				play = environments
			}
			play(t, func(t *testing.T, e env) {
				slots <- struct{}{}
				defer func() { <-slots }()
				crashAt(t, e, fmt.Sprintf("%s@%d", point, 1+rand.IntN(max(3, pointCounts[point]))))
			})
		})
	}
}

// crashAt puts the load on a server that dies at a failpoint, starts it again, and checks everything.
func crashAt(t *testing.T, e env, armed string) {
	t.Helper()
	begin := time.Now()
	d := newDeadly(t, e)
	d.start("")
	s := newStage(t, d)
	d.kill()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	d.start(armed)
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	select {
	case <-d.died:
	case <-time.After(40 * time.Second):
		t.Errorf("the load does not come to %s", armed)
	}
	reached := time.Since(begin)
	close(stop)
	d.kill()
	d.start("")
	played.Wait()
	s.verdict(ctx, cancel, armed)
	t.Logf("%s: died after %v, all in %v, %d dialogues", armed, reached.Round(time.Millisecond), time.Since(begin).Round(time.Millisecond), s.made)
}

// verdict judges, and reports what is wrong.
func (s *stage) verdict(ctx context.Context, stop context.CancelFunc, about string) {
	s.t.Helper()
	faults := s.judge(ctx, stop)
	for _, fault := range faults[:min(len(faults), 20)] {
		s.t.Errorf("%s: %s", about, fault)
	}
}

// crashKills is how often the server is killed for each database: a few times, and in the soak at least 300 times or as
// often as PARLEY_KILLS says.
func crashKills(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("PARLEY_KILLS")); err == nil {
		return n
	} else if os.Getenv("PARLEY_KILLS") != "" {
		t.Fatal(err)
	}
	if os.Getenv("PARLEY_SOAK") != "" {
		return 300
	}
	return 10
}

// TestCrashAtRandom kills the server again and again under load: at random moments and at random points.
func TestCrashAtRandom(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		begin, kills := time.Now(), crashKills(t)
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 1))
		t.Logf("seed %d", seed)
		d := newDeadly(t, e)
		d.start("")
		s := newStage(t, d)
		for killed := 0; killed < kills && !t.Failed(); {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			stop := make(chan struct{})
			played := s.load(ctx, stop)
			for range min(20, kills-killed) {
				point := failpoint.Points[random.IntN(len(failpoint.Points))]
				d.kill()
				d.start(fmt.Sprintf("%s@%d", point, 1+random.IntN(max(5, pointCounts[point]))))
				killed++
				select {
				case <-d.died:
				case <-time.After(time.Duration(50+random.IntN(1500)) * time.Millisecond):
				}
			}
			close(stop)
			d.kill()
			d.start("")
			played.Wait()
			s.verdict(ctx, cancel, fmt.Sprintf("after %d kills", killed))
			cancel()
			s.forget()
		}
		t.Logf("%d kills in %v", kills, time.Since(begin).Round(time.Second))
	})
}
