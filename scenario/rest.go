package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is how often the thread is looked at when nothing tells that something happened.
const tick = 100 * time.Millisecond

// turn is the agent's work as the thread shows it.
type turn struct {
	ID, State string
	Calls     []call
}

const threadDocument = `query($id: ID!) { thread(id: $id) {
  cursor turns(first: 20) { id state calls { id name arguments state httpStatus error } }
} }`

// rest waits until the agent has done all that follows from what was said: its turns have ended, or wait for an
// approval, or for `release`; and until all events of that have arrived.
func (p *play) rest(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.options.Timeout, errTimeout)
	defer cancel()
	rested, state := false, "not known"
	for {
		held, arrived := p.gate.held()
		p.mu.Lock()
		if p.wake == nil {
			p.wake = make(chan struct{})
		}
		wake, broken := p.wake, p.broken
		p.mu.Unlock()
		if broken != nil {
			return fmt.Errorf("the stream of events ended: %w", broken)
		}
		var answer struct {
			Thread struct {
				Cursor string
				Turns  []turn
			}
		}
		err := p.query(ctx, threadDocument, map[string]any{"id": p.thread}, &answer)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err == nil {
			before := rested
			rested, state = atRest(answer.Thread.Turns, held)
			p.mu.Lock()
			p.latest = answer.Thread.Turns
			last := p.cursor
			if len(p.events) > 0 {
				last = p.events[len(p.events)-1].Cursor
			}
			p.mu.Unlock()
			// The cursor is older than the turns beside it: it counts when the thread was at rest before it was read.
			if rested && before && last == answer.Thread.Cursor {
				return nil
			}
			if rested && !before {
				continue
			}
		}
		select {
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errTimeout) {
				return fmt.Errorf("waited %v in vain; %s", p.options.Timeout, state)
			}
			return ctx.Err()
		case <-wake:
		case <-arrived:
		case <-time.After(tick):
		}
	}
}

var errTimeout = errors.New("timeout")

// atRest says whether nothing more will happen by itself, and otherwise what is going on.
func atRest(turns []turn, held int) (bool, string) {
	sent := 0
	for _, t := range turns {
		about := false // whether a call is about to be sent
		for _, c := range t.Calls {
			about = about || c.State == "RESERVED"
			if c.State == "SENT" {
				sent++
			}
		}
		if t.State == "DUE" || t.State == "RUNNING" && (held == 0 || about) {
			return false, "the agent's turn is " + t.State
		}
	}
	if sent > held {
		return false, "a call waits for its answer"
	}
	return true, "events are missing"
}

const deliveriesDocument = `query($thread: ID!) {
  deliveries(first: 100, orderBy: {field: CREATED_AT, direction: DESC}, where: {threadID: $thread}) { edges { node {
    id eventType sequence state attempts integration { id } event { id body } attemptLog { status outcome }
  } } }
}`

// delivered is a delivery as the API shows it.
type delivered struct {
	ID, EventType, State string
	Sequence, Attempts   int
	Integration          struct{ ID string }
	Event                struct {
		ID   string
		Body struct{ Data any }
	}
	AttemptLog []struct {
		Status  int
		Outcome string
	}
}

// deliveries waits until each webhook of a section's events was tried once, and returns them in the order of the events.
func (p *play) deliveries(ctx context.Context, events []event) (facts []fact, err error) {
	patterns := strings.Fields(strings.Join(p.file.settings("deliveries"), " "))
	if len(patterns) == 0 || len(events) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.options.Timeout, errTimeout)
	defer cancel()
	for {
		var answer struct {
			Deliveries struct{ Edges []struct{ Node delivered } }
		}
		if err := p.query(ctx, deliveriesDocument, map[string]any{"thread": p.thread}, &answer); err != nil {
			return nil, err
		}
		var list []delivered
		open := false
		for _, e := range answer.Deliveries.Edges {
			d := e.Node
			if !slices.ContainsFunc(events, func(e event) bool { return e.ID == d.Event.ID }) || !meant(patterns, d.EventType) {
				continue
			}
			list = append(list, d)
			open = open || d.State == "RUNNING" || d.State == "PENDING" && d.Attempts == 0
		}
		if !open {
			slices.SortFunc(list, func(a, b delivered) int {
				if a.Sequence != b.Sequence {
					return a.Sequence - b.Sequence
				}
				return strings.Compare(a.Integration.ID, b.Integration.ID)
			})
			for _, d := range list {
				facts = append(facts, p.deliveryFact(d))
			}
			return facts, nil
		}
		if err := sleep(ctx, tick/4); err != nil {
			return nil, fmt.Errorf("waited %v in vain for webhooks", p.options.Timeout)
		}
	}
}

func (p *play) deliveryFact(d delivered) fact {
	outcome := d.State
	if n := len(d.AttemptLog); n > 0 {
		if outcome = d.AttemptLog[n-1].Outcome; d.AttemptLog[n-1].Status != 0 {
			outcome = strconv.Itoa(d.AttemptLog[n-1].Status)
		}
	}
	if p.receiver != nil {
		if fault := p.receiver.fault(d.Event.ID); fault != "" {
			p.problem(0, "the webhook "+d.EventType+" was not good: "+fault)
		}
	}
	return fact{verb: "delivery", words: []string{d.EventType, outcome}, json: p.names.json(d.Event.Body.Data), has: true}
}

// meant says whether one of the patterns names an event type.
func meant(patterns []string, eventType string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, wild := strings.CutSuffix(pattern, "*")
		return pattern == eventType || wild && strings.HasPrefix(eventType, prefix)
	})
}
