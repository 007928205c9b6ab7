package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

const longest = 160 // characters of a value on the screen

// Colours, where the output is a terminal.
const (
	plain   = ""
	dim     = "2"
	bold    = "1"
	red     = "31"
	green   = "32"
	yellow  = "33"
	blue    = "34"
	magenta = "35"
	cyan    = "36"
)

// Screen prints what happens, one line a thing, as it arrives. It is safe for concurrent use.
type Screen struct {
	trade string
	width int // of the longest name
	color bool

	mu      sync.Mutex // protects everything below
	out     io.Writer
	threads map[string]string // names of dialogues by thread
	shown   map[string]bool   // states of calls, which events may repeat
}

// NewScreen returns a screen on out; colours only on a terminal, and not if NO_COLOR is set.
func NewScreen(out *os.File, trade *Trade) *Screen {
	s := &Screen{trade: trade.Name, out: out, threads: map[string]string{}, shown: map[string]bool{}}
	for _, dialogue := range trade.Dialogues {
		s.width = max(s.width, len(dialogue.Name))
	}
	info, err := out.Stat()
	s.color = err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
	return s
}

// line prints who did what in a dialogue.
func (s *Screen) line(name, colour, who, format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n"+strings.Repeat(" ", s.width+13))
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "%s  %s %s\n", s.paint(dim, fmt.Sprintf("%-*s", s.width, name)), s.paint(colour, fmt.Sprintf("%-10s", who)), text)
}

func (s *Screen) paint(colour, text string) string {
	if !s.color || colour == plain {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// Note prints a sentence that belongs to no dialogue.
func (s *Screen) Note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// Begin prints the head of a dialogue.
func (s *Screen) Begin(dialogue Dialogue, thread string) {
	s.mu.Lock()
	s.threads[thread] = dialogue.Name
	s.mu.Unlock()
	s.line(dialogue.Name, bold, "begins", "%s", dialogue.About)
}

// Operator prints what a person does.
func (s *Screen) Operator(name string, step Step) {
	if step.Operator != "sendOperatorMessage" { // the message comes as an event
		s.line(name, magenta, "operator", "[%s] %s", step.Operator, strings.TrimSpace(step.Tag+" "+step.Text))
	}
}

// Event prints an event of a thread, if it tells something new.
func (s *Screen) Event(name string, e Event) {
	switch {
	case e.Message != nil:
		colour := map[string]string{"CUSTOMER": bold, "AGENT": cyan, "OPERATOR": magenta}[e.Message.Author]
		s.line(name, colour, strings.ToLower(e.Message.Author), "%s", e.Message.Text)
	case e.Type == "tag.added":
		s.line(name, yellow, "tag", "+ %s %s", e.Tag, e.Why)
	case e.Type == "tag.removed":
		s.line(name, yellow, "tag", "- %s", e.Tag)
	case e.Type == "status.changed":
		s.line(name, dim, "status", "%s", e.Status)
	case e.Type == "turn.ended" && e.Turn.Reason != "ANSWERED":
		s.line(name, dim, "turn", "%s", e.Turn.Reason)
	case e.Call != nil:
		s.call(name, *e.Call)
	}
}

func (s *Screen) call(name string, call Call) {
	if call.State == "RESERVED" || call.State == "SENT" {
		return
	}
	s.mu.Lock()
	known := s.shown[call.ID+call.State]
	s.shown[call.ID+call.State] = true
	s.mu.Unlock()
	if known {
		return
	}
	outcome := call.State
	if call.HTTPStatus != 0 {
		outcome += fmt.Sprintf(" %d", call.HTTPStatus)
	}
	if call.Result != nil {
		outcome += " " + short(compact(call.Result))
	}
	s.line(name, blue, "call", "%s %s\n-> %s", call.Name, short(compact(call.Arguments)), strings.TrimSpace(outcome+" "+call.Error))
}

// Hook prints a webhook.
func (s *Screen) Hook(h Hook) {
	s.mu.Lock()
	name := s.threads[h.Thread()]
	s.mu.Unlock()
	s.line(name, green, "webhook", "%s -> %s (event %d)", h.Type(), h.Integration, h.Sequence())
}

// Result prints how a dialogue ended.
func (s *Screen) Result(r Result) {
	if len(r.Missing) == 0 {
		s.line(r.Name, green, "passed", "after %.1f s", r.Took.Seconds())
		return
	}
	s.line(r.Name, red, "FAILED", "%s", strings.Join(r.Missing, "\n"))
}

// Summary prints the whole run, with each thing that is missing, and reports whether nothing is.
func (s *Screen) Summary(results []Result, faults []string, retries int64, took time.Duration, logs string) bool {
	var total Result
	passed := 0
	s.Note("")
	for _, r := range results {
		verdict := s.paint(red, "FAILED")
		if len(r.Missing) == 0 {
			verdict = s.paint(green, "passed")
			passed++
		}
		s.Note("%s  %-*s %5.1f s  %s", verdict, s.width, r.Name, r.Took.Seconds(), strings.Join(r.Tags, " "))
		for _, text := range r.Missing {
			s.Note("        - %s", text)
		}
		total.Messages += r.Messages
		total.Calls += r.Calls
		total.Hooks += r.Hooks
		total.Reconnects += r.Reconnects
	}
	faults = slices.Compact(slices.Sorted(slices.Values(faults)))
	for _, fault := range faults {
		s.Note("%s  %s", s.paint(red, "FAILED"), fault)
	}
	s.Note("\n%s: %d of %d dialogues passed in %.1f s: %d messages, %d calls, %d webhooks", s.trade, passed, len(results),
		took.Seconds(), total.Messages, total.Calls, total.Hooks)
	if retries+int64(total.Reconnects) > 0 {
		s.Note("the server was away: %d requests repeated, %d subscriptions resumed", retries, total.Reconnects)
	}
	ok := passed == len(results) && len(faults) == 0
	if !ok {
		s.Note("all that was sent, streamed and received: %s", logs)
	}
	return ok
}

// short cuts a long value.
func short(text string) string {
	runes := []rune(cmp.Or(text, "-"))
	if len(runes) <= longest {
		return string(runes)
	}
	return string(runes[:longest-1]) + "…"
}
