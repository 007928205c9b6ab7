package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// kind says what a line is.
type kind int

const (
	remark      kind = iota // a comment or an empty line
	more                    // `| text`: belongs to the line before
	setting                 // before the first input
	input                   // begins a section
	modelStep               // `~`, `~+`
	answerLine              // `answer`
	expectation             // a fact
)

// line is one line of a file. Raw is the line as it stands there, without the line feed; printing the raw lines gives
// the file back.
type line struct {
	raw    string
	number int
	kind   kind
	verb   string        // of a setting or an input
	rest   string        // what follows the verb, with the lines that belong to it
	fact   fact          // of an expectation
	answer answer        // of an answerLine
	item   item          // of a modelStep
	as     string        // of an input with @: the operator's name, empty for the app itself
	wait   time.Duration // of the input wait
}

// File is a scenario.
type File struct {
	name  string
	lines []line
}

// String returns the text of the file, byte for byte.
func (f *File) String() string {
	raw := make([]string, len(f.lines))
	for i, l := range f.lines {
		raw[i] = l.raw
	}
	return strings.Join(raw, "\n")
}

const (
	settingsHelp = "agent FILE, set FIELD JSON, customer JSON, channel NAME, metadata JSON, models NAME…, deliveries TYPE…"
	inputsHelp   = "> TEXT, >+ TEXT, @ VERB, @NAME VERB, release, wait DURATION"
	verbsHelp    = "take over, hand back, say TEXT, note TEXT, close, reopen, stop, tag +NAME [TEXT], tag -NAME, approve, refuse [REASON]"
	factsHelp    = "< TEXT, by MODEL, call NAME JSON STATE [TEXT], tag ±NAME [TEXT], status STATUS, event TYPE [JSON] [TEXT], " +
		"end REASON [TEXT], error CODE [TEXT], delivery TYPE STATUS [JSON], system TEXT, ..."
	othersHelp = "# comment, | more text, ~ and ~+ for the model, answer NAME STATUS [BODY]"
)

// Error is what is wrong with a file, as `name:line: reason`.
type Error struct {
	File   string
	Line   int
	Reason string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason) }

// Parse reads a scenario. Name is for messages, and the folder of its agent's file. The error joins one *Error for each
// line that cannot be read.
func Parse(name, text string) (*File, error) {
	f := &File{name: name}
	for i, raw := range strings.Split(text, "\n") {
		f.lines = append(f.lines, line{raw: raw, number: i + 1})
	}
	var errs []error
	var owner *line // the line that `|` continues
	for i := range f.lines {
		l := &f.lines[i]
		word := strings.TrimSuffix(l.raw, "\r")
		if added, isMore := strings.CutPrefix(word, "|"); isMore {
			if l.kind = more; owner == nil {
				errs = append(errs, f.wrong(l, "there is no line before it that could have more text"))
				continue
			}
			owner.add("\n" + strings.TrimPrefix(added, " "))
			continue
		}
		owner = nil
		if trimmed := strings.TrimSpace(word); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if err := l.read(word); err != nil {
			errs = append(errs, f.wrong(l, err.Error()))
			continue
		}
		if l.takesMore() {
			owner = l
		}
	}
	if len(errs) == 0 {
		errs = f.checkOrder()
	}
	return f, errors.Join(errs...)
}

func (f *File) wrong(l *line, reason string) error { return &Error{f.name, l.number, reason} }

// read finds out what a line is.
func (l *line) read(text string) error {
	verb, rest, _ := strings.Cut(text, " ")
	l.verb, l.rest = verb, strings.TrimSpace(rest)
	switch {
	case verb == ">" || verb == ">+":
		l.kind, l.rest = input, rest
		if l.rest == "" {
			return errors.New("a message needs a text")
		}
		return nil
	case strings.HasPrefix(verb, "@"):
		l.kind, l.verb, l.as = input, "@", verb[1:]
		return l.readVerb()
	case verb == "release":
		l.kind = input
		return l.takesNothing()
	case verb == "wait":
		l.kind = input
		var err error
		if l.wait, err = time.ParseDuration(l.rest); err != nil || l.wait <= 0 || l.wait > time.Minute {
			return errors.New("wait takes a time of at most 1m, such as 300ms")
		}
		return nil
	case verb == "~" || verb == "~+":
		l.kind = modelStep
		var err error
		l.item, err = readItem(rest)
		return err
	case verb == "answer":
		l.kind = answerLine
		var err error
		l.answer, err = readAnswer(l.rest)
		return err
	case shapes[verb] != nil:
		l.kind = expectation
		var err error
		l.fact, err = readFact(verb, rest)
		return err
	}
	l.kind = setting
	return l.readSetting()
}

func (l *line) takesNothing() error {
	if l.rest != "" {
		return fmt.Errorf("%s takes nothing behind it, not %q", l.verb, l.rest)
	}
	return nil
}

func (l *line) readSetting() error {
	switch l.verb {
	case "agent", "channel", "models", "deliveries":
		if l.rest == "" {
			return fmt.Errorf("%s needs a value", l.verb)
		}
	case "customer", "metadata":
		var object map[string]any
		if err := json.Unmarshal([]byte(l.rest), &object); err != nil {
			return fmt.Errorf("%s needs a JSON object: %w", l.verb, err)
		}
	case "set":
		field, value, _ := strings.Cut(l.rest, " ")
		if field == "" || !json.Valid([]byte(value)) {
			return errors.New("set needs the name of a field of the agent and its value in JSON, such as: set maxCalls 3")
		}
	default:
		return fmt.Errorf("%q is unknown; allowed are settings (%s), inputs (%s), expectations (%s) and %s",
			l.verb, settingsHelp, inputsHelp, factsHelp, othersHelp)
	}
	return nil
}

// readVerb checks what an operator or the app does.
func (l *line) readVerb() error {
	verb, text, _ := strings.Cut(l.rest, " ")
	switch l.rest {
	case "take over", "hand back", "close", "reopen", "stop", "approve":
		return nil
	}
	switch verb {
	case "say", "note":
		if text != "" {
			return nil
		}
	case "refuse":
		return nil
	case "tag":
		if len(text) > 1 && (text[0] == '+' || text[0] == '-') {
			return nil
		}
	}
	return fmt.Errorf("@ cannot %q; it can: %s", l.rest, verbsHelp)
}

// takesMore says whether lines with `|` may follow.
func (l *line) takesMore() bool {
	switch l.kind {
	case input:
		return l.verb != "release" && l.verb != "wait"
	case expectation:
		return l.fact.verb == "<" || l.fact.verb == "system"
	case modelStep:
		return l.item.do == "<"
	}
	return false
}

// add continues the text of a line.
func (l *line) add(text string) {
	switch l.kind {
	case input:
		l.rest += text
	case expectation:
		l.fact.text += text
	case modelStep:
		l.item.text += text
	}
}

// checkOrder holds the order of lines against the rules.
func (f *File) checkOrder() (errs []error) {
	inputs, steps, expects := 0, 0, false
	plays := f.uses(modelStep) != nil
	for i := range f.lines {
		l := &f.lines[i]
		switch l.kind {
		case setting:
			if inputs > 0 {
				errs = append(errs, f.wrong(l, l.verb+" is a setting and must stand before the first input"))
			}
			if l.verb == "models" && !plays {
				errs = append(errs, f.wrong(l, "models names the models that ~ lines play, and there are none; for the agent's own write: set models [\"scripted\"]"))
			}
		case input:
			if l.verb == ">+" && (inputs == 0 || expects) {
				errs = append(errs, f.wrong(l, ">+ must follow another message, with no expectation between them: the agent is not waited for"))
			}
			inputs, expects = inputs+1, false
		case modelStep:
			if strings.HasPrefix(l.raw, "~+") && steps == 0 {
				errs = append(errs, f.wrong(l, "~+ adds to a step of the model, and none began before it"))
			}
			steps++
		case expectation:
			if inputs == 0 {
				errs = append(errs, f.wrong(l, "nothing can be expected before the first input ("+inputsHelp+")"))
			}
			if l.fact.verb == "delivery" && len(f.settings("deliveries")) == 0 {
				errs = append(errs, f.wrong(l, "deliveries are looked at only for the types that a setting names, such as: deliveries contact.* operator.*"))
			}
			expects = true
		}
	}
	if inputs == 0 && len(errs) == 0 {
		errs = append(errs, f.wrong(&f.lines[len(f.lines)-1], "there is no input; write what the customer says, such as: > Hello"))
	}
	return errs
}

// section is an input with the lines that follow it up to the next one.
type section struct {
	from, to int // indexes of lines; from is the input
}

// sections returns the file's sections; the lines before the first are its head.
func (f *File) sections() (head section, all []section) {
	at := []int{}
	for i, l := range f.lines {
		if l.kind == input {
			at = append(at, i)
		}
	}
	at = append(at, len(f.lines))
	for i := range len(at) - 1 {
		all = append(all, section{at[i], at[i+1]})
	}
	return section{0, at[0]}, all
}

// settings returns the values of a setting, in their order.
func (f *File) settings(verb string) (values []string) {
	for _, l := range f.lines {
		if l.kind == setting && l.verb == verb {
			values = append(values, l.rest)
		}
	}
	return values
}

// uses returns the first line of a kind, or nil.
func (f *File) uses(k kind) *line {
	for i := range f.lines {
		if f.lines[i].kind == k {
			return &f.lines[i]
		}
	}
	return nil
}
