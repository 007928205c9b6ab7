package eventlog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/ent/threadtag"
	"parley/ent/viewer"
)

// ErrThreadOrder is returned when a verb locks threads in an order that could deadlock: they must be locked by
// ascending id.
var ErrThreadOrder = errors.New("threads must be locked in ascending order of their ids")

// Thread is a thread's row, locked until the end of the transaction, with its tags. Its methods change the row, here
// and in the database, and emit the events that belong to the change.
type Thread struct {
	// Row is the state so far in this transaction. Read it; change it through the methods only.
	Row *ent.Thread
	// AgentRevision is the revision of the thread's agent when the lock was asked for; 0 for a new thread.
	AgentRevision int64

	tx        *Tx
	tags      map[string]bool // nil while they were not read
	changed   bool            // Row differs from the database
	contacted bool            // so does its contact
	reached   bool            // so does what it reached
	stored    int64           // Row.LastSeq as the database has it
	assumed   bool            // nothing is locked yet
	left      *Known          // filled after the commit, if set
	remember  any             // what is remembered beside the thread after the commit, if set

	conditions []condition // of what is assumed
}

// Thread locks a thread of the viewer's workspace and reads its tags. Threads must be locked by ascending id, and before
// the transaction inserts rows that refer to them. A second call returns the same Thread. The error is ent's NotFoundError
// for an unknown id.
func (tx *Tx) Thread(ctx context.Context, threadID string) (*Thread, error) {
	t, err := tx.Lock(ctx, threadID)
	if err != nil {
		return nil, err
	}
	return t, t.LoadTags(ctx)
}

// Lock is Thread without the tags, for verbs that neither look at them nor emit what webhooks carry. LoadTags reads them
// later; what needs them before panics.
func (tx *Tx) Lock(ctx context.Context, threadID string) (*Thread, error) {
	if t, ok := tx.threads[threadID]; ok {
		return t, nil
	}
	if threadID < tx.lastLocked {
		return nil, fmt.Errorf("lock %s after %s: %w", threadID, tx.lastLocked, ErrThreadOrder)
	}
	q := tx.Client().Thread.Query().Where(thread.ID(threadID))
	tx.beside(ctx, q)
	if tx.log.Postgres() {
		q.ForUpdate(sql.WithLockClause(noKey))
	}
	row, err := q.Only(ctx)
	if err != nil {
		return nil, err
	}
	return tx.take(row, false)
}

// noKey is the lock of a thread: inserting messages, which takes a key share lock on it, may go on elsewhere.
const noKey = "FOR NO KEY UPDATE"

// beside lets a query of a thread read the revision of its agent too, and with Postgres the clock.
func (tx *Tx) beside(ctx context.Context, q *ent.ThreadQuery) {
	who, _ := viewer.FromContext(ctx)
	q.Modify(func(s *sql.Selector) {
		s.AppendSelectExprAs(sql.ExprFunc(func(b *sql.Builder) {
			b.WriteString("(SELECT revision FROM agents WHERE id = ").WriteString(s.C(thread.FieldAgentID)).
				WriteString(" AND workspace_id = ").Arg(who.Workspace).WriteString(")")
		}), "revision")
		if tx.log.Postgres() {
			s.AppendSelectExprAs(sql.Expr(tx.log.NowSQL()), "now")
		}
	})
}

// take makes the Thread of a row that was read with what stands beside it.
func (tx *Tx) take(row *ent.Thread, assumed bool) (*Thread, error) {
	if now, err := row.Value("now"); err == nil {
		if n, ok := now.(int64); ok {
			tx.Now = ms.Time(n)
			tx.log.clock.set(tx.Now)
		}
	}
	revision, err := row.Value("revision")
	if err != nil {
		return nil, err
	}
	// Postgres may have read its clock before it waited for the lock: time must not run backwards within a thread.
	tx.Now = max(tx.Now, row.LastActivityAt)
	t := &Thread{Row: row, tx: tx, stored: row.LastSeq, assumed: assumed}
	t.AgentRevision, _ = revision.(int64)
	tx.threads[row.ID], tx.lastLocked = t, row.ID
	return t, nil
}

// LoadTags reads the tags of the locked thread, unless it has them. It is a statement of its own on purpose: one that waits
// for a lock reads other tables of Postgres as they were before the wait.
func (t *Thread) LoadTags(ctx context.Context) error {
	if t.tags != nil {
		return nil
	}
	names, err := t.tx.Client().ThreadTag.Query().Where(threadtag.ThreadID(t.Row.ID)).Select(threadtag.FieldName).Strings(ctx)
	if err != nil {
		return fmt.Errorf("read the tags of %s: %w", t.Row.ID, err)
	}
	t.KnowTags(names)
	return nil
}

// KnowTags takes the names of the locked thread's tags from a statement of the verb that ran after the lock was taken.
func (t *Thread) KnowTags(names []string) {
	t.tags = make(map[string]bool, len(names))
	for _, name := range names {
		t.tags[name] = true
	}
}

// Tags returns the names of the tags that the thread has now, sorted.
func (t *Thread) Tags() []string { return slices.Sorted(maps.Keys(t.known())) }

func (t *Thread) known() map[string]bool {
	if t.tags == nil {
		panic("eventlog: the tags of " + t.Row.ID + " were not read: use Tx.Thread or LoadTags")
	}
	return t.tags
}

// NewThread inserts a thread and holds it as Thread does. The builder must have its agent, customer and channel set.
func (tx *Tx) NewThread(ctx context.Context, workspace string, create *ent.ThreadCreate) (*Thread, error) {
	threadID := id.New(id.Thread)
	row, err := create.SetID(threadID).SetWorkspaceID(workspace).SetShard(ShardOf(threadID)).SetLastActivityAt(tx.Now).Save(ctx)
	if err != nil {
		return nil, err
	}
	t := &Thread{Row: row, tx: tx, tags: map[string]bool{}}
	tx.threads[threadID] = t
	return t, t.Emit(ThreadCreated, Data{}, t.Dialogue())
}

// Emit appends an event of this thread with its next sequence. Data is for live subscribers; payload is the data of
// the webhook's body and is ignored for types that no webhook carries.
func (t *Thread) Emit(eventType string, data Data, payload any) error {
	t.Row.LastSeq++
	return t.tx.emit(t, eventType, data, payload)
}

// NextSequence is the sequence that the next Emit will use.
func (t *Thread) NextSequence() int64 { return t.Row.LastSeq + 1 }

// AddMessage stores a message and emits message.created. The builder must have author and text set.
func (t *Thread) AddMessage(ctx context.Context, create *ent.MessageCreate) (*ent.Message, error) {
	m, err := create.SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetSequence(t.NextSequence()).
		SetCreatedAt(t.tx.Now).Save(ctx)
	if err != nil {
		return nil, err
	}
	return m, t.added(m)
}

// Say is AddMessage for a message that has no more than author, author's name, text and client id. It is written at the end (Later),
// and by hand: ent's builder and the client for it were a quarter of what storing a message allocated.
func (t *Thread) Say(m *ent.Message) error {
	m.ID, m.WorkspaceID, m.ThreadID, m.Sequence, m.CreatedAt = id.New(id.Message), t.Row.WorkspaceID, t.Row.ID, t.NextSequence(), t.tx.Now
	var w statement
	w.add(`INSERT INTO messages (id, workspace_id, thread_id, sequence, created_at, author, author_name, text, client_message_id) VALUES `)
	w.row([]any{m.ID, m.WorkspaceID, m.ThreadID, m.Sequence, m.CreatedAt, string(m.Author), m.AuthorName, m.Text, m.ClientMessageID})
	t.tx.waiting = append(t.tx.waiting, queued{w.text.String(), w.args, ErrNotOneRow})
	return t.added(m)
}

func (t *Thread) added(m *ent.Message) error {
	t.Row.MessageCount++
	t.Row.LastMessageID, t.Row.LastMessageAt, t.Row.LastActivityAt = &m.ID, &m.CreatedAt, m.CreatedAt
	t.changed = true
	return t.Emit(MessageCreated, Data{MessageID: m.ID}, MessageData{t.Dialogue(), MessageOf(m)})
}

// Has says whether the thread has the tag now.
func (t *Thread) Has(tag string) bool { return t.known()[tag] }

// SetTag puts a tag on the thread, with the text that came with it and the id of the call or key that set it. It
// reports whether the tag was absent, and only then emits tag.added.
func (t *Thread) SetTag(ctx context.Context, name, text, setBy string) (added bool, err error) {
	if t.Has(name) {
		return false, nil
	}
	err = t.tx.Client().ThreadTag.Create().SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetName(name).
		SetText(text).SetSetBy(setBy).SetCreatedAt(t.tx.Now).Exec(ctx)
	if err != nil {
		return false, err
	}
	t.tags[name] = true
	t.reach(name)
	t.touch()
	return true, t.Emit(TagAdded, Data{Tag: name, Text: text}, nil)
}

// RemoveTag takes a tag off. It reports whether the tag was there, and only then emits tag.removed.
func (t *Thread) RemoveTag(ctx context.Context, name string) (removed bool, err error) {
	if !t.Has(name) {
		return false, nil
	}
	_, err = t.tx.Client().ThreadTag.Delete().Where(threadtag.ThreadID(t.Row.ID), threadtag.Name(name)).Exec(ctx)
	if err != nil {
		return false, err
	}
	delete(t.tags, name)
	t.touch()
	return true, t.Emit(TagRemoved, Data{Tag: name}, nil)
}

// SetStatus changes the status and emits status.changed if it differs.
func (t *Thread) SetStatus(s thread.Status) error {
	if t.Row.Status == s {
		return nil
	}
	t.Row.Status, t.Row.WaitingSince = s, ms.Never
	if s == thread.StatusWAITING_FOR_OPERATOR {
		t.Row.WaitingSince = t.tx.Now
	}
	t.touch()
	return t.Emit(StatusChanged, Data{Status: s.String()}, nil)
}

// RaiseEpoch makes every turn that runs now powerless: what it writes with the older epoch is refused.
func (t *Thread) RaiseEpoch() {
	t.Row.Epoch++
	t.changed = true
}

// SetOperator assigns the operator who has the talk; nil assigns none.
func (t *Thread) SetOperator(keyID *string) {
	t.Row.OperatorID, t.Row.OperatorSince, t.changed = keyID, nil, true
	if keyID != nil {
		since := t.tx.Now
		t.Row.OperatorSince = &since
		t.first(&t.Row.TakenOverAt)
	}
}

// SetVersion lets the thread follow a version of its agent, and emits thread.moved.
// Moves is how often all threads of the agent were moved before.
func (t *Thread) SetVersion(versionID string, number int, moves int64) error {
	t.Row.VersionID, t.Row.VersionMoves = &versionID, moves
	t.changed = true
	return t.Emit(ThreadMoved, Data{Text: fmt.Sprintf("version %d", number)}, nil)
}

// SetContact stores the contact on the thread and its customer. Empty email or phone leave the customer's as it is.
func (t *Thread) SetContact(ctx context.Context, contact raw.JSON, email, phone string) error {
	t.Row.Contact, t.changed, t.contacted = contact, true, true
	u := t.tx.Client().Customer.Update().Where(customer.ID(t.Row.CustomerID)).SetContact(contact)
	if email != "" {
		u.SetEmail(email)
	}
	if phone != "" {
		u.SetPhone(phone)
	}
	return u.Exec(ctx)
}

func (t *Thread) touch() {
	t.Row.LastActivityAt, t.changed = t.tx.Now, true
}
