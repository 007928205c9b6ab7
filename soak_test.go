//go:build soak

package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/access"
	"parley/seal"
)

const (
	// soakKill is how often a server is killed.
	soakKill = 20 * time.Second
	// soakKills is how many kills there are between two looks at everything.
	soakKills = 3
)

// soakSample is how a server and its database are when nothing is left to be done.
type soakSample struct {
	resident, heap, goroutines float64
	disk, events               int64
}

// TestTwoServersForLong has two servers on one Postgres under load, and kills one of them every 20 seconds, for as long as
// PARLEY_SOAK_FOR says: `make soak`. Again and again everything is checked: nothing that was acknowledged is lost, no stream has a gap, no webhook
// is missing. The server that lives, the first one for half of the time and then the other, may not grow; nor may the
// database by more for each event.
func TestTwoServersForLong(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("PARLEY_SOAK_FOR"))
	if err != nil {
		t.Fatal(err)
	}
	e := env{
		"PARLEY_DATA": t.TempDir(), "DATABASE_URL": ownDatabase(t), "PARLEY_SECRET_KEY": seal.Generate(),
		"PARLEY_ADMIN_KEY": access.NewKey(), "PARLEY_WEBHOOK_RETRIES": soonAgain, "PARLEY_STOP_DELAY": "0s",
	}
	living, dying := newDeadly(t, e), newDeadly(t, maps.Clone(e))
	living.start("")
	dying.start("")
	s := newStage(t, living)
	s.api.addresses = append(s.api.addresses, dying.address)
	s.operator.addresses = s.api.addresses
	begin, kills, swapped := time.Now(), 0, false
	halves := [2][]soakSample{}
	for time.Since(begin) < lasts && !t.Failed() {
		if !swapped && time.Since(begin) > lasts/2 {
			living, dying, swapped = dying, living, true
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		stop := make(chan struct{})
		played := s.load(ctx, stop)
		for range soakKills {
			time.Sleep(soakKill)
			dying.kill()
			kills++
			dying.start("")
		}
		close(stop)
		played.Wait()
		s.verdict(ctx, cancel, fmt.Sprintf("after %d kills", kills))
		cancel()
		s.forget()
		half := map[bool]int{false: 0, true: 1}[swapped]
		sample := s.sample(t, living, e["DATABASE_URL"])
		halves[half] = append(halves[half], sample)
		t.Logf("%v: %d kills, %d threads, %d events; %.1f MB resident, %.1f MB heap, %.0f goroutines; database %.1f MB", time.Since(begin).Round(time.Second),
			kills, s.opened, sample.events, sample.resident/1e6, sample.heap/1e6, sample.goroutines, float64(sample.disk)/1e6)
	}
	for _, samples := range halves {
		flat(t, samples)
	}
}

// sample looks at a server, some time after the last work, and at its database.
func (s *stage) sample(t *testing.T, d *deadly, database string) (found soakSample) {
	t.Helper()
	time.Sleep(2 * time.Second)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.api.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	into := map[string]*float64{
		"process_resident_memory_bytes": &found.resident, "go_memstats_heap_inuse_bytes": &found.heap, "go_goroutines": &found.goroutines,
	}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), " "); into[name] != nil {
			if *into[name], err = strconv.ParseFloat(value, 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	db, err := sql.Open("postgres", database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), `SELECT pg_database_size(current_database()), (SELECT sum(last_position) FROM feed_shards)::bigint`).Scan(&found.disk, &found.events); err != nil {
		t.Fatal(err)
	}
	return found
}

// flat compares the last samples of a server with its second one; the first is from before everything was warm.
func flat(t *testing.T, samples []soakSample) {
	t.Helper()
	if len(samples) < 3 {
		return
	}
	first, last := samples[1], samples[len(samples)-1]
	for what, pair := range map[string][3]float64{
		"resident memory": {first.resident, last.resident, 16e6}, "heap": {first.heap, last.heap, 12e6}, "goroutines": {first.goroutines, last.goroutines, 20},
	} {
		if was, is, slack := pair[0], pair[1], pair[2]; is > 1.25*was+slack {
			t.Errorf("%s grew from %.0f to %.0f", what, was, is)
		}
	}
	middle := samples[len(samples)/2]
	before, after := middle.events-first.events, last.events-middle.events
	if before == 0 || after == 0 {
		return
	}
	was, is := float64(middle.disk-first.disk)/float64(before), float64(last.disk-middle.disk)/float64(after)
	t.Logf("the database grew by %.0f bytes an event, and then by %.0f", was, is)
	if is > 1.5*was+1000 {
		t.Errorf("each event takes more of the disk than before")
	}
}
