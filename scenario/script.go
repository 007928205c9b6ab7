package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley/dialogue/model"
)

// item is one thing that the model does in a step.
type item struct {
	do   string          // "<", "call", "fail", "end", "hold", "sees", "misses", "tokens"
	name string          // of the function, the kind of failure or the reason of the end
	args json.RawMessage // of a call
	text string          // said, or to be seen
	use  model.Usage
}

const itemsHelp = "< TEXT, call NAME JSON, sees TEXT, misses TEXT, hold, tokens READ WRITTEN, fail KIND, end REASON"

var (
	failures = []model.Kind{
		model.Auth, model.Quota, model.Overloaded, model.Retired, model.Invalid, model.KindBlocked, model.KindCut, model.Timeout,
	}
	endings = []string{model.Stop, model.Length, model.Blocked, model.MalformedCall, model.Cut, model.Other}
)

func readItem(text string) (item, error) {
	verb, rest, _ := strings.Cut(text, " ")
	it := item{do: verb, name: strings.TrimSpace(rest)}
	switch verb {
	case "<":
		it.name, it.text = "", rest
		if rest == "" {
			return it, errors.New("the model's text is missing; for a model that says nothing write: ~ end stop")
		}
	case "sees", "misses":
		it.name, it.text = "", rest
		if rest == "" {
			return it, fmt.Errorf("%s needs a text, or an expression such as /sold out/", verb)
		}
		return it, checkPattern(rest)
	case "hold":
		if it.name != "" {
			return it, fmt.Errorf("hold takes nothing behind it, not %q", it.name)
		}
	case "call":
		name, args, _ := strings.Cut(it.name, " ")
		it.name, it.args = name, json.RawMessage(strings.TrimSpace(args))
		if len(it.args) == 0 {
			it.args = json.RawMessage(`{}`)
		}
		if name == "" {
			return it, errors.New("call needs the name of a function and its arguments, such as: ~ call find {\"q\":\"x\"}")
		}
	case "tokens":
		read, written, _ := strings.Cut(it.name, " ")
		in, err1 := strconv.ParseInt(read, 10, 32)
		out, err2 := strconv.ParseInt(written, 10, 32)
		if err1 != nil || err2 != nil || in < 0 || out < 0 {
			return it, errors.New("tokens takes two numbers: tokens read and tokens written")
		}
		it.use = model.Usage{Input: in, Output: out}
	case "fail":
		if !slices.Contains(failures, model.Kind(it.name)) {
			return it, fmt.Errorf("fail takes one of %v, not %q", failures, it.name)
		}
	case "end":
		if !slices.Contains(endings, it.name) {
			return it, fmt.Errorf("end takes one of %v, not %q", endings, it.name)
		}
	default:
		return it, fmt.Errorf("the model cannot %q; it can: %s", verb, itemsHelp)
	}
	return it, nil
}

// step is what the model does when it is asked once.
type step struct {
	line  int
	raw   string
	items []item
}

// steps returns the model's steps among some lines.
func (f *File) steps(s section) (all []step) {
	for _, l := range f.lines[s.from:s.to] {
		if l.kind != modelStep {
			continue
		}
		if strings.HasPrefix(l.raw, "~+") && len(all) > 0 {
			last := &all[len(all)-1]
			last.items = append(last.items, l.item)
			continue
		}
		all = append(all, step{l.number, l.raw, []item{l.item}})
	}
	return all
}

// answer is what a function is answered with.
type answer struct {
	function string
	hold     bool // until `release`
	lost     bool // the connection breaks before there is an answer
	status   int
	body     string
}

func readAnswer(text string) (a answer, err error) {
	name, rest, _ := strings.Cut(text, " ")
	a.function = name
	rest = strings.TrimSpace(rest)
	if after, isHold := strings.CutPrefix(rest, "hold "); isHold {
		a.hold, rest = true, strings.TrimSpace(after)
	}
	status, body, _ := strings.Cut(rest, " ")
	a.body = strings.TrimSpace(body)
	if status == "lost" && a.body == "" {
		a.lost = true
		return a, nil
	}
	a.status, err = strconv.Atoi(status)
	if name == "" || err != nil || a.status < 200 || a.status > 599 {
		return a, errors.New("answer needs the name of a function, a status from 200 to 599 and perhaps a body, such as: " +
			"answer find 200 {\"n\":1}; or: answer find lost; or: answer find hold 200")
	}
	return a, nil
}

// answers returns the canned answers among some lines, by function.
func (f *File) answers(s section) map[string][]answer {
	all := map[string][]answer{}
	for _, l := range f.lines[s.from:s.to] {
		if l.kind == answerLine {
			all[l.answer.function] = append(all[l.answer.function], l.answer)
		}
	}
	return all
}
