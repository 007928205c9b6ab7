package dialogue

import (
	"context"

	"parley/ent"
)

// ErrLost is errLost.
var ErrLost = errLost

// MarkSent is markSent by the worker that holds a turn.
func (s *Service) MarkSent(ctx context.Context, tn *ent.Turn, c *ent.Call) error {
	return s.markSent(ctx, claim{id: tn.ID, workspace: tn.WorkspaceID, threadID: tn.ThreadID, fence: tn.Fence}, c)
}
