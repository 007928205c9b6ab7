package access

import (
	"context"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"parley/ent/ms"
	"parley/ent/viewer"
)

// mostHolders is how many holders of keys are remembered: some hundred kilobytes.
const mostHolders = 2000

// holder is who held a key when the database was asked last.
type holder struct {
	viewer viewer.Viewer
	noted  ms.Time // when it was noted last that the key is used
}

// holders are those of a process, by the hashes of their keys. It is safe for concurrent use.
type holders struct {
	mu    sync.Mutex // protects known
	known *simplelru.LRU[string, holder]
}

func newHolders() *holders {
	known, err := simplelru.NewLRU[string, holder](mostHolders, nil)
	if err != nil {
		panic("access: " + err.Error()) // only for a size below 1
	}
	return &holders{known: known}
}

func (h *holders) remember(hash string, who holder) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known.Add(hash, who)
}

func (h *holders) forget(hash string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known.Remove(hash)
}

func (h *holders) get(hash string) (holder, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known.Get(hash)
}

// keyHolds is the condition that a key is the same and is not revoked. Its name and its role never change.
const keyHolds = `EXISTS (SELECT 1 FROM api_keys WHERE id = ? AND workspace_id = ? AND hash = ? AND revoked_at IS NULL)`

// Presume returns ctx with the viewer who held a key less than a minute ago, as presumed: the first statement of ctx, or who is to
// answer, has it proved (viewer.Prove), with the errors of Authenticate. So a request that is one statement pays for no other.
// It reports false when the key is to be authenticated at once: it is not known, it is a token, it is time to note that it is used,
// or the database is SQLite, where asking costs little.
func (s *Service) Presume(ctx context.Context, secret string) (context.Context, bool) {
	if !s.log.Postgres() {
		return ctx, false
	}
	hash := hashKey(secret)
	found, ok := s.holders.get(hash)
	if !ok || ms.Now().Sub(found.noted) > noteEvery {
		return ctx, false
	}
	who := found.viewer
	return viewer.Presume(ctx, who, keyHolds, []any{who.Key, who.Workspace, hash}, func(ctx context.Context) error {
		now, err := s.Authenticate(ctx, secret)
		if err == nil && now != who {
			err = ErrUnauthenticated // the key was given to somebody else meanwhile
		}
		if err != nil {
			s.holders.forget(hash)
		}
		return err
	}), true
}
