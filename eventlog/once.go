package eventlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/mutationresult"
	"parley/ent/raw"
)

// Once asks that a verb be run at most once for the same client, name and id within OnceFor.
type Once struct {
	Viewer    string // API key, or thread of a thread token
	Name      string // of the mutation
	ID        string // clientMutationId
	InputHash string // of the whole input, to notice that the id was used for something else
}

// OnceFor is how long the first result of a clientMutationId is kept.
const OnceFor = 24 * time.Hour

// ErrOnceConflict is returned when a clientMutationId comes again with other input.
var ErrOnceConflict = errors.New("this clientMutationId was used with other input")

type onceKey struct{}

// WithOnce returns ctx in which the next WriteOnce is governed by o.
func WithOnce(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, o)
}

// WriteOnce is Log.Write for a verb with a result of ids and facts that encode as JSON. When ctx carries a Once that
// was seen before, the verb is not run and its first result is returned; the result is stored in the verb's own
// transaction. Fields that must not be kept, such as a new key in clear, are left out with the tag `json:"-"`.
func WriteOnce[T any](ctx context.Context, l *Log, verb func(ctx context.Context, tx *Tx) (T, error)) (T, error) {
	var result T
	once, asked := ctx.Value(onceKey{}).(Once)
	err := l.Write(ctx, func(ctx context.Context, tx *Tx) (err error) {
		if asked {
			if err := tx.lockOnce(ctx, once); err != nil {
				return err
			}
			if seen, err := tx.seen(ctx, once, &result); seen || err != nil {
				return err
			}
		}
		ctx, audited := tx.auditing(ctx)
		if result, err = verb(ctx, tx); err != nil {
			return err
		}
		if err := audited(result); err != nil || !asked {
			return err
		}
		text, err := raw.Of(result)
		if err != nil {
			return fmt.Errorf("keep the result of %s: %w", once.Name, err)
		}
		return tx.Client().MutationResult.Create().SetViewer(once.Viewer).SetName(once.Name).
			SetClientMutationID(once.ID).SetInputHash(once.InputHash).SetResult(text).SetNillableThreadID(tx.about()).Exec(ctx)
	})
	return result, err
}

// about is the thread that the transaction has locked, nil for none: when it is erased, so is what is remembered.
func (tx *Tx) about() *string {
	for threadID := range tx.threads {
		return &threadID
	}
	return nil
}

// Remembered returns the first result of the Once that ctx carries, if there is one already. It is for work that cannot
// be done inside a transaction: look here first, do it, and keep its result with WriteOnce.
func Remembered[T any](ctx context.Context, l *Log) (result T, seen bool, err error) {
	once, asked := ctx.Value(onceKey{}).(Once)
	if !asked {
		return result, false, nil
	}
	err = l.Write(ctx, func(ctx context.Context, tx *Tx) (err error) {
		seen, err = tx.seen(ctx, once, &result)
		return err
	})
	return result, seen, err
}

// lockOnce makes verbs with the same id wait for each other: the second then finds the first one's result, not the
// rows it has left. SQLite has one writer anyway.
func (tx *Tx) lockOnce(ctx context.Context, o Once) error {
	if !tx.log.Postgres() {
		return nil
	}
	_, err := tx.Client().ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`,
		strings.Join([]string{"once", o.Viewer, o.Name, o.ID}, "\x1f"))
	if err != nil {
		return fmt.Errorf("wait for the same clientMutationId: %w", err)
	}
	return nil
}

func (tx *Tx) seen(ctx context.Context, o Once, result any) (bool, error) {
	mine := mutationresult.And(mutationresult.Viewer(o.Viewer), mutationresult.Name(o.Name), mutationresult.ClientMutationID(o.ID))
	row, err := tx.Client().MutationResult.Query().Where(mine).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case row.CreatedAt < ms.Of(tx.Now.Time().Add(-OnceFor)):
		_, err := tx.Client().MutationResult.Delete().Where(mine).Exec(ctx)
		return false, err
	case row.InputHash != o.InputHash:
		return false, ErrOnceConflict
	}
	return true, row.Result.Decode(result)
}
