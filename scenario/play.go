package scenario

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// play is a scenario while it is played.
type play struct {
	stage
	options  *Options
	file     *File
	key      string // of this scenario among those of the run
	names    *names
	gate     gate
	script   *script   // nil without `~` lines
	receiver *receiver // nil on a server of somebody else
	say      func(line string)

	mu       sync.Mutex // protects the fields below
	problems []problem
	events   []event
	wake     chan struct{}   // closed when an event arrives
	broken   error           // why no more events will
	latest   []turn          // as last read
	at       int             // line of the input that is played
	known    map[string]bool // problems that were told
}

// problem is what is wrong besides facts that differ.
type problem struct {
	line int
	text string
}

// problem notes what is wrong, once. Line 0 is the input that is played.
func (p *play) problem(line int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if line == 0 {
		line = p.at
	}
	if !p.known[text] {
		p.known[text] = true
		p.problems = append(p.problems, problem{line, text})
	}
}

// run plays the file and returns it with what happened in place of what was expected. Sections after a problem that
// leaves no way to go on are not played and stay as they are.
func (p *play) run(ctx context.Context) (after string) {
	ctx, cancel := context.WithCancel(ctx)
	head, sections := p.file.sections()
	out := raws(p.file.lines[head.from:head.to])
	if p.receiver != nil {
		p.receiver.expect(p.file.answers(head))
	}
	if p.script != nil {
		p.script.expect(p.file.steps(head))
	}
	err := p.set(ctx)
	if err != nil {
		p.problem(head.from+1, err.Error())
	}
	p.names = newNames(p.server, p.address())
	var wait sync.WaitGroup
	if err == nil {
		wait.Go(func() { p.listen(ctx) })
	}
	seen := 0 // events that earlier sections have shown
	for i, s := range sections {
		lines := p.file.lines[s.from:s.to]
		if err != nil {
			out = append(out, raws(lines)...)
			continue
		}
		goesOn := i+1 < len(sections) && p.file.lines[sections[i+1].from].verb == ">+"
		var facts []fact
		facts, seen, err = p.section(ctx, s, seen, goesOn)
		if err != nil {
			p.problem(lines[0].number, err.Error())
		}
		out = append(out, rewrite(lines, facts)...)
	}
	if p.script != nil && err == nil {
		p.settle()
	}
	if err := p.strike(ctx); err != nil {
		p.problem(len(p.file.lines), err.Error())
	}
	p.gate.release()
	cancel()
	wait.Wait()
	return strings.Join(out, "\n")
}

func (p *play) address() string {
	if p.receiver == nil {
		return ""
	}
	return p.receiver.address
}

func raws(lines []line) (all []string) {
	for _, l := range lines {
		all = append(all, l.raw)
	}
	return all
}

// listen gathers the thread's events.
func (p *play) listen(ctx context.Context) {
	err := p.follow(ctx, p.thread, p.cursor, func(e event) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.events = append(p.events, e)
		p.signal()
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = err
	p.signal()
}

// signal wakes whoever waits for events. The lock must be held.
func (p *play) signal() {
	if p.wake != nil {
		close(p.wake)
		p.wake = nil
	}
}

// section plays one input and returns what came of it. Seen is how many events are known.
func (p *play) section(ctx context.Context, s section, seen int, goesOn bool) (facts []fact, now int, err error) {
	l := &p.file.lines[s.from]
	p.say(l.raw)
	p.mu.Lock()
	p.at = l.number
	p.mu.Unlock()
	if p.receiver != nil {
		p.receiver.expect(p.file.answers(s))
	}
	if p.script != nil {
		p.script.expect(p.file.steps(s))
	}
	refused := p.do(ctx, l)
	var answered *apiError
	if refused != nil && !errors.As(refused, &answered) {
		return nil, seen, refused
	}
	if goesOn && refused == nil {
		return nil, seen, nil
	}
	err = p.rest(ctx)
	p.mu.Lock()
	events, calls := append([]event(nil), p.events[seen:]...), map[string]call{}
	for _, t := range p.latest {
		for _, c := range t.Calls {
			calls[c.ID] = c
		}
	}
	p.mu.Unlock()
	if answered != nil {
		facts = append(facts, fact{verb: "error", words: []string{answered.Extensions.Code}, text: p.names.text(answered.Message)})
	}
	facts = append(facts, record(events, calls, p.names, len(p.modelNames()) > 1)...)
	if err == nil {
		var delivered []fact
		delivered, err = p.deliveries(ctx, events)
		facts = append(facts, delivered...)
	}
	for _, f := range facts {
		for _, shown := range asMeant(f, nil, nil).lines() {
			p.say(shown)
		}
	}
	if held, _ := p.gate.held(); p.script != nil && held == 0 {
		p.settle()
	}
	return facts, seen + len(events), err
}

// settle tells which of the model's lines nobody wanted.
func (p *play) settle() {
	left, asked := p.script.settle()
	for _, st := range left {
		p.problem(st.line, "the model was not asked for this line: "+st.raw)
	}
	if asked > 0 {
		p.problem(0, fmt.Sprintf("the model was asked and had no line to play, times: %d", asked))
	}
}

// do says or does what an input wants. An *apiError is what the server thinks of it.
func (p *play) do(ctx context.Context, l *line) error {
	switch l.verb {
	case ">", ">+":
		return p.mutate(ctx, "sendMessage", map[string]any{"threadId": p.thread, "text": l.rest}, "message { id }", &struct{}{})
	case "release":
		if !p.gate.release() {
			p.problem(l.number, "nothing is held that could be released")
		}
		return nil
	case "wait":
		return sleep(ctx, l.wait)
	}
	who, err := p.actor(ctx, l.as)
	if err != nil {
		return err
	}
	verb, text, _ := strings.Cut(l.rest, " ")
	field, input, selection := verbs[l.rest], map[string]any{"threadId": p.thread}, "thread { id }"
	switch verb {
	case "say":
		field, input["text"], selection = "sendOperatorMessage", text, "message { id }"
	case "note":
		field, input["text"], selection = "addNote", text, "note { id }"
	case "tag":
		name, why, _ := strings.Cut(text[1:], " ")
		input["tag"] = name
		if field = "removeTag"; text[0] == '+' {
			field, input["text"] = "addTag", why
		}
	case "approve", "refuse":
		id := p.waiting()
		if id == "" {
			return errors.New("no call waits for an approval")
		}
		input, selection = map[string]any{"callId": id}, "call { id }"
		if field = verb + "Call"; text != "" {
			input["reason"] = text
		}
	}
	return who.mutate(ctx, field, input, selection, &struct{}{})
}

// verbs are the mutations for what needs no text.
var verbs = map[string]string{
	"take over": "takeOver", "hand back": "handBack", "close": "closeThread", "reopen": "reopenThread", "stop": "stopTurn",
}

// waiting returns the first call that waits for an approval, or nothing.
func (p *play) waiting() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.latest {
		for _, c := range t.Calls {
			if c.State == "AWAITING_APPROVAL" {
				return c.ID
			}
		}
	}
	return ""
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
