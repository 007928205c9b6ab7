package scripted

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/dialogue/model"
)

// builtinPrefix begins the names of rules that no script wrote.
const builtinPrefix = "builtin/"

const maxDelay = 5 * time.Second

var numbered = regexp.MustCompile(`^rule \d+$`)

var (
	failKinds = []model.Kind{model.Auth, model.Quota, model.Overloaded, model.Retired, model.Invalid, model.KindBlocked, model.KindCut, model.Timeout}
	reasons   = []string{model.Stop, model.Tools, model.Length, model.Blocked, model.MalformedCall, model.Cut, model.Other}
)

func (c *compiler) compileRules(list []json.RawMessage) {
	if len(list) > maxRules {
		c.bad("rules", "has more than %d entries", maxRules)
		return
	}
	for i, raw := range list {
		path := fmt.Sprintf("rules[%d]", i)
		var r ruleSource
		if p := strict(path, raw, &r); p != nil {
			c.problems = append(c.problems, *p)
			r = ruleSource{}
		} else {
			c.check(path, r)
		}
		c.compileRule(path, i, r)
	}
	for i, r := range c.rules {
		if r.when.after != "" && c.rule(r.when.after) == nil {
			c.bad(fmt.Sprintf("rules[%d].when.after", i), "is %q: there is no such rule", r.when.after)
		}
	}
}

// check looks at what needs nothing but the rule itself.
func (c *compiler) check(path string, r ruleSource) {
	if strings.HasPrefix(r.Name, builtinPrefix) {
		c.bad(path+".name", "must not begin with %q", builtinPrefix)
	}
	if numbered.MatchString(r.Name) {
		c.bad(path+".name", "is %q, which is kept for rules without a name", r.Name)
	}
	if r.Name != "" && c.rule(r.Name) != nil {
		c.bad(path+".name", "is %q a second time", r.Name)
	}
	if r.Call != nil && r.Calls != nil {
		c.bad(path, "has both call and calls")
	}
	if r.Say == "" && len(r.Ask) == 0 && r.Call == nil && len(r.Calls) == 0 && r.Fail == nil && r.Reason == "" {
		c.bad(path, "does nothing: want say, ask, call or calls")
	}
	if r.Intro != "" && len(r.Ask) == 0 && r.Call == nil && len(r.Calls) == 0 {
		c.bad(path+".intro", "is said before the first question, but nothing is asked")
	}
	if r.Fail != nil && !slices.Contains(failKinds, model.Kind(r.Fail.Kind)) {
		c.bad(path+".fail.kind", "is %q: want one of %s", r.Fail.Kind, list(failKinds))
	}
	if r.DelayMs < 0 || time.Duration(r.DelayMs)*time.Millisecond > maxDelay {
		c.bad(path+".delayMs", "must be from 0 to %d", maxDelay.Milliseconds())
	}
	if r.Reason != "" && !slices.Contains(reasons, r.Reason) {
		c.bad(path+".reason", "is %q: want one of %s", r.Reason, list(reasons))
	}
	if r.Usage != nil && (r.Usage.Input < 0 || r.Usage.Output < 0) {
		c.bad(path+".usage", "must not be negative")
	}
}

func list[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

func (c *compiler) compileRule(path string, index int, r ruleSource) {
	out := &rule{name: r.Name, ask: r.Ask, clear: r.Clear, stop: r.Stop, again: r.Again, reason: r.Reason}
	if out.name == "" {
		out.name = "rule " + strconv.Itoa(index)
	}
	out.when = c.when(path+".when", r.When)
	out.intro, out.say = c.said(path+".intro", r.Intro), c.said(path+".say", r.Say)
	c.refer(path+".ask", r.Ask)
	c.refer(path+".clear", r.Clear)
	for _, name := range r.Ask {
		if s := c.slot(name); s != nil && s.question == nil {
			c.bad(path+".ask", "names %q, a slot without a question", name)
		}
	}
	if r.Call != nil {
		out.calls = append(out.calls, c.call(path+".call", *r.Call))
	}
	for i, one := range r.Calls {
		out.calls = append(out.calls, c.call(fmt.Sprintf("%s.calls[%d]", path, i), one))
	}
	out.delay = min(time.Duration(max(r.DelayMs, 0))*time.Millisecond, maxDelay)
	if r.Fail != nil {
		out.fail = &model.Error{Kind: model.Kind(r.Fail.Kind), Status: r.Fail.Status,
			RetryAfter: time.Duration(r.Fail.RetryAfterMs) * time.Millisecond, Err: errors.New("the script says so")}
	}
	if r.Usage != nil {
		out.usage = model.Usage{Input: r.Usage.Input, Output: r.Usage.Output}
	}
	c.rules = append(c.rules, out)
}

func (c *compiler) said(path, text string) *template {
	t := c.template(path, text)
	c.known(path, t)
	return t
}

func (c *compiler) when(path string, w whenSource) when {
	out := when{any: c.phrases(path+".any", w.Any), all: c.phrases(path+".all", w.All), none: c.phrases(path+".none", w.None),
		maxWords: w.MaxWords, answer: w.Answer, filled: w.Filled, missing: w.Missing, given: w.Given, changed: w.Changed,
		first: w.First, after: w.After, model: w.Model, is: map[string]any{}}
	out.pattern = c.pattern(path+".pattern", w.Pattern)
	if w.Answer != "" && w.Answer != "yes" && w.Answer != "no" {
		c.bad(path+".answer", "is %q: want yes or no", w.Answer)
	}
	if w.MaxWords < 0 {
		c.bad(path+".maxWords", "must not be negative")
	}
	c.refer(path+".filled", w.Filled)
	c.refer(path+".missing", w.Missing)
	c.refer(path+".given", w.Given)
	c.refer(path+".changed", w.Changed)
	for _, name := range slices.Sorted(maps.Keys(w.Is)) {
		if c.slot(name) == nil {
			c.bad(path+".is", "names %q: there is no such slot", name)
		}
		out.is[name] = decode(w.Is[name])
	}
	if w.Result != nil {
		out.result = &wanted{function: w.Result.Function, failed: w.Result.Failed, match: map[string]any{}}
		for _, p := range slices.Sorted(maps.Keys(w.Result.Match)) {
			if !pathForm.MatchString(p) {
				c.bad(path+".result.match", "names %q, which is no path", p)
			}
			out.result.match[p] = decode(w.Result.Match[p])
		}
	}
	return out
}

func (c *compiler) phrases(path string, list []string) []phrase {
	for i, s := range list {
		if len(newPhrase(s).words) == 0 {
			c.bad(fmt.Sprintf("%s[%d]", path, i), "is %q, which has no word in it", s)
		}
	}
	out := newPhrases(list)
	c.vocab.add(out)
	return out
}

func (c *compiler) call(path string, s callSource) call {
	out := call{function: s.Function, repeat: max(s.Repeat, 1)}
	if s.Function == "" {
		c.bad(path+".function", "is empty")
	}
	if s.Repeat < 0 || s.Repeat > maxRepeat {
		c.bad(path+".repeat", "must be from 1 to %d", maxRepeat)
	}
	if s.Arguments != nil {
		out.arguments = map[string]argument{}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Arguments)) {
		out.arguments[name] = c.argument(path+".arguments."+name, decode(s.Arguments[name]))
	}
	return out
}

func (c *compiler) argument(path string, v any) argument {
	switch t := v.(type) {
	case string:
		return argument{kind: templated, text: c.said(path, t)}
	case []any:
		out := argument{kind: listed}
		for i, item := range t {
			out.list = append(out.list, c.argument(path+"["+strconv.Itoa(i)+"]", item))
		}
		return out
	case map[string]any:
		out := argument{kind: keyed, object: map[string]argument{}}
		for _, k := range slices.Sorted(maps.Keys(t)) {
			out.object[k] = c.argument(path+"."+k, t[k])
		}
		return out
	}
	return argument{kind: constant, value: v}
}
