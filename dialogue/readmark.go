package dialogue

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/predicate"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
)

// Who reads has a mark in each thread, the sequence of the last message that was read. What a customer wrote behind it, and not
// before the reader's key was made, is unread.

// maxUnread is how far unread messages of a thread are counted.
const maxUnread = 1000

const markReadSQL = `INSERT INTO read_marks (id, workspace_id, created_at, thread_id, key_id, sequence) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (thread_id, key_id) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > read_marks.sequence`

// MarkRead notes that the viewer has read a thread up to a message, or to its end. A mark never goes back. The result is the
// thread's id. The error is ErrNoOperator for who has no key, and ent's NotFoundError for an unknown thread or message.
func (s *Service) MarkRead(ctx context.Context, threadID string, messageID *string) (ID, error) {
	v, _ := viewer.FromContext(ctx)
	if v.Key == "" {
		return ID{}, ErrNoOperator
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		t, err := tx.Lock(ctx, threadID) // it cannot be erased meanwhile
		if err != nil {
			return ID{}, err
		}
		sequence := t.Row.LastSeq
		if messageID != nil {
			m, err := tx.Client().Message.Query().Where(message.ID(*messageID), message.ThreadID(threadID)).Only(ctx)
			if err != nil {
				return ID{}, err
			}
			sequence = m.Sequence
		}
		_, err = tx.Client().ExecContext(ctx, markReadSQL, id.New(id.ReadMark), v.Workspace, int64(tx.Now), threadID, v.Key, sequence)
		if err != nil {
			return ID{}, fmt.Errorf("mark %s as read: %w", threadID, err)
		}
		return ID{threadID}, nil
	})
}

// unreadSQL selects what somebody has not read in a thread: the thread's id, the workspace and the reader's key stand for %[1]s to
// %[3]s.
const unreadSQL = `SELECT 1 FROM messages m WHERE m.thread_id = %[1]s AND m.workspace_id = %[2]s AND m.author = 'CUSTOMER'
	AND m.sequence > COALESCE((SELECT sequence FROM read_marks WHERE thread_id = %[1]s AND key_id = %[3]s AND workspace_id = %[2]s), 0)
	AND m.created_at >= (SELECT created_at FROM api_keys WHERE id = %[3]s AND workspace_id = %[2]s)`

// UnreadSQL is an expression that counts, up to 1,000, what somebody has not read in a thread, given expressions for the thread's id,
// the workspace and the reader's key.
func UnreadSQL(thread, workspace, key string) string {
	return fmt.Sprintf("(SELECT COUNT(*) FROM (%s LIMIT %d) u)", fmt.Sprintf(unreadSQL, thread, workspace, key), maxUnread)
}

// Unread counts for each of some threads what the viewer has not read, in one statement; threads of which it has read all are not
// in the result. It counts up to 1,000 of a thread.
func (s *Service) Unread(ctx context.Context, threadIDs []string) (map[string]int, error) {
	counts := map[string]int{}
	v, _ := viewer.FromContext(ctx)
	if v.Key == "" || len(threadIDs) == 0 {
		return counts, nil
	}
	u := usageSource{where: "t.workspace_id = $1", args: []any{v.Workspace, v.Key}}
	u.in("t.id", threadIDs)
	query := fmt.Sprintf(`SELECT t.id, %s FROM threads t WHERE %s`, UnreadSQL("t.id", "$1", "$2"), u.where)
	err := eventlog.Scan(ctx, s.log.Client(), query, u.args, func(row eventlog.Row) error {
		var threadID string
		var n int
		err := row.Scan(&threadID, &n)
		if n > 0 {
			counts[threadID] = n
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count what is unread: %w", err)
	}
	return counts, nil
}

// HasUnread chooses the threads in which the viewer has messages to read.
func HasUnread(v viewer.Viewer) predicate.Thread {
	return func(s *sql.Selector) {
		exists := "EXISTS (" + fmt.Sprintf(unreadSQL, s.C(thread.FieldID), "?", "?") + ")"
		s.Where(sql.P(func(b *sql.Builder) {
			b.Join(sub(exists, v.Workspace, v.Key, v.Workspace, v.Key, v.Workspace)) // as they come in unreadSQL
		}))
	}
}
