package eventlog

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"parley/ent"
	"parley/ent/detach"
	"parley/ent/integration"
)

// maxKept is how many workspaces' integrations a process keeps at hand.
const maxKept = 1000

// errStale makes a verb run again: the integrations that it planned deliveries by have changed meanwhile.
var errStale = errors.New("the workspace's integrations changed meanwhile")

// kept are the integrations of workspaces, each as of the workspace's integrations_revision. What is kept may be stale:
// who plans by it compares the revision at the end of the transaction.
type kept struct {
	mu    sync.Mutex // protects known
	known map[string]integrations
}

type integrations struct {
	revision int64
	rows     []*ent.Integration // not deleted, by id
}

// ChangeIntegrations notes that the transaction makes, changes or deletes an integration of a workspace, so that nobody
// plans deliveries by what was known before. It is called before the change.
func (tx *Tx) ChangeIntegrations(ctx context.Context, workspace string) error {
	tx.ownIntegrations = true
	_, err := tx.Client().ExecContext(ctx, `UPDATE workspaces SET integrations_revision = integrations_revision + 1 WHERE id = $1`, workspace)
	if err != nil {
		return fmt.Errorf("count the change of an integration: %w", err)
	}
	return nil
}

// integrations returns those of a workspace. Nobody may change them.
func (tx *Tx) integrations(ctx context.Context, workspace string) (integrations, error) {
	k := &tx.log.kept
	k.mu.Lock()
	found, ok := k.known[workspace]
	k.mu.Unlock()
	if ok && !tx.ownIntegrations {
		return found, nil
	}
	// The revision first: a change between the two statements is then found at the end.
	client := tx.log.client
	if tx.entTx != nil {
		client = tx.raw
	}
	var err error
	if found.revision, err = queryInt(ctx, client, `SELECT integrations_revision FROM workspaces WHERE id = $1`, workspace); err != nil {
		return found, fmt.Errorf("read the revision of integrations: %w", err)
	}
	found.rows, err = client.Integration.Query().Where(integration.WorkspaceID(workspace), integration.DeletedAtIsNil()).Order(integration.ByID()).All(ctx)
	if err != nil {
		return found, fmt.Errorf("find integrations: %w", err)
	}
	if tx.ownIntegrations { // not committed, and perhaps never
		return found, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= maxKept {
		k.known = map[string]integrations{}
	}
	found.rows = detach.Rows(found.rows)
	k.known[workspace] = found
	return found, nil
}

// holds fails with errStale when the revision that deliveries were planned by is no longer the workspace's.
func (tx *Tx) holds(workspace string, revision int64) error {
	if tx.planned == nil || *tx.planned == revision {
		return nil
	}
	tx.log.kept.forget(workspace)
	return errStale
}

func (k *kept) forget(workspace string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, workspace)
}
