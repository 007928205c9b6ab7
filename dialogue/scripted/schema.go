package scripted

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"parley/dialogue/model"
)

// A form is what a function's JSON Schema says about its parameters. Required ones come first, in their order.
type form struct {
	order    []string
	required map[string]bool
	params   map[string]param
}

type param struct {
	Type        any      `json:"type"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Enum        []any    `json:"enum"`
	Format      string   `json:"format"`
	Pattern     string   `json:"pattern"`
	Minimum     *float64 `json:"minimum"`
	Maximum     *float64 `json:"maximum"`
}

// formOf reads a schema as far as a form needs it; the engine checks arguments against all of it.
func formOf(f *model.Function) form {
	var schema struct {
		Required   []string                   `json:"required"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	out := form{required: map[string]bool{}, params: map[string]param{}}
	if json.Unmarshal(f.Schema, &schema) != nil {
		return out
	}
	for _, name := range schema.Required {
		if !out.required[name] {
			out.order, out.required[name] = append(out.order, name), true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !out.required[name] {
			out.order = append(out.order, name)
		}
		var p param
		if json.Unmarshal(schema.Properties[name], &p) == nil {
			out.params[name] = p
		}
	}
	return out
}

// kind is the first JSON type that is not null.
func (p param) kind() string {
	switch t := p.Type.(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if s, ok := one.(string); ok && s != "null" {
				return s
			}
		}
	}
	return ""
}

// fit gives a value the JSON type of its parameter where that is safe.
func (f form) fit(name string, v any) any {
	switch f.params[name].kind() {
	case "string":
		switch v.(type) {
		case json.Number, bool:
			return plain(v)
		}
	case "integer", "number":
		if s, ok := v.(string); ok {
			if n, ok := parse([]byte(strings.TrimSpace(s))); ok {
				if n, ok := n.(json.Number); ok {
					return n
				}
			}
		}
	case "boolean":
		if s, ok := v.(string); ok && (s == "true" || s == "false") {
			return s == "true"
		}
	case "array":
		if s, ok := v.(string); ok {
			all := []any{}
			for _, item := range strings.Split(s, ",") {
				all = append(all, strings.TrimSpace(item))
			}
			return all
		}
	}
	return v
}

// bind completes the rules for the functions of a request: a required parameter that a rule neither gives nor asks
// for becomes a question of it.
func (p *program) bind(functions []model.Function) {
	for _, r := range p.rules {
		for _, c := range r.calls {
			f := callee(functions, c.function)
			if f == nil || f.Tag != "" {
				continue
			}
			form := formOf(f)
			for _, name := range form.order {
				_, given := c.arguments[name]
				if !form.required[name] || given || slices.Contains(r.ask, name) {
					continue
				}
				p.need(name, form.params[name])
				r.ask = append(slices.Clip(r.ask), name)
			}
		}
	}
}

// need makes sure there is a slot with a question for a parameter.
func (p *program) need(name string, from param) {
	s := p.slot(name)
	if s == nil {
		s = from.slot(name)
		s.complete(nil)
		for _, w := range s.words {
			p.vocab.add(w)
		}
		p.slots = append(p.slots, s)
	}
	if s.question == nil {
		text := strings.TrimSpace(from.Description)
		if text == "" {
			text = strings.TrimSpace(from.Title)
		}
		if text == "" {
			text = strings.Join(nameWords(name), " ")
		}
		if !strings.HasSuffix(text, "?") {
			text = fmt.Sprintf(p.lex.tell, text)
		}
		if len(s.choices) > 0 && !strings.Contains(text, s.choices[0]) {
			text += " (" + strings.Join(s.choices, ", ") + ")"
		}
		s.question = &template{nodes: []node{{kind: textNode, text: text}}}
	}
}

// slot reads type, format and name of a parameter as the type of a slot.
func (p param) slot(name string) *slot {
	s := &slot{name: name, kind: "text", min: p.Minimum, max: p.Maximum}
	lower := strings.ToLower(name)
	var choices []string
	for _, e := range p.Enum {
		if text := plain(e); len(words(text)) > 0 {
			choices = append(choices, text)
		}
	}
	switch kind := p.kind(); {
	case len(choices) > 0:
		s.kind = "choice"
		s.offer(choices, nil)
	case kind == "integer", kind == "number":
		s.kind, s.whole = "number", kind == "integer"
	case kind == "boolean":
		s.kind = "yes_no"
	case p.Format == "email" || strings.Contains(lower, "email"):
		s.kind = "email"
	case p.Format == "date":
		s.kind = "date"
	case p.Format == "time":
		s.kind = "time"
	case strings.Contains(lower, "phone") || strings.Contains(lower, "mobile"):
		s.kind = "phone"
	case strings.Contains(lower, "postcode") || strings.Contains(lower, "postal_code") || lower == "zip":
		s.kind = "postcode"
	case lower == "name" || strings.HasSuffix(lower, "_name") || lower == "fullname":
		s.kind = "name"
	case p.Pattern != "" && len(p.Pattern) <= maxPattern:
		s.pattern, _ = regexp.Compile(strings.TrimSuffix(strings.TrimPrefix(p.Pattern, "^"), "$"))
	}
	return s
}

// nameWords splits names like check_delivery and checkDelivery.
func nameWords(name string) []string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return words(strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(b.String()))
}

// tagArgument fills a parameter of a function that raises a tag: contacts from what was found, texts with the
// customer's words.
func (d *dialogue) tagArgument(f *model.Function, form form, name string) any {
	if f.Tag == "" {
		return nil
	}
	p, lower := form.params[name], strings.ToLower(name)
	if kind := p.kind(); kind != "" && kind != "string" || len(p.Enum) > 0 {
		return nil
	}
	switch {
	case strings.Contains(lower, "mail"):
		return d.ofKind("email")
	case strings.Contains(lower, "phone") || strings.Contains(lower, "tel") || strings.Contains(lower, "mobile"):
		return d.ofKind("phone")
	case strings.Contains(lower, "contact"):
		if v := d.ofKind("phone"); v != nil {
			return v
		}
		return d.ofKind("email")
	case strings.Contains(lower, "name"):
		return d.ofKind("name")
	case !form.required[name] && (f.Tag == "get_contact" || lower == "message" && f.Tag != "message_for_operator"):
		return nil // a message beside a tag is for the customer: the rule's own text
	}
	if text := d.message(); text != "" {
		return text
	}
	return nil
}

// ofKind gives the value of the first filled slot of a type.
func (d *dialogue) ofKind(kind string) any {
	for _, s := range d.program.slots {
		if v := d.values[s.name]; s.kind == kind && v != nil {
			return v
		}
	}
	return nil
}
