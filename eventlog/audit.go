package eventlog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"parley/ent/raw"
	"parley/ent/trail"
)

// Act is something that somebody administers, for the audit log.
type Act struct {
	Name      string // of the mutation or command
	RequestID string // empty for a command
	Key, Role string // API key that asks, and its role; empty for a command
	KeyName   string // what the key is called, or the command
}

type actKey struct{}

// WithAct returns ctx in which verbs that store their result (WriteOnce) write an audit entry about it in the same
// transaction, with what it changes in rows that administrators own. Audit is for what has no such verb.
func WithAct(ctx context.Context, a Act) context.Context { return context.WithValue(ctx, actKey{}, a) }

// WithoutAct returns ctx without an act, for what has its entry already.
func WithoutAct(ctx context.Context) context.Context { return context.WithValue(ctx, actKey{}, nil) }

// Audit writes an entry that the act of ctx begins on an object, in a transaction of its own, for work that cannot be done
// inside one. Of the object the entry has a digest: its id may be all that is left of somebody, and is erased with him, but who
// knows the id can still find what was done to it. Without an act it does nothing.
func (l *Log) Audit(ctx context.Context, objectID string) error {
	act, asked := ctx.Value(actKey{}).(Act)
	if !asked {
		return nil
	}
	return l.Write(ctx, func(ctx context.Context, tx *Tx) error { return tx.audit(ctx, act, Digest(objectID), nil) })
}

// Digest is what the audit log has in the place of the id of a thread or customer.
func Digest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// audit writes an entry.
func (tx *Tx) audit(ctx context.Context, act Act, objectID string, changes []trail.Change) error {
	if changes == nil {
		changes = []trail.Change{}
	}
	text, err := raw.Of(changes)
	if err != nil {
		return fmt.Errorf("audit %s: %w", act.Name, err)
	}
	err = tx.Client().AuditEntry.Create().SetCreatedAt(tx.Now).SetAction(act.Name).SetObjectID(objectID).SetKeyID(act.Key).SetKeyName(act.KeyName).
		SetRole(act.Role).SetRequestID(act.RequestID).SetChanges(text).Exec(ctx)
	if err != nil {
		return fmt.Errorf("audit %s: %w", act.Name, err)
	}
	return nil
}

// auditing returns ctx with a trail if it carries an act, and what writes the entry when the verb has run.
func (tx *Tx) auditing(ctx context.Context) (context.Context, func(result any) error) {
	act, asked := ctx.Value(actKey{}).(Act)
	if !asked {
		return ctx, func(any) error { return nil }
	}
	ctx, changed := trail.NewContext(ctx)
	return ctx, func(result any) error {
		changes := changed.Changes()
		return tx.audit(ctx, act, objectOf(result, changes), changes)
	}
}

// objectOf is the id of what a verb was about: that of its result, or of the first row that it changed.
func objectOf(result any, changes []trail.Change) string {
	var named struct {
		ID        string `json:"id"`
		AgentID   string `json:"agentId"`
		VersionID string `json:"versionId"`
	}
	text, err := json.Marshal(result)
	if err == nil && json.Unmarshal(text, &named) == nil {
		for _, id := range []string{named.ID, named.AgentID, named.VersionID} {
			if id != "" {
				return id
			}
		}
	}
	if len(changes) > 0 {
		return changes[0].ID
	}
	return ""
}
