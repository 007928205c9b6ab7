package dialogue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"parley/ent/turn"
)

// registry knows the turns that this process runs, so that a verb can stop one at once instead of at its next write.
type registry struct {
	mu    sync.Mutex // protects turns
	turns map[string]*hold
}

// hold is a turn that this process runs.
type hold struct {
	claim
	poke    func()             // wakes who claims, when the turn has begun
	begun   atomic.Bool        // whether its row says that this process runs it, so that the row can be held against that
	mu      sync.Mutex         // protects the fields below
	cancel  context.CancelFunc // of what is under way; nil between two operations
	stopped bool               // since it was last asked
}

// errStopped ends an operation whose turn was changed by somebody else: look at the turn again.
var errStopped = errors.New("the turn was changed meanwhile")

// operation returns a context for the next piece of work, and what to call when it is done.
func (h *hold) operation(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	h.mu.Lock()
	h.cancel = func() { cancel(errStopped) }
	h.mu.Unlock()
	return ctx, func() {
		h.mu.Lock()
		h.cancel = nil
		h.mu.Unlock()
		cancel(nil)
	}
}

func (h *hold) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	if h.cancel != nil {
		h.cancel()
	}
}

// wasStopped says whether the turn was changed by somebody else since the last call.
func (h *hold) wasStopped() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.stopped
	h.stopped = false
	return was
}

func (r *registry) add(h *hold) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turns[h.id] = h
}

func (r *registry) remove(h *hold) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turns[h.id] == h {
		delete(r.turns, h.id)
	}
}

// runs says whether this process runs the turn.
func (r *registry) runs(turnID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.turns[turnID] != nil
}

func (r *registry) find(match func(*hold) bool) []*hold {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*hold
	for _, h := range r.turns {
		if match(h) {
			found = append(found, h)
		}
	}
	return found
}

// count returns how many turns run here.
func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.turns)
}

// crowd is who has so many turns running here that others come first.
type crowd struct {
	workspaces []string // get no more turns until one of theirs ends
	agents     []string // get more when nobody else's is due
}

// crowd returns the workspaces that have half of the workers, and the agents that have a quarter of them: half of what
// their workspace can have.
func (r *registry) crowd(workers int) (c crowd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	half, quarter := max(1, workers/2), max(1, workers/4)
	running := map[string]int{} // by id, which is of a workspace or of an agent
	for _, h := range r.turns {
		if running[h.workspace]++; running[h.workspace] == half {
			c.workspaces = append(c.workspaces, h.workspace)
		}
		if running[h.agentID]++; running[h.agentID] == quarter {
			c.agents = append(c.agents, h.agentID)
		}
	}
	return c
}

// stop makes the matching turns look at their rows again, now.
func (r *registry) stop(match func(*hold) bool) {
	for _, h := range r.find(match) {
		h.stop()
	}
}

// Forget ends what this process does in a thread that is being erased, and forgets what it keeps of it.
func (s *Service) Forget(threadID string) {
	s.running.stop(func(h *hold) bool { return h.threadID == threadID })
	s.pasts.take(threadID)
}

// stopEnded stops the turns of a thread that have ended in the database. Failing to find out is harmless: their next
// write is refused.
func (s *Service) stopEnded(ctx context.Context, threadID string) {
	holds := s.running.find(func(h *hold) bool { return h.threadID == threadID })
	if len(holds) == 0 {
		return
	}
	live, err := s.log.Client().Turn.Query().Where(turn.ThreadID(threadID), turn.StateNEQ(turn.StateENDED)).IDs(own(ctx))
	if err != nil {
		return
	}
	for _, h := range holds {
		if !slices.Contains(live, h.id) {
			h.stop()
		}
	}
}
