package seal

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is a key, a token or a password on its way through the program. Whatever prints, logs or encodes it, or a struct that holds it, gets a
// placeholder; Reveal alone gives the text away, where it is sent or compared. The zero value is the empty text. Two of
// them are not to be compared by ==.
type Text struct {
	// A pointer, because fmt prints what is in unexported fields of others without asking their methods.
	text *string
}

const hidden = "[redacted]"

// Hide makes a Text.
func Hide(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{&text}
}

// Reveal returns the text itself.
func (t Text) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// IsEmpty says whether there is no text.
func (t Text) IsEmpty() bool { return t.text == nil }

// String returns a placeholder, or nothing for the empty text.
func (t Text) String() string {
	if t.IsEmpty() {
		return ""
	}
	return hidden
}

// Format writes the placeholder whatever the verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText returns the placeholder, for JSON and what is like it.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// LogValue returns the placeholder.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }
