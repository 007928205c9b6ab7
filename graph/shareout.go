package graph

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

const (
	// joinWindow is how long the answers of a group are joined, so that each member is written to once for all of them. One that
	// comes after a pause waits for nothing; those that follow it within the window are sent at its end.
	joinWindow = 20 * time.Millisecond
	// mostMade is how many bytes of answers wait to be sent, unless one is larger. Then the execution waits.
	mostMade = 64 << 10
)

// made is an answer of a group.
type made struct {
	json   []byte
	errors []byte // of an answer to a request that could not be executed; nil: it was
}

// madeOf copies a response, whose buffer the execution uses again.
func madeOf(response *graphql.Response) made {
	m := made{json: encodeAnswer(response)}
	if isRequestError(response) {
		m.errors = encodeErrors(response.Errors)
	}
	return m
}

// outgoing are the answers of a group that were made and are not sent yet. One goroutine puts them, another one passes them on:
// so more are made while thousands of members are written to.
type outgoing struct {
	more   chan struct{} // there is something
	room   chan struct{} // there is room again
	full   chan struct{} // somebody waits for room: the window ends
	closed chan struct{}

	mu   sync.Mutex // protects the fields below
	all  []made
	size int
}

func newOutgoing() *outgoing {
	return &outgoing{more: make(chan struct{}, 1), room: make(chan struct{}, 1), full: make(chan struct{}, 1), closed: make(chan struct{})}
}

// put adds an answer. It waits while there are too many, and gives up when ctx ends.
func (o *outgoing) put(ctx context.Context, m made) {
	for !o.add(m) {
		select {
		case <-o.room:
		case <-ctx.Done():
			return
		}
	}
}

func (o *outgoing) add(m made) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.size > 0 && o.size+len(m.json) > mostMade {
		signal(o.full)
		return false
	}
	o.all, o.size = append(o.all, m), o.size+len(m.json)
	signal(o.more)
	return true
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// close is called when nothing more is put. What is there is still passed on.
func (o *outgoing) close() { close(o.closed) }

// pass has answers sent, those of a window together, until it is closed.
func (o *outgoing) pass(send func([]made)) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for open := true; open; {
		select {
		case <-o.more:
		case <-o.closed:
			open = false
		}
		if open {
			select { // until the window is over
			case <-pause.C:
			case <-o.full:
			case <-o.closed:
				open = false
			}
		}
		pause.Reset(joinWindow)
		if all := o.take(); len(all) > 0 {
			send(all)
		}
	}
}

func (o *outgoing) take() []made {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.all
	o.all, o.size = nil, 0
	signal(o.room)
	return all
}
