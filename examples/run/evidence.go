package main

import (
	"context"
	"slices"
)

// Evidence is what the server, the stream, the receiver and the program know of one dialogue.
type Evidence struct {
	Thread  Thread
	Log     []LogEvent
	Stream  []Event
	Hooks   []Hook
	Records []any
}

// Thread is a thread as the API shows it.
type Thread struct {
	Status   string
	Success  bool
	Contact  any
	Tags     []struct{ Name string }
	Messages struct {
		Edges []struct{ Node Message }
	}
	Turns []Turn // newest first
}

// Message is one text.
type Message struct {
	ID, Author, Text string
	Sequence         int
}

// Turn is the agent's work on one answer.
type Turn struct {
	ID, State, Reason, ReasonText string
	Calls                         []Call
}

// LogEvent is an event as webhooks carry it.
type LogEvent struct {
	ID, Type string
	Sequence int
	Body     map[string]any
}

// maxSteps bounds a dialogue, so that all of it is read in one query that the server finds cheap enough.
const maxSteps = 40

const threadQuery = `query($thread: ID!) {
  thread(id: $thread) {
    status success contact
    tags { name }
    messages(first: 250) { edges { node { id author text sequence } } }
    turns(first: 40) { id state reason reasonText calls { id name arguments state result httpStatus error } }
  }
}`

func readThread(ctx context.Context, client *Client, thread string) (Thread, error) {
	var answer struct{ Thread Thread }
	err := client.Query(ctx, threadQuery, map[string]any{"thread": thread}, &answer)
	return answer.Thread, err
}

const logQuery = `query($thread: ID!, $after: Cursor) {
  events(threadId: $thread, first: 250, after: $after) {
    edges { node { id type sequence body } }
    pageInfo { hasNextPage endCursor }
  }
}`

// readLog pulls all events of a thread.
func readLog(ctx context.Context, client *Client, thread string) ([]LogEvent, error) {
	var all []LogEvent
	variables := map[string]any{"thread": thread}
	for {
		var answer struct {
			Events struct {
				Edges    []struct{ Node LogEvent }
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		if err := client.Query(ctx, logQuery, variables, &answer); err != nil {
			return nil, err
		}
		for _, edge := range answer.Events.Edges {
			all = append(all, edge.Node)
		}
		if !answer.Events.PageInfo.HasNextPage {
			return all, nil
		}
		variables["after"] = answer.Events.PageInfo.EndCursor
	}
}

// words are the texts by an author behind a sequence.
func (t Thread) words(author string, after int) []string {
	var texts []string
	for _, edge := range t.Messages.Edges {
		if edge.Node.Author == author && edge.Node.Sequence > after {
			texts = append(texts, edge.Node.Text)
		}
	}
	return texts
}

// last is the sequence of the last message, 0 without one.
func (t Thread) last() int {
	last := 0
	for _, edge := range t.Messages.Edges {
		last = max(last, edge.Node.Sequence)
	}
	return last
}

// calls lists all calls, oldest turn first.
func (t Thread) calls() []Call {
	var all []Call
	for _, turn := range slices.Backward(t.Turns) {
		all = append(all, turn.Calls...)
	}
	return all
}

func (t Thread) tags() []string {
	var names []string
	for _, tag := range t.Tags {
		names = append(names, tag.Name)
	}
	slices.Sort(names)
	return names
}
