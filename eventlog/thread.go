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
)

// ErrThreadOrder is returned when a verb locks threads in an order that could deadlock: they must be locked by
// ascending id.
var ErrThreadOrder = errors.New("threads must be locked in ascending order of their ids")

// Thread is a thread's row, locked until the end of the transaction, with its tags. Its methods change the row, here
// and in the database, and emit the events that belong to the change.
type Thread struct {
	// Row is the state so far in this transaction. Read it; change it through the methods only.
	Row *ent.Thread

	tx     *Tx
	tags   map[string]bool   // nil while they were not read
	update *ent.ThreadUpdate // collected changes of the row, nil while there are none
	stored int64             // Row.LastSeq as the database has it
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
	q := tx.client.Thread.Query().Where(thread.ID(threadID))
	if tx.log.Postgres() {
		// No-key: inserting messages, which takes a key share lock on the thread, may go on elsewhere.
		q.ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE"))
		q.Modify(func(s *sql.Selector) { s.AppendSelectExprAs(sql.Expr(tx.log.NowSQL()), "now") })
	}
	row, err := q.Only(ctx)
	if err != nil {
		return nil, err
	}
	if now, err := row.Value("now"); err == nil {
		if n, ok := now.(int64); ok {
			tx.Now = ms.Time(n)
		}
	}
	// Postgres may have read its clock before it waited for the lock: time must not run backwards within a thread.
	tx.Now = max(tx.Now, row.LastActivityAt)
	t := &Thread{Row: row, tx: tx, stored: row.LastSeq}
	tx.threads[threadID], tx.lastLocked = t, threadID
	return t, nil
}

// LoadTags reads the tags of the locked thread, unless it has them. It is a statement of its own on purpose: one that waits
// for a lock reads other tables of Postgres as they were before the wait.
func (t *Thread) LoadTags(ctx context.Context) error {
	if t.tags != nil {
		return nil
	}
	names, err := t.tx.client.ThreadTag.Query().Where(threadtag.ThreadID(t.Row.ID)).Select(threadtag.FieldName).Strings(ctx)
	if err != nil {
		return fmt.Errorf("read the tags of %s: %w", t.Row.ID, err)
	}
	t.tags = map[string]bool{}
	for _, name := range names {
		t.tags[name] = true
	}
	return nil
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

// change returns the one UPDATE of the thread's row that the transaction will run.
func (t *Thread) change() *ent.ThreadUpdate {
	if t.update == nil {
		t.update = t.tx.client.Thread.Update().Where(thread.ID(t.Row.ID))
	}
	return t.update
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
	t.Row.MessageCount++
	t.Row.LastMessageID, t.Row.LastMessageAt, t.Row.LastActivityAt = &m.ID, &m.CreatedAt, m.CreatedAt
	t.change().SetMessageCount(t.Row.MessageCount).SetLastMessageID(m.ID).SetLastMessageAt(m.CreatedAt).
		SetLastActivityAt(m.CreatedAt)
	return m, t.Emit(MessageCreated, Data{MessageID: m.ID}, MessageData{t.Dialogue(), MessageOf(m)})
}

// Has says whether the thread has the tag now.
func (t *Thread) Has(tag string) bool { return t.known()[tag] }

// SetTag puts a tag on the thread, with the text that came with it and the id of the call or key that set it. It
// reports whether the tag was absent, and only then emits tag.added.
func (t *Thread) SetTag(ctx context.Context, name, text, setBy string) (added bool, err error) {
	if t.Has(name) {
		return false, nil
	}
	err = t.tx.client.ThreadTag.Create().SetWorkspaceID(t.Row.WorkspaceID).SetThreadID(t.Row.ID).SetName(name).
		SetText(text).SetSetBy(setBy).SetCreatedAt(t.tx.Now).Exec(ctx)
	if err != nil {
		return false, err
	}
	t.tags[name] = true
	t.touch()
	return true, t.Emit(TagAdded, Data{Tag: name, Text: text}, nil)
}

// RemoveTag takes a tag off. It reports whether the tag was there, and only then emits tag.removed.
func (t *Thread) RemoveTag(ctx context.Context, name string) (removed bool, err error) {
	if !t.Has(name) {
		return false, nil
	}
	_, err = t.tx.client.ThreadTag.Delete().Where(threadtag.ThreadID(t.Row.ID), threadtag.Name(name)).Exec(ctx)
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
	t.Row.Status = s
	t.change().SetStatus(s)
	t.touch()
	return t.Emit(StatusChanged, Data{Status: s.String()}, nil)
}

// RaiseEpoch makes every turn that runs now powerless: what it writes with the older epoch is refused.
func (t *Thread) RaiseEpoch() {
	t.Row.Epoch++
	t.change().SetEpoch(t.Row.Epoch)
}

// SetOperator assigns the operator who has the talk; nil assigns none.
func (t *Thread) SetOperator(keyID *string) {
	t.Row.OperatorID = keyID
	if keyID == nil {
		t.Row.OperatorSince = nil
		t.change().ClearOperatorID().ClearOperatorSince()
		return
	}
	since := t.tx.Now
	t.Row.OperatorSince = &since
	t.change().SetOperatorID(*keyID).SetOperatorSince(since)
}

// SetVersion lets the thread follow a version of its agent, and emits thread.moved.
// Moves is how often all threads of the agent were moved before.
func (t *Thread) SetVersion(versionID string, number int, moves int64) error {
	t.Row.VersionID, t.Row.VersionMoves = &versionID, moves
	t.change().SetVersionID(versionID).SetVersionMoves(moves)
	return t.Emit(ThreadMoved, Data{Text: fmt.Sprintf("version %d", number)}, nil)
}

// SetContact stores the contact on the thread and its customer. Empty email or phone leave the customer's as it is.
func (t *Thread) SetContact(ctx context.Context, contact raw.JSON, email, phone string) error {
	t.Row.Contact = contact
	t.change().SetContact(contact)
	u := t.tx.client.Customer.Update().Where(customer.ID(t.Row.CustomerID)).SetContact(contact)
	if email != "" {
		u.SetEmail(email)
	}
	if phone != "" {
		u.SetPhone(phone)
	}
	return u.Exec(ctx)
}

func (t *Thread) touch() {
	t.Row.LastActivityAt = t.tx.Now
	t.change().SetLastActivityAt(t.tx.Now)
}
