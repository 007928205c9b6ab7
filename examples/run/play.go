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

// stageHand is a dialogue while it is played.
type stageHand struct {
	*Player
	dialogue Dialogue
	thread   string
	stream   *Stream
	mark     int // sequence behind which the words of the present step begin
}

func (p *Player) play(ctx context.Context, dialogue Dialogue) Result {
	h := &stageHand{Player: p, dialogue: dialogue}
	cursor, err := h.open(ctx)
	if err != nil {
		return Result{Missing: []string{err.Error()}}
	}
	p.screen.Begin(dialogue, h.thread)
	h.stream = &Stream{server: p.server, key: p.key, retry: p.retry, thread: h.thread, cursor: cursor, arrived: func(e Event) {
		p.logs.Write("events", map[string]any{"dialogue": dialogue.Name, "thread": h.thread, "id": e.ID, "type": e.Type, "sequence": e.Sequence})
		p.screen.Event(dialogue.Name, e)
	}}
	following, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { h.stream.Run(following) })
	defer wait.Wait()
	defer stop()

	missing := h.playSteps(ctx)
	patience := p.timeout
	if len(missing) > 0 {
		patience = 0 // it went another way: what is missing now will not come
	}
	evidence, late := h.conclude(ctx, patience)
	missing = append(missing, late...)
	missing = append(missing, h.stream.Faults()...)
	return Result{
		Missing: missing, Tags: evidence.Thread.tags(), Messages: len(evidence.Thread.Messages.Edges),
		Calls: len(evidence.Thread.calls()), Hooks: len(evidence.Hooks), Reconnects: h.stream.Reconnects(),
	}
}

// open makes the thread.
func (h *stageHand) open(ctx context.Context) (cursor string, err error) {
	customer := map[string]any{"externalId": h.client.RunID + "/" + h.dialogue.Name}
	for field, value := range h.dialogue.Customer {
		customer[field] = value
	}
	input := map[string]any{"agentId": h.stage.AgentID, "customer": customer, "externalId": h.client.RunID + "/" + h.dialogue.Name}
	if h.dialogue.Channel != "" {
		input["channel"] = h.dialogue.Channel
	}
	var made struct {
		Thread struct{ ID, Cursor string }
	}
	err = h.client.Mutate(ctx, h.dialogue.Name, "createThread", input, "thread { id cursor }", &made)
	h.thread = made.Thread.ID
	return made.Thread.Cursor, err
}

// playSteps stops at the first step that does not go as recorded.
func (h *stageHand) playSteps(ctx context.Context) []string {
	inGroup := false
	for i, step := range h.dialogue.Steps {
		what := fmt.Sprintf("step %d (%s)", i+1, cmp.Or(step.Customer, step.Operator))
		if !sleep(ctx, time.Duration(step.PauseMs)*time.Millisecond) {
			return []string{what + ": " + ctx.Err().Error()}
		}
		if err := h.do(ctx, step, inGroup); err != nil {
			return []string{what + ": " + err.Error()}
		}
		if inGroup = step.Quick; inGroup {
			continue
		}
		missing := h.until(ctx, h.timeout, func() ([]string, error) {
			thread, err := readThread(ctx, h.client, h.thread)
			if err != nil {
				return nil, err
			}
			stream, _ := h.stream.Events()
			if text := step.unmet(thread, stream, h.mark, !h.retry); text != "" {
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
func (h *stageHand) do(ctx context.Context, step Step, inGroup bool) error {
	if step.Customer != "" {
		var sent struct{ Message struct{ Sequence int } }
		input := map[string]any{"threadId": h.thread, "text": step.Customer}
		err := h.client.Mutate(ctx, h.dialogue.Name, "sendMessage", input, "message { id sequence }", &sent)
		if !inGroup {
			h.mark = sent.Message.Sequence
		}
		return err
	}
	before, err := readThread(ctx, h.client, h.thread)
	if err != nil {
		return err
	}
	if !inGroup {
		h.mark = before.last()
	}
	input := map[string]any{"threadId": h.thread}
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
	h.screen.Operator(h.dialogue.Name, step)
	return h.stage.Operator.Mutate(ctx, h.dialogue.Name, step.Operator, input, selection, &struct{}{})
}

// conclude waits until nothing is missing, and returns what was gathered.
func (h *stageHand) conclude(ctx context.Context, patience time.Duration) (got Evidence, missing []string) {
	missing = h.until(ctx, patience, func() (_ []string, err error) {
		if got.Thread, err = readThread(ctx, h.client, h.thread); err != nil {
			return nil, err
		}
		if got.Log, err = readLog(ctx, h.client, h.thread); err != nil {
			return nil, err
		}
		if got.Records, err = h.program.Records(); err != nil {
			return nil, err
		}
		got.Stream, _ = h.stream.Events()
		got.Hooks, _ = h.receiver.Hooks(h.thread)
		return h.dialogue.Expect.unmet(got, h.stage.Integrations, !h.retry), nil
	})
	return got, missing
}

// until asks what is missing, again whenever something arrives and twice a second, until it is nothing or patience
// ends, and returns the last answer.
func (h *stageHand) until(ctx context.Context, patience time.Duration, ask func() ([]string, error)) []string {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		_, streamed := h.stream.Events()
		_, hooked := h.receiver.Hooks(h.thread)
		missing, err := ask()
		if err != nil {
			return []string{err.Error()}
		}
		if len(missing) == 0 {
			return nil
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
