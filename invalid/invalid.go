// Package invalid collects what is wrong with an input, field by field, so that whoever sent it learns everything at
// once.
//
//	var bad invalid.Error
//	bad.Text("name", in.Name, 1, 200)
//	bad.Check(in.Timeout <= 60_000, "timeoutMs", "must be at most 60000")
//	return bad.Err()
package invalid

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Field is one field of an input and why it cannot be taken.
type Field struct {
	Field  string `json:"field"`  // path as in the API: `url`, `headers.0.name`
	Reason string `json:"reason"` // what to do about it, without a full stop
}

// Error lists the bad fields of one input. The zero value is ready to collect.
type Error struct{ Fields []Field }

// Error implements error.
func (e *Error) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Reason
	}
	return "invalid input: " + strings.Join(parts, "; ")
}

// Add records a bad field.
func (e *Error) Add(field, format string, args ...any) {
	e.Fields = append(e.Fields, Field{field, fmt.Sprintf(format, args...)})
}

// Check records the field unless ok.
func (e *Error) Check(ok bool, field, format string, args ...any) {
	if !ok {
		e.Add(field, format, args...)
	}
}

// Text records a text that is not UTF-8, holds a NUL character, which Postgres cannot store, or has fewer than atLeast or more than atMost characters.
func (e *Error) Text(field, text string, atLeast, atMost int) {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		e.Add(field, "must be valid text without NUL characters")
	case atLeast > 0 && strings.TrimSpace(text) == "":
		e.Add(field, "must not be empty")
	case n < atLeast:
		e.Add(field, "must have at least %d characters", atLeast)
	case n > atMost:
		e.Add(field, "has %d characters; at most %d are allowed", n, atMost)
	}
}

// Err returns the error, or nil when nothing was recorded.
func (e *Error) Err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// One returns an error with a single bad field.
func One(field, format string, args ...any) error {
	e := &Error{}
	e.Add(field, format, args...)
	return e
}
