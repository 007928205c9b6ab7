package eventlog

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/ent/raw"
	"parley/ent/trail"
	"parley/ent/viewer"
)

// Act is something that somebody administers, for the audit log.
type Act struct {
	Name      string // of the mutation or command
	RequestID string // empty for a command
}

type actKey struct{}

// WithAct returns ctx in which verbs that store their result (WriteOnce) write an audit entry about it in the same
// transaction, with what it changes in rows that administrators own. Audit is for what has no such verb.
func WithAct(ctx context.Context, a Act) context.Context { return context.WithValue(ctx, actKey{}, a) }

// WithoutAct returns ctx without an act, for what has its entry already.
func WithoutAct(ctx context.Context) context.Context { return context.WithValue(ctx, actKey{}, nil) }

// Audit writes an entry that the act of ctx begins on an object, in a transaction of its own, for work that cannot be done
// inside one. Without an act it does nothing.
func (l *Log) Audit(ctx context.Context, objectID string) error {
	act, asked := ctx.Value(actKey{}).(Act)
	if !asked {
		return nil
	}
	return l.Write(ctx, func(ctx context.Context, tx *Tx) error { return tx.audit(ctx, act, objectID, nil) })
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
	v, _ := viewer.FromContext(ctx)
	entry := tx.client.AuditEntry.Create().SetCreatedAt(tx.Now).SetAction(act.Name).SetObjectID(objectID).SetKeyName(v.Name).SetRequestID(act.RequestID).SetChanges(text)
	if v.Key != "" {
		entry.SetKeyID(v.Key).SetRole(string(v.Role))
	}
	if err := entry.Exec(ctx); err != nil {
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
