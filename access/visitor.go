package access

import (
	"context"
	"errors"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
)

// How long the tokens of visitors are good for: each for VisitorLife, and all that follow one another for VisitorUntil.
const (
	VisitorLife  = 7 * 24 * time.Hour
	VisitorUntil = 30 * 24 * time.Hour
)

// ErrNotRenewable is returned for tokens whose life somebody has chosen.
var ErrNotRenewable = errors.New("only tokens of startChat can be renewed, until 30 days after the first one")

// VisitorToken makes a token for the thread of a visitor who began it without a key. It can be renewed.
func (s *Service) VisitorToken(workspaceID, threadID string, begun ms.Time) (ThreadToken, error) {
	t := ThreadToken{Workspace: workspaceID, Thread: threadID, Begun: begun, Expires: begun.Add(VisitorLife)}
	err := s.sign(&t)
	return t, err
}

// RenewThreadToken makes a new token in the place of the viewer's. The error is ErrNotRenewable for others than visitors, and when
// a new one would be good for no longer.
func (s *Service) RenewThreadToken(ctx context.Context) (ThreadToken, error) {
	v, _ := viewer.FromContext(ctx)
	if v.Renewable == 0 {
		return ThreadToken{}, ErrNotRenewable
	}
	begun := ms.Time(v.Renewable)
	t := ThreadToken{Workspace: v.Workspace, Thread: v.Thread, Begun: begun, Expires: min(ms.Now().Add(VisitorLife), begun.Add(VisitorUntil))}
	if int64(t.Expires) <= v.Expires {
		return ThreadToken{}, ErrNotRenewable
	}
	err := s.sign(&t)
	return t, err
}
