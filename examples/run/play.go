package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Player plays dialogues on a stage. It is safe for concurrent use.
type Player struct {
	client      *Client
	stage       *Stage
	receiver    *Receiver
	program     *Program
	screen      *Screen
	logs        *Journal
	timeout     time.Duration
	retry       bool
	server, key string
}

// Result is what came of one dialogue.
type Result struct {
	Name       string
	Missing    []string // empty if it passed
	Tags       []string
	Took       time.Duration
	Messages   int
	Calls      int
	Hooks      int
	Reconnects int
}

// PlayAll plays the dialogues of a trade, several at a time, and returns the results in their order.
func PlayAll(ctx context.Context, c Config, trade *Trade, player *Player) []Result {
	results := make([]Result, len(trade.Dialogues))
	places := make(chan struct{}, c.Parallel)
	var wait sync.WaitGroup
	for i, dialogue := range trade.Dialogues {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			started := time.Now()
			results[i] = player.play(ctx, dialogue)
			results[i].Name, results[i].Took = dialogue.Name, time.Since(started)
			player.screen.Result(results[i])
		})
	}
	wait.Wait()
	return results
}

// performance is a dialogue while it is played.
type performance struct {
	*Player
	dialogue Dialogue
	thread   string
	stream   *Stream
	mark     int // sequence behind which the words of the present step begin
}

func (p *Player) play(ctx context.Context, dialogue Dialogue) Result {
	f := &performance{Player: p, dialogue: dialogue}
	cursor, err := f.open(ctx)
	if err != nil {
		return Result{Missing: []string{err.Error()}}
	}
	p.screen.Begin(dialogue, f.thread)
	f.stream = &Stream{server: p.server, key: p.key, retry: p.retry, thread: f.thread, cursor: cursor, arrived: func(e Event) {
		p.logs.Write("events", map[string]any{"dialogue": dialogue.Name, "thread": f.thread, "id": e.ID, "type": e.Type, "sequence": e.Sequence})
		p.screen.Event(dialogue.Name, e)
	}}
	following, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { f.stream.Run(following) })
	defer wait.Wait()
	defer stop()

	missing := f.playSteps(ctx)
	patience := p.timeout
	if len(missing) > 0 {
		patience = 0 // it went another way: what is missing now will not come
	}
	evidence, late := f.conclude(ctx, patience)
	missing = slices.Concat(f.stream.Faults(), missing, late)
	return Result{
		Missing: missing, Tags: evidence.Thread.tags(), Messages: len(evidence.Thread.Messages.Edges),
		Calls: len(evidence.Thread.calls()), Hooks: len(evidence.Hooks), Reconnects: f.stream.Reconnects(),
	}
}

// open makes the thread.
func (f *performance) open(ctx context.Context) (cursor string, err error) {
	customer := map[string]any{"externalId": f.client.RunID + "/" + f.dialogue.Name}
	for field, value := range f.dialogue.Customer {
		customer[field] = value
	}
	input := map[string]any{"agentId": f.stage.AgentID, "customer": customer, "externalId": f.client.RunID + "/" + f.dialogue.Name}
	if f.dialogue.Channel != "" {
		input["channel"] = f.dialogue.Channel
	}
	var made struct {
		Thread struct{ ID, Cursor string }
	}
	err = f.client.Mutate(ctx, f.dialogue.Name, "createThread", input, "thread { id cursor }", &made)
	f.thread = made.Thread.ID
	return made.Thread.Cursor, err
}

// playSteps stops at the first step that does not go as recorded.
func (f *performance) playSteps(ctx context.Context) []string {
	inGroup := false
	for i, step := range f.dialogue.Steps {
		what := fmt.Sprintf("step %d (%s)", i+1, cmp.Or(step.Customer, step.Operator))
		if !sleep(ctx, time.Duration(step.PauseMs)*time.Millisecond) {
			return []string{what + ": " + ctx.Err().Error()}
		}
		if err := f.do(ctx, step, inGroup); err != nil {
			return []string{what + ": " + err.Error()}
		}
		if inGroup = step.Quick; inGroup {
			continue
		}
		missing := f.until(ctx, f.timeout, func() ([]string, error) {
			thread, err := readThread(ctx, f.client, f.thread)
			if err != nil {
				return nil, err
			}
			stream, _ := f.stream.Events()
			if text := step.unmet(thread, stream, f.mark, !f.retry); text != "" {
				return []string{what + ": " + text}, nil
			}
			return nil, nil
		})
		if len(missing) > 0 {
			return missing
		}
	}
	return nil
}

// do says or does what a step wants. In a group of quick steps the first one sets the mark.
func (f *performance) do(ctx context.Context, step Step, inGroup bool) error {
	if step.Customer != "" {
		var sent struct{ Message struct{ Sequence int } }
		input := map[string]any{"threadId": f.thread, "text": step.Customer}
		err := f.client.Mutate(ctx, f.dialogue.Name, "sendMessage", input, "message { id sequence }", &sent)
		if !inGroup {
			f.mark = sent.Message.Sequence
		}
		return err
	}
	before, err := readThread(ctx, f.client, f.thread)
	if err != nil {
		return err
	}
	if !inGroup {
		f.mark = before.last()
	}
	input := map[string]any{"threadId": f.thread}
	selection := "thread { id }"
	switch step.Operator {
	case "sendOperatorMessage":
		input["text"], selection = step.Text, "message { id sequence }"
	case "addNote":
		input["text"], selection = step.Text, "note { id }"
	case "addTag", "removeTag":
		input["tag"] = step.Tag
		if step.Text != "" {
			input["text"] = step.Text
		}
	case "approveCall", "refuseCall":
		calls := before.calls()
		at := slices.IndexFunc(calls, func(c Call) bool { return c.State == "AWAITING_APPROVAL" })
		if at < 0 {
			return errors.New("no call waits for an approval")
		}
		input, selection = map[string]any{"callId": calls[at].ID}, "call { id }"
		if step.Text != "" {
			input["reason"] = step.Text
		}
	}
	f.screen.Operator(f.dialogue.Name, step)
	return f.stage.Operator.Mutate(ctx, f.dialogue.Name, step.Operator, input, selection, &struct{}{})
}

// conclude waits until nothing is missing, and returns what was gathered.
func (f *performance) conclude(ctx context.Context, patience time.Duration) (got Evidence, missing []string) {
	missing = f.until(ctx, patience, func() (_ []string, err error) {
		if got.Thread, err = readThread(ctx, f.client, f.thread); err != nil {
			return nil, err
		}
		if got.Log, err = readLog(ctx, f.client, f.thread); err != nil {
			return nil, err
		}
		if got.Records, err = f.program.Records(); err != nil {
			return nil, err
		}
		got.Stream, _ = f.stream.Events()
		got.Hooks, _ = f.receiver.Hooks(f.thread)
		return f.dialogue.Expect.unmet(got, f.stage.Integrations, !f.retry), nil
	})
	return got, missing
}

// until asks what is missing, again whenever something arrives and twice a second, until it is nothing, the stream is
// broken or patience ends, and returns the last answer.
func (f *performance) until(ctx context.Context, patience time.Duration, ask func() ([]string, error)) []string {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		_, streamed := f.stream.Events()
		_, hooked := f.receiver.Hooks(f.thread)
		missing, err := ask()
		if err != nil {
			return []string{err.Error()}
		}
		if len(missing) == 0 || len(f.stream.Faults()) > 0 {
			return missing
		}
		tick := time.NewTimer(500 * time.Millisecond)
		select {
		case <-streamed:
		case <-hooked:
		case <-tick.C:
		case <-deadline.C:
			return missing
		case <-ctx.Done():
			return []string{ctx.Err().Error()}
		}
		tick.Stop()
	}
}
