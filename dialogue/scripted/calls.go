package scripted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"parley/dialogue/model"
)

// callee finds the function a call means: by name, else by tag.
func callee(functions []model.Function, name string) *model.Function {
	for i, f := range functions {
		if f.Name == name {
			return &functions[i]
		}
	}
	for i, f := range functions {
		if f.Tag != "" && f.Tag == name {
			return &functions[i]
		}
	}
	return nil
}

// callable says whether at least one function of a rule may be called.
func (d *dialogue) callable(r *rule) bool {
	return slices.ContainsFunc(r.calls, func(c call) bool { return callee(d.request.Functions, c.function) != nil })
}

// calls makes the calls of a rule; functions the agent does not have are left out.
func (d *dialogue) calls(r *rule, s *scope) (all []model.Call) {
	for _, c := range r.calls {
		f := callee(d.request.Functions, c.function)
		if f == nil {
			continue
		}
		for i := range c.repeat {
			s.vars["@index"] = json.Number(strconv.Itoa(i + 1))
			all = append(all, model.Call{Name: f.Name, Args: d.arguments(c, f, s)})
		}
	}
	return d.number(all)
}

// number gives calls their ids: the same for the same request, never one the history already has.
func (d *dialogue) number(calls []model.Call) []model.Call {
	taken := map[string]bool{}
	for _, m := range d.request.Messages {
		for _, p := range m.Parts {
			if p.Call != nil {
				taken[p.Call.ID] = true
			}
		}
	}
	n := len(d.request.Messages)
	for i := range calls {
		for {
			n++
			if id := fmt.Sprintf("call-%d", n); !taken[id] {
				calls[i].ID = id
				break
			}
		}
	}
	return calls
}

// repeats says whether the rule has made the very same calls since the customer spoke.
func (d *dialogue) repeats(r *rule, calls []model.Call) bool {
	var made []model.Call
	for i := d.burst; i < len(d.marks); i++ {
		if slices.Contains(d.marks[i].Acted, r.name) {
			for _, p := range d.request.Messages[i].Parts {
				if p.Call != nil {
					made = append(made, *p.Call)
				}
			}
		}
	}
	for _, c := range calls {
		if !slices.ContainsFunc(made, func(m model.Call) bool { return m.Name == c.Name && equalJSON(m.Args, c.Args) }) {
			return false
		}
	}
	return true
}

func equalJSON(a, b json.RawMessage) bool { return bytes.Equal(a, b) || same(decode(a), decode(b)) }

// ends says whether one of the calls makes the agent silent.
func (d *dialogue) ends(calls []model.Call) bool {
	return slices.ContainsFunc(calls, func(c model.Call) bool { return silencing(d.function(&c)) })
}

func silencing(f *model.Function) bool {
	return f != nil && (f.Tag == "operator" || f.Tag == "close" || f.Tag == "is_bot")
}

// arguments fills the parameters of a function: with what the call says, then from slots with the same names, then,
// for functions that raise a tag, from what the tag is about.
func (d *dialogue) arguments(c call, f *model.Function, s *scope) json.RawMessage {
	form := formOf(f)
	out := map[string]any{}
	for name, a := range c.arguments {
		if v, ok := a.resolve(s); ok {
			out[name] = form.fit(name, v)
		}
	}
	for _, name := range form.order {
		if _, ok := out[name]; ok || c.arguments != nil && !form.required[name] {
			continue
		}
		if v := d.values[name]; v != nil {
			out[name] = form.fit(name, v)
		} else if v := d.tagArgument(f, form, name); v != nil {
			out[name] = form.fit(name, v)
		}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return raw
}

// resolve renders an argument. It is missing if it is a single {{path}} that has no value.
func (a argument) resolve(s *scope) (any, bool) {
	switch a.kind {
	case templated:
		if path := a.text.single(); path != nil {
			return s.lookup(path)
		}
		return a.text.render(s), true
	case listed:
		all := []any{}
		for _, item := range a.list {
			if v, ok := item.resolve(s); ok {
				all = append(all, v)
			}
		}
		return all, true
	case keyed:
		all := map[string]any{}
		for name, item := range a.object {
			if v, ok := item.resolve(s); ok {
				all[name] = v
			}
		}
		return all, true
	}
	return a.value, true
}
