// Package replica carries hints between the servers of one installation: which feeds have gone on, and what is only alive
// for a moment. Nothing depends on a hint. Whoever waits for one also looks into the database now and then, and what was
// lost with a hint is made good there.
//
//	bus := replica.New(carrier, replica.Handlers{Wake: log.Woken, Hint: hear, Lost: log.Doubt}, logger)
//	go bus.Run(ctx)
//	bus.Wake(replica.Wake{Workspace: id, Shards: 1 << 3})
//	bus.Hint("text", data)
//
// Messages are sent by Run, together, a few milliseconds after they were given, and only while another server is known: a
// server alone sends nothing but a sign of life now and then.
package replica

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent/id"
)

const (
	// gather is how long wake-ups are collected before they are sent together.
	gather = 5 * time.Millisecond
	// helloEvery is how often a server tells that it is there, quietAfter after how much silence it is taken to be gone.
	helloEvery = 10 * time.Second
	quietAfter = 35 * time.Second
	// maxQueue bounds the hints that wait to be sent; more are lost.
	maxQueue = 1000
	// again is the pause before the connection to the others is made anew.
	again = time.Second
)

// MaxHint is the longest hint in bytes.
const MaxHint = 7 << 10

// Wake says that the feed of a workspace has gone on, in the shards whose bits are set, or that outcomes of deliveries were
// stored.
type Wake struct {
	Workspace string
	Shards    uint8
	Attempts  bool
}

// Handlers are called by Run with what comes from other servers, one after the other. They must not block.
type Handlers struct {
	Wake func(Wake)
	Hint func(topic string, data []byte)
	// Lost is called when messages may have been lost.
	Lost func()
}

// Carrier takes messages to all servers.
type Carrier interface {
	// Publish sends a message of at most MaxMessage bytes, which is UTF-8 without NUL.
	Publish(ctx context.Context, message string) error
	// Receive calls heard with each message, also with the server's own, and lost when some may be missing. It returns when
	// ctx ends, or with an error when the connection is lost for good.
	Receive(ctx context.Context, heard func(message string), lost func()) error
}

// MaxMessage is the longest message in bytes: Postgres carries less than 8,000 in a notification.
const MaxMessage = 7900

// Bus is one server's way to the others. It is safe for concurrent use. Make it with New.
type Bus struct {
	carrier Carrier
	on      Handlers
	logger  *slog.Logger
	self    string
	signal  chan struct{}

	mu     sync.Mutex // protects all below
	wakes  map[string]Wake
	hints  []hint
	others map[string]time.Time // when each other server was heard last
	greet  bool                 // a server has come that may not know of this one
	lost   int                  // hints that were not sent
}

type hint struct {
	topic string
	data  []byte
}

// New returns a bus over a carrier.
func New(c Carrier, on Handlers, logger *slog.Logger) *Bus {
	return &Bus{
		carrier: c, on: on, logger: logger, self: id.New("srv"), signal: make(chan struct{}, 1),
		wakes: map[string]Wake{}, others: map[string]time.Time{},
	}
}

// Wake tells the other servers of a commit. It does not block.
func (b *Bus) Wake(w Wake) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.others) == 0 {
		return
	}
	merged := b.wakes[w.Workspace]
	b.wakes[w.Workspace] = Wake{w.Workspace, merged.Shards | w.Shards, merged.Attempts || w.Attempts}
	b.poke()
}

// Hint passes bytes of a topic to the other servers, in the order of calls as long as none is lost. It does not block. Data
// must be UTF-8 without NUL, and must not be changed afterwards; what is longer than MaxHint is lost.
func (b *Bus) Hint(topic string, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case len(b.others) == 0:
	case len(b.hints) == maxQueue || len(data) > MaxHint:
		b.lost++
	default:
		b.hints = append(b.hints, hint{topic, data})
		b.poke()
	}
}

// Alone says whether no other server is known, so that nobody hears.
func (b *Bus) Alone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.others) == 0
}

// Run sends and receives until ctx ends. Trouble with the carrier is logged and waited out.
func (b *Bus) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { b.sendAll(ctx); return nil })
	group.Go(func() error { b.receiveAll(ctx); return nil })
	return group.Wait()
}

func (b *Bus) receiveAll(ctx context.Context) {
	lost := func() {
		b.answer() // whoever was greeted while this server could not hear has answered in vain
		b.on.Lost()
	}
	for ctx.Err() == nil {
		err := b.carrier.Receive(ctx, b.heard, lost)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("it ended")
		}
		b.logger.Error("cannot hear other servers; they are heard late until it works again", "error", err)
		sleep(ctx, again)
	}
}

func (b *Bus) sendAll(ctx context.Context) {
	hello := time.NewTicker(helloEvery)
	defer hello.Stop()
	failing := false
	b.answer()
	for {
		select {
		case <-ctx.Done():
			_ = b.send(context.WithoutCancel(ctx), b.message(kindBye)) // else it is forgotten after a while
			return
		case <-hello.C:
			b.forget(time.Now())
			b.answer()
		case <-b.signal:
			sleep(ctx, gather)
		}
		for _, m := range b.take() {
			err := b.send(ctx, m)
			if (err != nil) != failing && ctx.Err() == nil {
				if failing = err != nil; failing {
					b.logger.Error("cannot tell other servers what has happened; they learn it late", "error", err)
				}
			}
		}
	}
}

// sendLimit bounds one message.
const sendLimit = 5 * time.Second

func (b *Bus) send(ctx context.Context, m string) error {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	return b.carrier.Publish(ctx, m)
}

// forget drops the servers that were not heard for long.
func (b *Bus) forget(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for server, at := range b.others {
		if now.Sub(at) > quietAfter {
			delete(b.others, server)
		}
	}
	if b.lost > 0 {
		b.logger.Warn("hints to other servers were lost", "count", b.lost)
		b.lost = 0
	}
}

func (b *Bus) poke() {
	select {
	case b.signal <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
