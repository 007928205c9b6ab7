package dialogue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/turn"
	"parley/eventlog"
)

func compareIDs(a, b string) int { return strings.Compare(a, b) }

// await parks the turn until a person has decided about its calls: without lease and without clock. It reports false
// when the turn goes on at once: because the customer wrote more or the time for approval is over, or, with again, because
// a call was approved just now.
func (r *run) await(ctx context.Context, v *view, waiting []*ent.Call) (parked, again bool, err error) {
	err = r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		parked, again = false, false
		t, tn, _, err := r.guard(ctx, tx, false)
		if err != nil {
			return err
		}
		oldest := waiting[0].CreatedAt
		for _, c := range waiting {
			if tx.Now < c.CreatedAt.Add(r.s.o.ApprovalFor) {
				oldest = min(oldest, c.CreatedAt)
				continue
			}
			if err := closeCall(ctx, tx, t, c, refused("nobody approved this call in time")); err != nil {
				return err
			}
		}
		left, err := tx.Client().Call.Query().Where(call.TurnID(tn.ID)).
			Where(call.StateIn(call.StateAWAITING_APPROVAL, call.StateRESERVED)).All(ctx)
		if err != nil {
			return err
		}
		for _, c := range left {
			if c.State == call.StateRESERVED {
				again = true
				return nil
			}
		}
		unread, err := unreadCustomer(ctx, tx, tn, v.agent)
		if err != nil || unread != nil || len(left) == 0 {
			return err
		}
		parked = true
		if err := r.storeDropped(ctx, tx, tn); err != nil {
			return err
		}
		return tx.Client().Turn.Update().Where(turn.ID(tn.ID)).SetState(turn.StatePARKED).SetLeaseOwner("").
			SetLeaseUntil(tx.Now).SetDueAt(oldest.Add(r.s.o.ApprovalFor)).Exec(ctx)
	})
	if err != nil {
		return false, false, fmt.Errorf("park the turn: %w", err)
	}
	if parked {
		r.dropped = nil
	}
	return parked, again, nil
}

// unreadCustomer returns the first message of the customer that the turn has not read and may read, or nil.
func unreadCustomer(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn, a *ent.Agent) (*ent.Message, error) {
	if keepsQueue(a) {
		return nil, nil
	}
	return firstUnread(ctx, tx, tn.ThreadID, tn.ReadSequence)
}

// firstUnread returns the customer's first message after a sequence, or nil.
func firstUnread(ctx context.Context, tx *eventlog.Tx, threadID string, read int64) (*ent.Message, error) {
	m, err := tx.Client().Message.Query().
		Where(message.ThreadID(threadID), message.AuthorEQ(message.AuthorCUSTOMER), message.SequenceGT(read)).
		Order(ent.Asc(message.FieldSequence)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return m, err
}

// startOfDay returns when the day of now began, in UTC.
func startOfDay(now time.Time) ms.Time { return ms.Of(now.UTC().Truncate(24 * time.Hour)) }

// dayIsOver says whether the agent has used up its tokens of today.
func (r *run) dayIsOver(ctx context.Context, v *view) (bool, error) {
	if v.agent.DailyTokens == nil {
		return false, nil
	}
	used, err := r.s.usedToday(ctx, v.agent)
	return used >= *v.agent.DailyTokens, err
}

// usedToday counts the tokens that an agent has used today, in turns that ended today or have not ended, in dry runs, and in
// threads that were erased.
func (s *Service) usedToday(ctx context.Context, a *ent.Agent) (sum int64, err error) {
	const used = `SELECT (SELECT COALESCE(SUM(input_tokens + output_tokens), 0) FROM turns
		WHERE workspace_id = $1 AND agent_id = $2 AND (ended_at >= $3 OR ended_at IS NULL)) +
		(SELECT COALESCE(SUM(input_tokens + output_tokens), 0) FROM test_usages
		WHERE workspace_id = $1 AND agent_id = $2 AND created_at >= $3) +
		(SELECT COALESCE(SUM(input_tokens + output_tokens), 0) FROM erased_usages
		WHERE workspace_id = $1 AND agent_id = $2 AND created_at >= $3)`
	rows, err := s.log.Client().QueryContext(ctx, used, a.WorkspaceID, a.ID, int64(startOfDay(time.Now())))
	if err != nil {
		return 0, fmt.Errorf("count the tokens of the day: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&sum); err != nil {
			return 0, fmt.Errorf("count the tokens of the day: %w", err)
		}
	}
	return sum, rows.Err()
}
