package graph

import (
	"context"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/ms"
	"parley/ent/testrun"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/live"
)

func newDryRun(in gql.TestAgentInput) dialogue.DryRunInput {
	out := dialogue.DryRunInput{
		AgentID: in.AgentID, Version: in.Version, Text: in.Text, Customer: newCustomer(in.Customer), Channel: textOf(in.Channel),
		Metadata: in.Metadata, Functions: dialogue.FunctionMode(in.Functions), Canned: map[string]dialogue.CannedAnswer{},
	}
	for _, m := range in.History {
		out.History = append(out.History, dialogue.DryRunMessage{Author: m.Author, Text: m.Text})
	}
	for _, c := range in.Canned {
		answer := dialogue.CannedAnswer{Status: c.Status}
		if c.Body != nil {
			answer.Body = *c.Body
		}
		out.Canned[c.Function] = answer
	}
	return out
}

// findDryRun says at once when there is no such run.
func (r *Resolver) findDryRun(ctx context.Context, runID string) error {
	_, err := r.client.TestRun.Query().Where(testrun.ID(runID)).OnlyID(ctx)
	return err
}

// followDryRun streams a dry run until it or ctx ends, or there is an error; see failStream.
func (r *Resolver) followDryRun(ctx context.Context, runID string) <-chan gql.TestAgentEvent {
	out := make(chan gql.TestAgentEvent, 1)
	go func() {
		defer close(out)
		if err := r.passDryRun(ctx, runID, out); err != nil {
			failStream(ctx, err)
		}
	}()
	return out
}

// passDryRun passes on what is stored of a run and, when it is played by this process, the pieces of what is being written.
func (r *Resolver) passDryRun(ctx context.Context, runID string, out chan<- gql.TestAgentEvent) error {
	ctx, cancel := context.WithCancel(ctx)
	events, failed := make(chan dialogue.DryRunEvent), make(chan error, 1)
	read := make(chan struct{})
	defer func() { cancel(); <-read }()
	go func() {
		defer close(read)
		defer close(events)
		for e, err := range r.dialogue.FollowDryRun(ctx, runID) {
			if err != nil {
				failed <- err
				return
			}
			select {
			case events <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	var watcher *live.Watcher
	var tick <-chan time.Time
	if r.live != nil {
		v, _ := viewer.FromContext(ctx)
		watcher = r.live.Watch(v.Workspace, runID)
		defer watcher.Close()
		ticker := time.NewTicker(pieceInterval)
		defer ticker.Stop()
		tick = ticker.C
	}
	send := func(e gql.TestAgentEvent) {
		select {
		case out <- e:
		case <-ctx.Done():
		}
	}
	for last := 0; ; {
		select {
		case e, more := <-events:
			if !more {
				select {
				case err := <-failed:
					return err
				default:
					return nil
				}
			}
			if last = e.Number; e.Message != nil && watcher != nil {
				watcher.Skip(e.Message.ID)
			}
			send(presentDryRun(e))
		case <-tick:
			for _, p := range watcher.Next() {
				send(gql.TestDelta{Number: last, CreatedAt: ms.Now(), MessageID: p.MessageID, Offset: p.Offset, Text: p.Text, Dropped: p.Dropped})
			}
		}
	}
}

// presentDryRun turns an event of a dry run into the type of the API.
func presentDryRun(e dialogue.DryRunEvent) gql.TestAgentEvent {
	switch {
	case e.Message != nil:
		return gql.TestMessage{Number: e.Number, CreatedAt: e.At, MessageID: e.Message.ID, Text: e.Message.Text, Data: dataOf(e.Message.Text, e.Message.Model), Model: e.Message.Model}
	case e.Step != nil:
		return gql.TestStep{
			Number: e.Number, CreatedAt: e.At, Step: e.Step.Number, Model: e.Step.Model, Finish: e.Step.Finish, Misfit: e.Step.Misfit, Ms: int(e.Step.Ms),
			Usage: tokensOf(e.Step.Usage, 1, e.Step.Cost),
		}
	case e.Call != nil:
		c := gql.TestCall{
			Number: e.Number, CreatedAt: e.At, CallID: e.Call.ID, Name: e.Call.Name, Arguments: e.Call.Arguments, State: e.Call.State,
			HTTPStatus: e.Call.HTTPStatus, Error: e.Call.Error,
		}
		if result := e.Call.Result; result != "" && result != "null" {
			c.Result = &result
		}
		return c
	case e.Tag != nil:
		return gql.TestTag{Number: e.Number, CreatedAt: e.At, Tag: e.Tag.Name, Text: e.Tag.Text}
	}
	end := gql.TestEnd{Number: e.Number, CreatedAt: e.At, ReasonText: e.End.Text, Usage: tokensOf(e.End.Usage, e.End.Steps, e.End.Cost)}
	if reason := turn.Reason(e.End.Reason); reason != "" {
		end.Reason = &reason
	}
	return end
}

func tokensOf(u model.Usage, steps int, cost *dialogue.Cost) *gql.Usage {
	return usageOf(dialogue.Usage{Steps: int64(steps), Input: u.Input, Cached: u.Cached, Output: u.Output, Thinking: u.Thinking}, cost)
}
