// Package trail collects what statements of one transaction change in the rows that administrators own, for the audit log.
// Rules of ent/schema find the trail in the context and add to it.
//
//	ctx, t := trail.NewContext(ctx)
//	// … statements with ctx …
//	changes := t.Changes()
package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"unicode/utf8"
)

// Row is a row as its columns say, but for those that are secret.
type Row map[string]json.RawMessage

// Change is what became of one row. Of one that was changed both sides hold only what differs.
type Change struct {
	Type   string `json:"type"`   // name of the entity
	ID     string `json:"id"`     // of the row
	Before Row    `json:"before"` // nil: it is new
	After  Row    `json:"after"`  // nil: it is gone
}

// maxValue bounds a value, in bytes of JSON: agents may have instructions of 100 KB.
const maxValue = 4 << 10

// Trail is what one transaction has changed so far. It is safe for concurrent use.
type Trail struct {
	mu      sync.Mutex // protects changes
	changes []Change
}

type contextKey struct{}

// NewContext returns ctx with a new trail.
func NewContext(ctx context.Context) (context.Context, *Trail) {
	t := &Trail{}
	return context.WithValue(ctx, contextKey{}, t), t
}

// FromContext returns the trail of ctx; nil if nobody asks.
func FromContext(ctx context.Context) *Trail {
	t, _ := ctx.Value(contextKey{}).(*Trail)
	return t
}

// Add takes note of a row before and after a statement; nil where there is none. What is as it was is left out.
func (t *Trail) Add(kind, id string, before, after Row) {
	c := Change{Type: kind, ID: id, Before: shortened(before), After: shortened(after)}
	if before != nil && after != nil {
		for name, value := range after {
			if bytes.Equal(before[name], value) {
				delete(c.Before, name)
				delete(c.After, name)
			}
		}
		if len(c.Before)+len(c.After) == 0 {
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes = append(t.changes, c)
}

// Changes returns what was added, in order.
func (t *Trail) Changes() []Change {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.changes)
}

// shortened is a copy of a row in which long values are cut to their beginning, as texts that end with an ellipsis.
func shortened(r Row) Row {
	if r == nil {
		return nil
	}
	short := Row{}
	for name, value := range r {
		if len(value) > maxValue {
			text := string(value)
			if whole := ""; json.Unmarshal(value, &whole) == nil {
				text = whole
			}
			text = text[:min(maxValue, len(text))]
			for !utf8.ValidString(text) {
				text = text[:len(text)-1]
			}
			value, _ = json.Marshal(text + "…")
		}
		short[name] = value
	}
	return short
}
