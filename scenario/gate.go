package scenario

import (
	"context"
	"sync"
)

// gate is where a model or a function waits until the scenario says `release`.
type gate struct {
	mu      sync.Mutex // protects the fields below
	waiting map[*visit]bool
	arrived chan struct{} // closed when somebody comes
}

type visit struct {
	ctx  context.Context
	open chan struct{}
}

// pass waits for the release, or for the end of ctx, which is then the error.
func (g *gate) pass(ctx context.Context) error {
	v := &visit{ctx, make(chan struct{})}
	g.mu.Lock()
	if g.waiting == nil {
		g.waiting = map[*visit]bool{}
	}
	g.waiting[v] = true
	if g.arrived != nil {
		close(g.arrived)
		g.arrived = nil
	}
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.waiting, v)
	}()
	select {
	case <-v.open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// held counts those who wait and whose work still matters, and returns a channel that is closed when somebody comes.
func (g *gate) held() (n int, more <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.arrived == nil {
		g.arrived = make(chan struct{})
	}
	for v := range g.waiting {
		if v.ctx.Err() == nil {
			n++
		}
	}
	return n, g.arrived
}

// release lets everybody go who waits, and reports whether there was anybody.
func (g *gate) release() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := len(g.waiting) > 0
	for v := range g.waiting {
		close(v.open)
	}
	clear(g.waiting)
	return held
}
