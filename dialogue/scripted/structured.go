package scripted

import "parley/dialogue/model"

// structured makes of what a rule says an object for the request's schema of answers: properties that have the name of a slot
// take its value, and the first other string that may be any takes the text. What else is required is as small as its
// type allows. A rule that says an object itself is left alone. Whether the object fits is for the engine to say.
func (d *dialogue) structured(text string) string {
	if v, ok := parse([]byte(text)); ok {
		if _, object := v.(map[string]any); object {
			return text
		}
	}
	form, said, out := formOf(&model.Function{Schema: d.request.AnswerSchema}), false, map[string]any{}
	for _, name := range form.order {
		p := form.params[name]
		switch v := d.values[name]; {
		case v != nil:
			out[name] = form.fit(name, v)
		case !said && p.free() && d.program.slot(name) == nil:
			out[name], said = text, true
		case form.required[name]:
			out[name] = p.least()
		}
	}
	return plain(out)
}

// free says whether any text may stand there.
func (p param) free() bool {
	return (p.kind() == "string" || p.Type == nil) && len(p.Enum) == 0 && p.Format == "" && p.Pattern == ""
}

// least is a value that says nothing.
func (p param) least() any {
	if len(p.Enum) > 0 {
		return p.Enum[0]
	}
	switch p.kind() {
	case "integer", "number":
		if p.Minimum != nil {
			return *p.Minimum
		}
		return 0
	case "boolean":
		return false
	case "array":
		return []any{}
	case "object":
		return map[string]any{}
	}
	return ""
}
