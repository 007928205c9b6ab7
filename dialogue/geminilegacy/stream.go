package geminilegacy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"parley/dialogue/model"
	"parley/seal"
)

// Sizes beyond which a server is not believed, in bytes.
const (
	maxElement = 5 << 20  // one element of a stream, and an answer that comes in one piece
	maxAnswer  = 4 << 20  // what an answer says
	maxStream  = 64 << 20 // an answer with all that is wrapped around its pieces
)

var (
	errElement = fmt.Errorf("an element of the answer is longer than %d bytes", maxElement)
	errAnswer  = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	errStream  = fmt.Errorf("the stream is longer than %d bytes", maxStream)
	errPage    = errors.New("the server answered with a page for people (HTML)")
)

// elements reads the elements of a JSON array as they come, or the one object of an answer that is no array.
type elements struct {
	in    *limited
	json  *json.Decoder
	begun bool
	array bool
	done  bool
}

func newElements(body io.Reader) *elements {
	in := &limited{in: bufio.NewReader(body)}
	return &elements{in: in, json: json.NewDecoder(in)}
}

// next blocks until the next element is there. The error is io.EOF after the last one of a whole answer.
func (e *elements) next() (json.RawMessage, error) {
	if !e.begun {
		e.begun = true
		first, err := e.in.firstByte()
		switch {
		case err != nil:
			return nil, whole(err)
		case first == '<':
			return nil, errPage
		case first == '[':
			e.array = true
			_, _ = e.json.Token()
		}
	}
	if e.done {
		return nil, io.EOF
	}
	if e.array && !e.json.More() {
		_, err := e.json.Token()
		if e.done = err == nil; e.done {
			err = io.EOF
		} else {
			err = whole(err)
		}
		return nil, err
	}
	e.in.element = 0
	var raw json.RawMessage
	if err := e.json.Decode(&raw); err != nil {
		return nil, whole(err)
	}
	if len(raw) > maxElement {
		return nil, errElement // it was read ahead, with the one before
	}
	e.done = !e.array
	return raw, nil
}

// whole turns the end of the body into the error that it is where more had to come.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// limited bounds what is read, of one element and in all.
type limited struct {
	in             *bufio.Reader
	element, total int
}

func (l *limited) firstByte() (byte, error) {
	for {
		b, err := l.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if l.total++; l.total > maxStream {
			return 0, errStream
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, l.in.UnreadByte()
		}
	}
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	switch {
	case l.element > maxElement:
		return 0, errElement
	case l.total > maxStream:
		return 0, errStream
	}
	n, err := l.in.Read(p[:min(len(p), maxElement+1-l.element)]) // the decoder asks for more and more
	l.element += n
	l.total += n
	return n, err
}

// translated is the body of an answer as the client reads it: what it can take of each element, as it comes.
type translated struct {
	ctx     context.Context
	facts   *facts
	in      *elements
	key     seal.Text
	array   bool // the client reads an array
	begun   bool
	ended   bool
	failure *model.Error
	pending []byte
}

// Read implements io.Reader. Its errors are a *model.Error but for io.EOF, and stay: the client reads on after an error,
// and forgets it if the array then ends.
func (t *translated) Read(p []byte) (int, error) {
	for len(t.pending) == 0 {
		switch {
		case t.failure != nil:
			return 0, t.failure
		case t.ended:
			return 0, io.EOF
		}
		t.failure = t.fill()
	}
	n := copy(p, t.pending)
	t.pending = t.pending[n:]
	return n, nil
}

// Close implements io.Closer. The exchange closes the body behind it.
func (t *translated) Close() error { return nil }

func (t *translated) fill() *model.Error {
	raw, err := t.in.next()
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) || t.facts.finish != "" && t.ctx.Err() == nil:
		t.ended = true // what comes after the end of the answer, or does not come, is no matter
		t.pending = t.framed("", "]")
		return nil
	default:
		return broken(t.ctx, err, t.key.Reveal())
	}
	element, failure := t.facts.take(raw, t.key.Reveal())
	if failure == nil {
		t.pending = t.framed(string(element), "")
	}
	return failure
}

// framed puts what stands around an element of the client's array before and behind it.
func (t *translated) framed(element, after string) []byte {
	before := ""
	if t.array {
		switch {
		case !t.begun:
			before = "["
		case element != "":
			before = ","
		}
	} else {
		after = ""
	}
	t.begun = true
	return []byte(before + element + after)
}
