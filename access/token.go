package access

import (
	"context"
	"encoding/json"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
	"parley/seal"
)

// The form of thread tokens.
const (
	tokenPrefix  = "prt_"
	tokenPurpose = "thread token 1"
)

// threadToken is what a token for one thread carries.
type threadToken struct {
	Workspace string  `json:"w"`
	Thread    string  `json:"t"`
	Expires   ms.Time `json:"e"`
	Begun     ms.Time `json:"b,omitempty"` // when the first of a row of renewed tokens was made; 0: it cannot be renewed
}

// Bounds of the life of a thread token.
const (
	MinTokenLife     = time.Minute
	MaxTokenLife     = 30 * 24 * time.Hour
	DefaultTokenLife = 24 * time.Hour
)

// ThreadToken is a new token for one thread.
type ThreadToken struct {
	Token   seal.Text `json:"-"` // made again from the rest when the creation is repeated
	Expires ms.Time   `json:"expires"`

	Workspace string  `json:"workspace"`
	Thread    string  `json:"thread"`
	Begun     ms.Time `json:"begun,omitempty"` // of a visitor's token, when the first one was made
}

// CreateThreadToken makes a token that sees and writes one thread of the viewer's workspace until it expires, in whole
// seconds.
func (s *Service) CreateThreadToken(ctx context.Context, threadID string, seconds int) (ThreadToken, error) {
	if seconds < int(MinTokenLife.Seconds()) || seconds > int(MaxTokenLife.Seconds()) {
		return ThreadToken{}, invalid.One("expiresInSeconds", "must be from %d to %d", int(MinTokenLife.Seconds()), int(MaxTokenLife.Seconds()))
	}
	made, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ThreadToken, error) {
		t, err := tx.Lock(ctx, threadID) // what is remembered of it goes with the thread
		if err != nil {
			return ThreadToken{}, err
		}
		return ThreadToken{Expires: tx.Now.Add(time.Duration(seconds) * time.Second), Workspace: t.Row.WorkspaceID, Thread: t.Row.ID}, nil
	})
	if err != nil {
		return ThreadToken{}, err
	}
	err = s.sign(&made)
	return made, err
}

// sign writes the token that says what the rest of t does.
func (s *Service) sign(t *ThreadToken) error {
	payload, err := json.Marshal(threadToken{t.Workspace, t.Thread, t.Expires, t.Begun})
	t.Token = seal.Hide(tokenPrefix + s.keys.Token(tokenPurpose, payload))
	return err
}

func (s *Service) readThreadToken(token string) (viewer.Viewer, error) {
	payload, err := s.keys.ReadToken(tokenPurpose, token)
	if err != nil {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	var t threadToken
	if err := json.Unmarshal(payload, &t); err != nil || t.Expires < ms.Now() {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	return viewer.Viewer{
		Workspace: t.Workspace, Role: viewer.ThreadToken, Thread: t.Thread, Expires: int64(t.Expires), Renewable: int64(t.Begun),
	}, nil
}
