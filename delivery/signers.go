package delivery

import (
	"context"
	"slices"
	"sync"

	"parley/ent/ms"
)

// maxSigners bounds how many integrations' opened secrets a process keeps.
const maxSigners = 10_000

// signerCache keeps opened secrets, each as of the revision of its workspace's integrations: every change of an
// integration and of its secrets raises that, and a claim reads it together with what it claims.
type signerCache struct {
	mu    sync.Mutex // protects known
	known map[string]knownSigner
}

type knownSigner struct {
	signing
	revision int64
}

// sign gives claimed deliveries the secrets that sign for them.
func (s *Service) sign(ctx context.Context, jobs []*job) error {
	now := ms.Of(s.o.Now())
	missing := map[string]int64{}
	s.cache.mu.Lock()
	for _, j := range jobs {
		if k, ok := s.cache.known[j.integrationID]; ok && k.revision == j.revision && (k.until == 0 || now < k.until) {
			j.signing = k.signing
		} else {
			// The lowest: what is read now may be newer, never older.
			if r, ok := missing[j.integrationID]; !ok || j.revision < r {
				missing[j.integrationID] = j.revision
			}
		}
	}
	s.cache.mu.Unlock()
	if len(missing) == 0 {
		return nil
	}
	ids := make([]string, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found := map[string]signing{}
	for some := range slices.Chunk(ids, 250) {
		part, err := s.signers(ctx, s.log.Client(), some)
		if err != nil {
			return err
		}
		for id, sig := range part {
			found[id] = sig
		}
	}
	for _, j := range jobs {
		if _, ok := missing[j.integrationID]; ok {
			j.signing = found[j.integrationID]
		}
	}
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	if s.cache.known == nil || len(s.cache.known)+len(missing) > maxSigners {
		s.cache.known = map[string]knownSigner{}
	}
	for id, revision := range missing {
		if len(found[id].secrets) > 0 && found[id].err == nil {
			s.cache.known[id] = knownSigner{found[id], revision}
		}
	}
	return nil
}
