package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// job is a claimed delivery.
type job struct {
	parcel
	id            string
	workspace     string
	integrationID string
	tries         int // failed ones so far
	steppedAside  bool
	createdAt     ms.Time // of the event
	nextAt        ms.Time // when it was due
	claimedAt     ms.Time // by the database
	leaseEnd      time.Time
	lane          int
	parent        string // span in which the event happened
	revision      int64  // of the workspace's integrations when it was claimed
}

// look shows what is pending at the given endpoints, or, with nil, at all. It locks nothing.
func (s *Service) look(ctx context.Context, endpoints []*endpoint) ([]sight, error) {
	ctx = viewer.SystemContext(ctx, "delivery claim")
	query, args := s.texts.lookAll, []any(nil)
	if endpoints != nil {
		ids := make([]string, len(endpoints))
		for i, e := range endpoints {
			ids[i] = e.id
		}
		query, args = s.with(s.texts.look, idList(ids))
	}
	var sights []sight
	err := eventlog.Scan(ctx, s.log.Client(), query, args, func(row eventlog.Row) error {
		var v sight
		var paused, open, now ms.Time
		var next [2]*ms.Time
		err := row.Scan(&v.id, &v.workspace, &v.way, &v.failures, &v.breaker, &v.rated, &paused, &open, &now,
			&v.due[live], &next[live], &v.due[replay], &next[replay])
		v.wait = max(0, paused.Sub(now), open.Sub(now))
		for lane, at := range next {
			if at != nil {
				v.next[lane] = new(at.Sub(now))
			}
		}
		sights = append(sights, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for due deliveries: %w", err)
	}
	return sights, nil
}

// claim makes up to the granted numbers of deliveries RUNNING under leases of owner, and returns them with all that
// sending needs. What another process claims at the same time is passed over. It may return jobs beside an error: they
// are claimed, but cannot be sent.
func (s *Service) claim(ctx context.Context, owner string, grants []grant) ([]*job, error) {
	ctx = viewer.SystemContext(ctx, "delivery claim")
	var jobs []*job
	for kind, some := range byKind(grants) {
		var got []*job
		var err error
		if kind.limited {
			got, err = s.takeLimited(ctx, owner, kind, some)
		} else {
			err = eventlog.Again(ctx, func() error {
				got, err = s.take(ctx, s.log.Client(), owner, kind, some)
				return err
			})
		}
		jobs = append(jobs, got...)
		if err != nil {
			return jobs, fmt.Errorf("claim deliveries: %w", err)
		}
	}
	if len(jobs) == 0 {
		return nil, nil
	}
	return jobs, s.sign(ctx, jobs)
}

// kind is what the grants of one statement have in common.
type kind struct {
	way     way
	lane    int
	limited bool
}

func byKind(grants []grant) map[kind][]grant {
	kinds := map[kind][]grant{}
	for _, g := range grants {
		k := kind{g.way, g.lane, g.limited}
		kinds[k] = append(kinds[k], g)
	}
	return kinds
}

// take runs the statement that claims deliveries of endpoints of one kind.
func (s *Service) take(ctx context.Context, client *ent.Client, owner string, k kind, grants []grant) ([]*job, error) {
	leaseEnd := s.o.Now().Add(s.lease())
	args := []any{owner, nil, nil, string(lanes[k.lane])}
	if s.log.Postgres() {
		ids, rooms := make([]string, len(grants)), make([]int64, len(grants))
		for i, g := range grants {
			ids[i], rooms[i] = g.id, int64(g.n)
		}
		args[1], args[2] = pq.Array(ids), pq.Array(rooms)
	} else {
		rooms, most := make(map[string]int, len(grants)), 0
		for _, g := range grants {
			rooms[g.id], most = g.n, max(most, g.n)
		}
		object, err := json.Marshal(rooms)
		if err != nil {
			return nil, err
		}
		args[1], args[2] = string(object), most
	}
	var jobs []*job
	err := eventlog.Scan(ctx, client, s.texts.claim[k.way][k.limited], args, func(row eventlog.Row) error {
		j := &job{leaseEnd: leaseEnd, lane: k.lane}
		var body string
		err := row.Scan(&j.id, &j.workspace, &j.integrationID, &j.eventID, &j.attempt, &j.tries, &j.steppedAside,
			&j.createdAt, &j.nextAt, &j.claimedAt, &j.url, &body, &j.parent, &j.revision)
		j.body, j.claimedAt = []byte(body), j.claimedAt.Add(-s.lease())
		jobs = append(jobs, j)
		return err
	})
	return jobs, err
}

// texts are the statements of claiming, each always the same, so that it stays prepared.
type texts struct {
	look, lookAll string
	limit         string
	claim         map[way]map[bool]string // by whether the endpoints are limited
}

func (s *Service) newTexts() texts {
	claim, lock, parent := claimSQLite, "", "''"
	words := []string{"{key}", "rowid", "{window of deliveries}", windowSQLite, "{integration}", "r.key", "{in}", "IN (", "{/in}", ")", "{oldest first}", ""}
	if s.log.Postgres() {
		claim, lock = claimPostgres, "FOR NO KEY UPDATE OF h SKIP LOCKED"
		words = []string{"{key}", "id", "{window of deliveries}", windowPostgres, "{integration}", "r.integration_id", "{in}", "= ANY (ARRAY(", "{/in}", "))", "{oldest first}", "ORDER BY d.next_at, d.id"}
	}
	if s.o.Tracer != nil {
		parent = parentSQL
	}
	words = append(words, "{still}", stillSQL, "{parent}", parent)
	parts := []string{"{count}", strconv.Itoa(countUpTo)}
	for _, lane := range lanes {
		parts = append([]string{
			"{due " + string(lane) + "}", strings.ReplaceAll(dueSQL, "{lane}", string(lane)),
			"{next " + string(lane) + "}", strings.ReplaceAll(nextSQL, "{lane}", string(lane)),
		}, parts...)
	}
	t := texts{
		look:    s.sql(lookSQL, append([]string{"{endpoints}", givenEndpoints}, parts...)...),
		lookAll: s.sql(lookSQL, append([]string{"{endpoints}", pendingEndpoints}, parts...)...),
		limit:   s.sql(limitSQL, "{lock}", lock),
		claim:   map[way]map[bool]string{},
	}
	for w, claimable := range claimableSQL {
		ordering := w
		if w == byHeads {
			ordering = byThread
		}
		t.claim[w] = map[bool]string{}
		for limited, healthy := range map[bool]string{false: healthySQL, true: probeSQL} {
			t.claim[w][limited] = s.sql(claim, append([]string{
				"{open}", openSQL, "{healthy}", healthy, "{claimable}", claimable, "{ordering}", string(ordering),
				"{lease}", strconv.FormatInt(s.lease().Milliseconds(), 10),
			}, words...)...)
		}
	}
	return t
}

// sql fills in a statement: the given pairs, one after the other, so that what is filled in may hold what comes later,
// and then {window} and {now}. It is our own text, never a value from outside.
func (s *Service) sql(text string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	text = strings.ReplaceAll(text, "{window}", strconv.Itoa(window))
	return strings.ReplaceAll(text, "{now}", "(SELECT "+s.log.NowSQL()+")")
}
