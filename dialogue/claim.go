package dialogue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// The statements here cross workspaces, because one queue serves all of them; they run as the system viewers
// "turn claim" and "turn finish".

// claim is a turn that this process holds until its lease runs out. Fence is the number that its writes must show. A claim
// that is only promised is made by the first transaction of the turn, and may fail there.
type claim struct {
	id, workspace, threadID, agentID string
	fence                            int64
	promised                         bool
	parent                           string // span that asked for the turn
}

// The rows a worker may take, each with what else the claim changes.
const (
	whoIsDue     = `state = 'DUE' AND due_at <= %[1]s`
	whoseLeaseUp = `state = 'RUNNING' AND lease_until <= %[1]s`
	whoWaited    = `state <> 'ENDED' AND state = 'PARKED' AND due_at <= %[1]s`

	countDeath = `, attempts = attempts + 1`
	// A parked turn keeps in lease_until since when it is parked: that time does not count.
	skipParked = `, started_at = started_at + %[1]s - lease_until`
)

// claim takes up to n turns that match, oldest first: none of a workspace that has its share of the workers, and those
// of an agent that has its share after all others. Due turns are promised while no other process competes for them, with
// SQLite, or hardly any, with Postgres while this one has little to do: a transaction less is a flush of the disk less.
func (s *Service) claim(ctx context.Context, who, also string, n int, crowded crowd) ([]claim, error) {
	// Not cut short by the end of Run: what was claimed must be known, so that it can be given back.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(viewer.SystemContext(ctx, "turn claim")), 10*time.Second)
	defer cancel()
	promised := also == "" && (!s.log.Postgres() || s.running.count() < s.o.Workers/4)
	args := []any{n, s.name, s.o.LeaseFor.Milliseconds()}
	if promised {
		args = []any{n + s.o.Workers} // those that run here may be among them
	}
	for _, workspace := range crowded.workspaces {
		args = append(args, workspace)
		who += ` AND workspace_id <> $` + strconv.Itoa(len(args))
	}
	order := ` ORDER BY due_at LIMIT $1`
	if len(crowded.agents) > 0 {
		places := make([]string, len(crowded.agents))
		for i, agentID := range crowded.agents {
			args = append(args, agentID)
			places[i] = `$` + strconv.Itoa(len(args))
		}
		order = ` ORDER BY agent_id IN (` + strings.Join(places, `, `) + `), due_at LIMIT $1`
	}
	if promised {
		return s.promise(ctx, `SELECT id, workspace_id, thread_id, agent_id, fence + 1, COALESCE(traceparent, '') FROM turns WHERE `+fmt.Sprintf(who, s.log.NowSQL())+order, n, args)
	}
	pick := `id IN (SELECT id FROM turns WHERE ` + who + order + `)`
	if s.log.Postgres() {
		// An array is picked once; rows that another replica is claiming are passed over.
		pick = `id = ANY(ARRAY(SELECT id FROM turns WHERE ` + who + order + ` FOR UPDATE SKIP LOCKED))`
	}
	statement := fmt.Sprintf(`UPDATE turns SET state = 'RUNNING', fence = fence + 1, lease_owner = $2,
		lease_until = %[1]s + $3`+also+` WHERE `+pick+` RETURNING id, workspace_id, thread_id, agent_id, fence, COALESCE(traceparent, '')`, s.log.NowSQL())
	return s.claims(ctx, statement, args)
}

// promise returns up to n claims of due turns that this process does not run already.
func (s *Service) promise(ctx context.Context, statement string, n int, args []any) ([]claim, error) {
	found, err := s.claims(ctx, statement, args)
	found = slices.DeleteFunc(found, func(c claim) bool { return s.running.runs(c.id) })
	found = found[:min(n, len(found))]
	for i := range found {
		found[i].promised = true
	}
	return found, err
}

// claims runs a statement that returns claims.
func (s *Service) claims(ctx context.Context, statement string, args []any) ([]claim, error) {
	rows, err := s.log.Client().QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("claim turns: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var claims []claim
	for rows.Next() {
		var c claim
		if err := rows.Scan(&c.id, &c.workspace, &c.threadID, &c.agentID, &c.fence, &c.parent); err != nil {
			return nil, fmt.Errorf("claim turns: %w", err)
		}
		claims = append(claims, c)
	}
	return claims, rows.Err()
}

// endLeases ends the leases that other processes left behind, for a process that knows that they are gone.
func (s *Service) endLeases(ctx context.Context) error {
	_, err := s.fences(ctx, `UPDATE turns SET lease_until = 0 WHERE state = 'RUNNING' AND lease_owner <> $1 RETURNING id, fence`, s.name)
	return err
}

// untilDue returns how long the next turn of the queue is away, at most PollFor.
func (s *Service) untilDue(ctx context.Context) (time.Duration, error) {
	ctx = viewer.SystemContext(ctx, "turn claim")
	statement := `SELECT COALESCE(MIN(due_at), 0), ` + s.log.NowSQL() + ` FROM turns WHERE state = 'DUE'`
	rows, err := s.log.Client().QueryContext(ctx, statement)
	if err != nil {
		return s.o.PollFor, fmt.Errorf("look for the next turn: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var due, now ms.Time
	if rows.Next() {
		if err := rows.Scan(&due, &now); err != nil {
			return s.o.PollFor, fmt.Errorf("look for the next turn: %w", err)
		}
	}
	if due == 0 {
		return s.o.PollFor, rows.Err()
	}
	return min(max(0, due.Sub(now)), s.o.PollFor), rows.Err()
}

// held returns the fences of the turns that are still this process's own, and whose agent was not deleted.
func (s *Service) held(ctx context.Context) (map[string]int64, error) {
	return s.fences(ctx, `SELECT id, fence FROM turns WHERE state = 'RUNNING' AND lease_owner = $1
		AND NOT EXISTS (SELECT 1 FROM agents WHERE agents.id = turns.agent_id AND agents.deleted_at IS NOT NULL)`, s.name)
}

// renew extends the leases of the turns that workers of this process run and that are still its own, and returns their
// fences. The lease of a turn that has lost its worker here runs out like any other.
func (s *Service) renew(ctx context.Context) (map[string]int64, error) {
	args := []any{s.name, s.o.LeaseFor.Milliseconds()}
	var places []string
	for _, h := range s.running.find(func(*hold) bool { return true }) {
		args = append(args, h.id)
		places = append(places, `$`+strconv.Itoa(len(args)))
	}
	if len(places) == 0 {
		return nil, nil
	}
	return s.fences(ctx, `UPDATE turns SET lease_until = `+s.log.NowSQL()+` + $2 WHERE state = 'RUNNING' AND lease_owner = $1
		AND id IN (`+strings.Join(places, `, `)+`) RETURNING id, fence`, args...)
}

func (s *Service) fences(ctx context.Context, statement string, args ...any) (map[string]int64, error) {
	rows, err := s.log.Client().QueryContext(viewer.SystemContext(ctx, "turn finish"), statement, args...)
	if err != nil {
		return nil, fmt.Errorf("keep leases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]int64{}
	for rows.Next() {
		var turnID string
		var fence int64
		if err := rows.Scan(&turnID, &fence); err != nil {
			return nil, fmt.Errorf("keep leases: %w", err)
		}
		found[turnID] = fence
	}
	return found, rows.Err()
}

// markSent stores in one statement that a call of a held turn is about to leave. The turn's row is locked by it, so that
// no take-over and no other worker comes in between: whoever ends a turn, or claims it, writes its row before the rows of
// its calls. The error is errLost when the turn is not held, or the call is no longer as c shows it.
func (s *Service) markSent(ctx context.Context, held claim, c *ent.Call) error {
	lock := ""
	if s.log.Postgres() {
		lock = "FOR NO KEY UPDATE OF turns"
	}
	statement := `WITH held AS (SELECT turns.id FROM turns JOIN threads ON threads.id = turns.thread_id
			AND threads.workspace_id = turns.workspace_id AND threads.epoch = turns.epoch
			WHERE turns.id = $1 AND turns.workspace_id = $2 AND turns.fence = $3 AND turns.state = 'RUNNING' ` + lock + `)
		UPDATE calls SET state = 'SENT', sends = sends + 1, sent_at = ` + s.log.NowSQL() + `
		WHERE id = $4 AND workspace_id = $2 AND state = $5 AND sends = $6 AND turn_id IN (SELECT id FROM held)`
	result, err := s.log.Client().ExecContext(ctx, statement, held.id, held.workspace, held.fence, c.ID, c.State, c.Sends)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	switch {
	case err != nil:
		return err
	case n == 0:
		return s.markedSent(ctx, held, c)
	}
	return nil
}

// markedSent is errLost unless the call was marked for this sending already, by the holder of this very claim: database/sql runs a
// statement again when its connection broke before the answer came, and by then the first run may be committed.
func (s *Service) markedSent(ctx context.Context, held claim, c *ent.Call) error {
	const query = `SELECT COUNT(*) FROM calls JOIN turns ON turns.id = calls.turn_id AND turns.workspace_id = calls.workspace_id
		JOIN threads ON threads.id = turns.thread_id AND threads.workspace_id = turns.workspace_id AND threads.epoch = turns.epoch
		WHERE calls.id = $1 AND calls.workspace_id = $2 AND calls.state = 'SENT' AND calls.sends = $3
		AND turns.id = $4 AND turns.fence = $5 AND turns.state = 'RUNNING'`
	var n int
	err := eventlog.Scan(ctx, s.log.Client(), query, []any{c.ID, held.workspace, c.Sends + 1, held.id, held.fence}, func(row eventlog.Row) error {
		return row.Scan(&n)
	})
	if err == nil && n == 0 {
		err = errLost
	}
	return err
}
