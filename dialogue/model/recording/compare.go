package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// compareBodies counts the places in which two bodies differ, and tells of the first one. JSON is compared by its meaning.
func compareBodies(recorded, sent []byte) (count int, first string) {
	if bytes.Equal(recorded, sent) {
		return 0, ""
	}
	a, errA := decode(recorded)
	b, errB := decode(sent)
	if errA != nil || errB != nil {
		at := 0
		for at < min(len(recorded), len(sent)) && recorded[at] == sent[at] {
			at++
		}
		return 1, fmt.Sprintf("at byte %d of the body: recorded %s, sent %s", at, excerpt(string(recorded[at:])), excerpt(string(sent[at:])))
	}
	d := &differences{}
	d.compare("", a, b)
	return d.count, d.first
}

func decode(body []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	return v, nil
}

type differences struct {
	count int
	first string
}

func (d *differences) add(path, recorded, sent string) {
	if d.count++; d.count == 1 {
		if path == "" {
			path = "the body"
		}
		d.first = fmt.Sprintf("at %s: recorded %s, sent %s", path, recorded, sent)
	}
}

// addWhole adds a value that stands on one side only; it counts as much as all that is in it.
func (d *differences) addWhole(path, recorded, sent string, v any) {
	d.add(path, recorded, sent)
	d.count += size(v)
}

// size counts the values within a value.
func size(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			n += 1 + size(member)
		}
	case []any:
		for _, element := range v {
			n += 1 + size(element)
		}
	}
	return n
}

func (d *differences) compare(path string, a, b any) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			d.compareObjects(path, x, y)
			return
		}
	case []any:
		if y, ok := b.([]any); ok {
			for i := range max(len(x), len(y)) {
				at := fmt.Sprintf("%s[%d]", path, i)
				switch {
				case i >= len(x):
					d.addWhole(at, "nothing", show(y[i]), y[i])
				case i >= len(y):
					d.addWhole(at, show(x[i]), "nothing", x[i])
				default:
					d.compare(at, x[i], y[i])
				}
			}
			return
		}
	case json.Number:
		if y, ok := b.(json.Number); ok && sameNumber(x, y) {
			return
		}
	default:
		if a == b { // strings, booleans and null
			return
		}
	}
	d.add(path, show(a), show(b))
}

func (d *differences) compareObjects(path string, a, b map[string]any) {
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		x, inA := a[name]
		y, inB := b[name]
		switch {
		case !inA:
			d.addWhole(at, "nothing", show(y), y)
		case !inB:
			d.addWhole(at, show(x), "nothing", x)
		default:
			d.compare(at, x, y)
		}
	}
}

// sameNumber takes 1, 1.0 and 1e0 for the same. Beyond 2^53, where floating-point numbers have gaps, digits must agree.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y && math.Abs(x) < 1<<53
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "what cannot be shown"
	}
	return excerpt(string(text))
}

// excerpt is the beginning of a text that may be long.
func excerpt(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	if text == "" {
		return "nothing"
	}
	return text
}
