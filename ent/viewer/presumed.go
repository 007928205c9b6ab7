package viewer

import (
	"context"
	"errors"
	"sync"
)

// ErrUnproved is returned by a guarded database for a statement of a presumed viewer whom nobody has proved: a mistake of the program.
var ErrUnproved = errors.New("a statement of a viewer who is only presumed")

// Presumption is that who held a key a moment ago still holds it, for one request. It is proved before anything is done, by a
// statement that asks nothing else, or by the one statement that does all and carries the Condition; at the latest it is proved
// before the request is answered. It is safe for concurrent use.
type Presumption struct {
	// Condition is SQL that holds if the presumption does. Every ? in it stands for the next of Args.
	Condition string
	Args      []any

	ask    func(context.Context) error
	mu     sync.Mutex // protects the fields below, and is held while it is asked
	proved bool
	err    error // what asking came to, if it was not broken off
}

type presumedKey struct{}

// Presume returns ctx for a viewer who is presumed to be v, which holds if the condition does. ask proves it without: it returns an
// error if the viewer is not v, or if nobody can say.
func Presume(ctx context.Context, v Viewer, condition string, args []any, ask func(context.Context) error) context.Context {
	return context.WithValue(NewContext(ctx, v), presumedKey{}, &Presumption{Condition: condition, Args: args, ask: ask})
}

// Presumed returns what ctx presumes of its viewer and nobody has proved yet; nil if there is no such thing.
func Presumed(ctx context.Context) *Presumption {
	p, _ := ctx.Value(presumedKey{}).(*Presumption)
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proved {
		return nil
	}
	return p
}

// Prove asks whether the viewer of ctx is the presumed one, unless that is known. Who asks again gets the same answer, unless ctx has
// ended before there was one.
func Prove(ctx context.Context) error {
	p, _ := ctx.Value(presumedKey{}).(*Presumption)
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proved || p.err != nil {
		return p.err
	}
	err := p.ask(WithCondition(ctx))
	p.proved = err == nil
	if ctx.Err() == nil {
		p.err = err
	}
	return err
}

// WithCondition returns ctx for the statement that proves the presumption by itself.
func WithCondition(ctx context.Context) context.Context {
	return context.WithValue(ctx, presumedKey{}, (*Presumption)(nil))
}

// Proved notes that a statement has proved the presumption.
func (p *Presumption) Proved() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proved = true
}
