package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// story is all that the API tells of a thread.
type story struct {
	ID, Status string
	Messages   struct {
		Edges []struct{ Node stored }
	}
	Turns     []turnTold // newest first
	Reminders []reminderTold
	Events    []event `json:"-"` // replayed from the beginning
}

type stored struct {
	ID, Author, Text string
	Sequence         int
}

type turnTold struct {
	ID, State, Reason string
	Calls             []callTold
}

type reminderTold struct {
	ID, State string
	Text      *string
}

type callTold struct {
	ID, Name, State string
	SentAt          *string
	Arguments       struct{ What string }
}

// calls are those of all turns.
func (s story) calls() (all []callTold) {
	for _, tn := range s.Turns {
		all = append(all, tn.Calls...)
	}
	return all
}

// busy says what in a thread has not come to its end; empty if nothing.
func (s story) busy() string {
	for _, tn := range s.Turns {
		if tn.State != "ENDED" {
			return fmt.Sprintf("turn %s of %s is %s", tn.ID, s.ID, tn.State)
		}
	}
	for _, c := range s.calls() {
		if openCall(c.State) {
			return fmt.Sprintf("call %s (%s) of %s is %s", c.ID, c.Name, s.ID, c.State)
		}
	}
	for _, r := range s.Reminders {
		if r.State == "PENDING" {
			return fmt.Sprintf("reminder %s of %s is pending", r.ID, s.ID)
		}
	}
	return ""
}

func openCall(state string) bool {
	return state == "RESERVED" || state == "SENT" || state == "AWAITING_APPROVAL"
}

func (s *stage) readThread(ctx context.Context, threadID string) (story, error) {
	var answer struct{ Thread story }
	err := s.api.ask(ctx, `query($id: ID!) { thread(id: $id) { id status
		messages(first: 100) { edges { node { id author text sequence } } } reminders(first: 20) { id state text }
		turns(first: 50) { id state reason calls { id name state sentAt arguments } } } }`, map[string]any{"id": threadID}, &answer)
	return answer.Thread, err
}

// quiet waits until nothing is left to be done in the threads and no webhook waits. It says what was, if ctx ends first.
func (s *stage) quiet(ctx context.Context) error {
	busy := "nothing was read"
	for _, th := range s.log.threads { // complete by now
		// Twice: turns are read before a reminder fires, perhaps, and reminders after that.
		for idle := 0; idle < 2; {
			told, err := s.readThread(ctx, th.id)
			if err != nil {
				return fmt.Errorf("no quiet: %s; %w", busy, err)
			}
			if busy = told.busy(); busy == "" {
				idle++
				continue
			}
			idle = 0
			dawdle(200)
		}
	}
	for {
		var answer struct{ Deliveries struct{ TotalCount int } }
		err := s.api.ask(ctx, `{ deliveries(first: 1, where: {stateIn: [PENDING, RUNNING]}) { totalCount } }`, nil, &answer)
		if err != nil {
			return fmt.Errorf("no quiet: %s; %w", busy, err)
		}
		if answer.Deliveries.TotalCount == 0 {
			return nil
		}
		busy = fmt.Sprintf("%d webhooks wait", answer.Deliveries.TotalCount)
		dawdle(200)
	}
}

// lastNote ends the events of a thread.
const lastNote = "that was all"

// read brings what the API tells of all threads, and the ids of the events that webhooks carry since it
// was last asked.
func (s *stage) read(ctx context.Context) (stories []story, events []string, err error) {
	stories = make([]story, len(s.log.threads))
	var readers sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i, th := range s.log.threads {
		readers.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			told, err := s.readThread(ctx, th.id)
			if err == nil {
				err = s.api.mutate(ctx, "addNote", map[string]any{"threadId": th.id, "text": lastNote}, "note { id }", &struct{}{})
			}
			if err == nil {
				err = s.api.follow(ctx, th.id, th.cursor, i%2 == 0, func(e event) bool {
					told.Events = append(told.Events, e)
					return e.Note.Text != lastNote
				})
			}
			if err != nil {
				s.log.fault("read %s: %v", th.id, err)
			}
			stories[i] = told
		})
	}
	readers.Wait()
	var all struct{ Threads struct{ TotalCount int } }
	if err := s.api.ask(ctx, `{ threads(first: 1) { totalCount } }`, nil, &all); err != nil {
		return nil, nil, err
	}
	if all.Threads.TotalCount != s.opened {
		s.log.fault("%d threads are there, %d were acknowledged", all.Threads.TotalCount, s.opened)
	}
	for {
		var page struct {
			Events struct {
				Edges []struct {
					Node   struct{ ID string }
					Cursor string
				}
				PageInfo struct{ HasNextPage bool }
			}
		}
		err := s.api.ask(ctx, `query($after: Cursor) { events(first: 200, after: $after) { edges { node { id } cursor } pageInfo { hasNextPage } } }`,
			map[string]any{"after": s.after}, &page)
		if err != nil {
			return nil, nil, err
		}
		for _, edge := range page.Events.Edges {
			events, s.after = append(events, edge.Node.ID), edge.Cursor
		}
		if !page.Events.PageInfo.HasNextPage {
			return stories, events, nil
		}
	}
}

// judge waits for quiet, ends the followers of the live streams, and checks everything. It returns what is wrong.
func (s *stage) judge(ctx context.Context, stop context.CancelFunc) []string {
	waiting, cancel := context.WithTimeout(ctx, time.Minute)
	err := s.quiet(waiting)
	cancel()
	if err != nil {
		s.log.fault("%v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	stories, events, err := s.read(ctx)
	if err != nil {
		s.log.fault("read events: %v", err)
	}
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		s.follows.Wait()
	}()
	select {
	case <-followed:
	case <-ctx.Done():
		s.log.fault("live streams have not brought the last note")
	}
	stop()
	s.tasks.Wait()
	<-followed
	return check(stories, events, s.log)
}

// forget begins anew, for another load on the same agent. The stage must be quiet.
func (s *stage) forget() {
	s.parks = nil
	s.log.note(func() {
		e := newEvidence()
		s.log.threads, s.log.messages, s.log.takeOvers, s.log.approved = nil, e.messages, e.takeOvers, e.approved
		s.log.reminders, s.log.requests, s.log.hooks, s.log.streamed, s.log.faults = e.reminders, nil, nil, e.streamed, nil
	})
}
