package scripted

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Bounds of one rendering, so that a large result cannot blow an answer up.
const (
	maxText  = 8 << 10
	maxItems = 1000
)

// scope answers the first name of a path; inside an each block the item answers first.
type scope struct {
	vars  map[string]any
	item  any
	index int
	outer *scope
}

func (s *scope) lookup(path []string) (any, bool) {
	for at := s; at != nil; at = at.outer {
		if at.vars != nil {
			v, ok := at.vars[path[0]]
			if !ok {
				return nil, false
			}
			return dig(v, path[1:])
		}
		switch path[0] {
		case "this":
			return dig(at.item, path[1:])
		case "@index":
			return json.Number(strconv.Itoa(at.index + 1)), true
		}
		if v, ok := dig(at.item, path); ok {
			return v, true
		}
	}
	return nil, false
}

// dig follows a path through objects and arrays.
func dig(v any, path []string) (any, bool) {
	if len(path) == 0 {
		return v, true
	}
	switch t := v.(type) {
	case map[string]any:
		if inner, ok := t[path[0]]; ok {
			return dig(inner, path[1:])
		}
	case []any:
		if path[0] == "length" {
			return json.Number(strconv.Itoa(len(t))), len(path) == 1
		}
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(t) {
			return dig(t[i], path[1:])
		}
	}
	return nil, false
}

// render writes the template with the values of the scope; what is missing leaves no trace.
func (t *template) render(s *scope) string {
	if t == nil {
		return ""
	}
	var w writer
	w.nodes(t.nodes, s)
	return strings.TrimSpace(w.String())
}

type writer struct {
	strings.Builder
	items int
}

func (w *writer) nodes(nodes []node, s *scope) {
	for _, n := range nodes {
		if w.Len() > maxText {
			return
		}
		w.node(n, s)
	}
}

func (w *writer) node(n node, s *scope) {
	if n.kind == textNode {
		w.WriteString(n.text)
		return
	}
	v, ok := s.lookup(n.path)
	switch n.kind {
	case pathNode:
		w.WriteString(plain(v))
	case joinNode:
		list, _ := v.([]any)
		for i, item := range list {
			if i > 0 {
				w.WriteString(n.text)
			}
			w.WriteString(plain(item))
			if w.Len() > maxText {
				return
			}
		}
	case ifNode:
		if ok && truthy(v) {
			w.nodes(n.body, s)
		} else {
			w.nodes(n.none, s)
		}
	case eachNode:
		list, _ := v.([]any)
		if len(list) == 0 {
			w.nodes(n.none, s)
		}
		for i, item := range list {
			if w.items++; w.items > maxItems || w.Len() > maxText {
				return
			}
			w.nodes(n.body, &scope{item: item, index: i, outer: s})
		}
	}
}

func truthy(v any) bool {
	switch t := v.(type) {
	case nil:
		return false
	case bool:
		return t
	case string:
		return t != ""
	case json.Number:
		f, err := t.Float64()
		return err != nil || f != 0
	case []any:
		return len(t) > 0
	case map[string]any:
		return len(t) > 0
	}
	return true
}

// plain writes one value as a customer reads it.
func plain(v any) string {
	switch t := v.(type) {
	case nil:
		return ""
	case string:
		return t
	case json.Number:
		return t.String()
	case bool:
		return strconv.FormatBool(t)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// decode reads JSON with its numbers untouched; what is not JSON becomes a string.
func decode(raw json.RawMessage) any {
	if v, ok := parse(raw); ok {
		return v
	}
	return string(raw)
}

// decodeResult is decode for what a function answered: the answer is taken out of an envelope with its HTTP status, and
// JSON inside a string is read too.
func decodeResult(raw json.RawMessage) any {
	v := decode(raw)
	if m, ok := v.(map[string]any); ok && envelope(m) {
		v = m["body"]
	}
	if s, ok := v.(string); ok && (strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")) {
		if inner, ok := parse([]byte(s)); ok {
			return inner
		}
	}
	return v
}

func envelope(m map[string]any) bool {
	_, answer := m["body"]
	_, status := m["status"]
	for key := range m {
		if key != "body" && key != "status" && key != "truncated" && key != "ms" {
			return false
		}
	}
	return answer && status
}

func parse(raw []byte) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, errors.Is(err, io.EOF)
}
