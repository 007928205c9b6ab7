package graph

import (
	"context"
	"slices"
	"time"
	"unique"

	"parley/ent/viewer"
	"parley/trace"
)

// end ends it. The first reason counts; it may be called from anywhere, and again.
func (c *connection) end(reason error) {
	c.mu.Lock()
	if c.cause.Load() != nil {
		c.mu.Unlock()
		return
	}
	c.cause.Store(&reason)
	if c.done != nil {
		close(c.done)
	}
	after := c.after
	c.after = nil
	c.mu.Unlock()
	for _, f := range after {
		go (*f)()
	}
}

// Reason says why it has ended; nil while it has not.
func (c *connection) Reason() error {
	if cause := c.cause.Load(); cause != nil {
		return *cause
	}
	return nil
}

// Err implements context.Context.
func (c *connection) Err() error {
	if c.cause.Load() != nil {
		return context.Canceled
	}
	return nil
}

// Done implements context.Context.
func (c *connection) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		if c.done = make(chan struct{}); c.cause.Load() != nil {
			close(c.done)
		}
	}
	return c.done
}

// Deadline implements context.Context: there is none.
func (*connection) Deadline() (deadline time.Time, ok bool) { return deadline, false }

// Value implements context.Context.
func (c *connection) Value(key any) any {
	switch key.(type) {
	case connectionKey:
		return c
	case trace.RequestKey:
		return c.requestID
	case addressKey:
		return c.address.Value()
	}
	if c.values != nil {
		return c.values.Value(key)
	}
	return nil
}

// AfterFunc is what context.AfterFunc and contexts within this one ask for in place of a goroutine that waits.
func (c *connection) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause.Load() != nil {
		go f()
		return func() bool { return false }
	}
	c.after = append(c.after, &f)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.after, &f)
		if i >= 0 {
			c.after = slices.Delete(c.after, i, i+1)
		}
		return i >= 0
	}
}

// hold says whose it is.
func (c *connection) hold(v viewer.Viewer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.of = true, unique.Make(v)
}

// holder says whose it is; false while nobody knows.
func (c *connection) holder() (holder, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of, c.held
}
