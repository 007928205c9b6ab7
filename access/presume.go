package access

import (
	"context"

	lru "github.com/hashicorp/golang-lru/v2"

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

// newHolders makes what remembers holders by the hashes of their keys.
func newHolders() *lru.Cache[string, holder] {
	known, err := lru.New[string, holder](mostHolders)
	if err != nil {
		panic("access: " + err.Error()) // only for a size below 1
	}
	return known
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
	found, ok := s.holders.Get(hash)
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
			s.holders.Remove(hash)
		}
		return err
	}), true
}
