package dialogue

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Generations hears messages while models write them. Its methods are called from many goroutines and must not block.
// Each message of which a piece was told is ended once, whatever becomes of it.
type Generations interface {
	// Delta tells a piece of a message. Pieces come in order, and are a beginning of the text that is stored if it is.
	Delta(d Delta)
	// Ended tells that nothing more comes of a message: it is stored now, or it never will be.
	Ended(g Generation, stored bool)
}

// Generation names a message that a model writes.
type Generation struct{ Workspace, ThreadID, TurnID, MessageID string }

// Delta is a piece of an agent's message that is still being written. It is a hint that may be lost and is never
// stored; the message with the same id replaces what was heard so far.
type Delta struct {
	Generation
	// Offset is where Text begins in the message, in Unicode code points.
	Offset int
	Text   string
}

// writing is a message while it is told to Generations. What stands at the ends of the text is held back while it is
// blank, because it is not stored either.
type writing struct {
	Generation
	to    Generations // nil if nobody listens
	runes int         // told so far
	blank string
	over  bool
}

func (w *writing) add(text string) {
	text = w.blank + clean(text)
	if w.runes == 0 {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	told := strings.TrimRightFunc(text, unicode.IsSpace)
	w.blank = text[len(told):]
	if w.to == nil || told == "" {
		return
	}
	d := Delta{Generation: w.Generation, Offset: w.runes, Text: told}
	w.runes += utf8.RuneCountInString(told) // before it is told, so that it is ended even if that panics
	w.to.Delta(d)
}

// end says what became of the message. Only the first call counts; a nil writing has nothing to say.
func (w *writing) end(stored bool) {
	if w == nil || w.over || w.runes == 0 {
		return
	}
	w.over = true
	w.to.Ended(w.Generation, stored)
}
