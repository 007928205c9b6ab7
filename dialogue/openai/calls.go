package openai

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"parley/dialogue/model"
)

// calls puts the calls of one answer together. Most servers number the pieces by index and give the id once; some give
// every call the index 0, some no index, some no id, some all of it in each piece.
type calls struct {
	list  []*call
	index []int // of each call, -1 if none was given
	read  int   // bytes of arguments that were looked at to see whether a call is whole
	lost  bool  // whether there was more than is believed
}

// Beyond these a server is not believed: each piece is held against the calls before it.
const (
	maxCalls = 1000
	maxReads = 16 << 20 // bytes
)

type call struct {
	id, name  string
	arguments strings.Builder
	joined    json.RawMessage // the arguments, once all is there
	extras    fields          // beside id and function, such as signatures
	inside    fields          // beside name and arguments
}

func (cs *calls) add(piece map[string]json.RawMessage) {
	if cs.lost {
		return
	}
	index, id := -1, stringOf(piece["id"])
	if raw := piece["index"]; !absent(raw) {
		_ = json.Unmarshal(raw, &index)
	}
	var function map[string]json.RawMessage
	_ = json.Unmarshal(piece["function"], &function)
	name := stringOf(function["name"])
	c := cs.find(index, id, name)
	if cs.lost = c == nil && len(cs.list) == maxCalls || cs.read > maxReads; cs.lost {
		return
	}
	if c == nil {
		cs.list, cs.index = append(cs.list, &call{id: id}), append(cs.index, index)
		c = cs.list[len(cs.list)-1]
	}
	if c.id == "" {
		c.id = id
	}
	if name != c.name && c.arguments.Len() == 0 {
		c.name += name
	}
	for key, value := range function {
		switch {
		case absent(value) || key == "name":
		case key == "arguments" && value[0] == '"':
			c.arguments.WriteString(stringOf(value))
		case key == "arguments":
			c.arguments.Write(value)
		default:
			c.inside.add(key, value)
		}
	}
	for key, value := range piece {
		if key != "index" && key != "id" && key != "type" && key != "function" && !absent(value) {
			c.extras.add(key, value)
		}
	}
}

// find returns the call that a piece belongs to, nil for a new one.
func (cs *calls) find(index int, id, name string) *call {
	for i := len(cs.list) - 1; i >= 0; i-- {
		c := cs.list[i]
		if index >= 0 && cs.index[i] != index {
			continue
		}
		if id != "" && c.id != "" {
			if id == c.id && (index >= 0 || name == "" || !cs.whole(c)) {
				return c
			}
			continue
		}
		if name != "" && c.name != "" && cs.whole(c) {
			return nil // the same place again, after a call that is complete
		}
		return c
	}
	return nil
}

// whole says whether the arguments of a call are complete. They are read only where they end like an object.
func (cs *calls) whole(c *call) bool {
	text := c.arguments.String()
	if !strings.HasSuffix(strings.TrimRight(text, " \t\r\n"), "}") {
		return false
	}
	cs.read += len(text)
	return cs.read <= maxReads && isObject([]byte(text))
}

// finish gives every call an id of its own and reads its arguments. It reports false if a call cannot be read; then
// none of them can be made.
func (cs *calls) finish() (readable bool) {
	if cs.lost {
		return false
	}
	seen := map[string]bool{}
	for i := range cs.list {
		c := cs.list[i]
		var ok bool
		if c.joined, ok = joinedArguments(c.arguments.String()); !ok || c.name == "" {
			return false
		}
		for c.id == "" || seen[c.id] {
			c.id = rand.Text()[:9] // nine letters and digits suit everybody, see remote.ShortID
		}
		seen[c.id] = true
	}
	return true
}

// joinedArguments reads the joined pieces of a call's arguments: nothing and null are {}, JSON within a string is taken
// out, and of several objects in a row, which some servers send when they repeat themselves, the last one counts.
func joinedArguments(text string) (json.RawMessage, bool) {
	text = strings.TrimSpace(text)
	if text == "" || text == "null" {
		return json.RawMessage(`{}`), true
	}
	if text[0] == '"' {
		inner := stringOf(json.RawMessage(text))
		if inner = strings.TrimSpace(inner); inner == "" || inner[0] == '"' {
			return json.RawMessage(`{}`), inner == ""
		}
		return joinedArguments(inner)
	}
	var last json.RawMessage
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var value json.RawMessage
		err := d.Decode(&value)
		if errors.Is(err, io.EOF) {
			return last, last != nil
		}
		if value = bytes.TrimSpace(value); err != nil || value[0] != '{' {
			return nil, false
		}
		last = value
	}
}

// part is the call in our form and in the server's. The arguments go back as a string whatever they came as.
func (c *call) part() model.Part {
	function := c.inside.with(map[string]any{"name": c.name, "arguments": string(c.joined)})
	wire := c.extras.with(map[string]any{"id": c.id, "type": "function", "function": function})
	return model.Part{Call: &model.Call{ID: c.id, Name: c.name, Args: c.joined}, Wire: wire}
}

// fields are members of an object that we do not know and give back, each with its pieces. They are joined once, at the
// end: reasoning comes in tens of thousands.
type fields map[string][]json.RawMessage

func (f *fields) add(name string, value json.RawMessage) {
	if *f == nil {
		*f = fields{}
	}
	(*f)[name] = append((*f)[name], value)
}

// joined continues strings and lists; of all else the last piece counts.
func joined(pieces []json.RawMessage) any {
	last := pieces[len(pieces)-1]
	for _, piece := range pieces {
		if piece[0] != last[0] {
			return last
		}
	}
	switch last[0] {
	case '"':
		var text strings.Builder
		for _, piece := range pieces {
			text.WriteString(stringOf(piece))
		}
		return text.String()
	case '[':
		var all []json.RawMessage
		for _, piece := range pieces {
			var some []json.RawMessage
			_ = json.Unmarshal(piece, &some) // it was read as part of a chunk
			all = append(all, some...)
		}
		return all
	}
	return last
}

// with writes the fields together with the known ones, which win.
func (f fields) with(known map[string]any) json.RawMessage {
	for name, pieces := range f {
		if _, taken := known[name]; !taken {
			known[name] = joined(pieces)
		}
	}
	raw, _ := marshal(known) // of what was JSON before
	return raw
}
