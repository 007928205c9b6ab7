package gemini

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Sizes beyond which a server is not believed, in bytes.
const (
	maxLine   = 2 << 20  // an event of a stream
	maxAnswer = 4 << 20  // what an answer says, and an answer that comes in one piece
	maxStream = 64 << 20 // an answer with all that is wrapped around its pieces
)

var (
	errLine       = fmt.Errorf("an event of the stream is longer than %d bytes", maxLine)
	errAnswer     = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	errStream     = fmt.Errorf("the stream is longer than %d bytes", maxStream)
	errPage       = errors.New("the server answered with a page for people instead of an answer")
	errUnreadable = errors.New("a piece of the answer cannot be read")
)

// events is the body of a stream for the client: one event of data after another and nothing else, within bounds. It ends
// like a good one in any case; why it really ended stands in the exchange.
type events struct {
	body  io.ReadCloser
	in    *bufio.Reader
	x     *exchange
	begun bool
	total int
	queue []json.RawMessage // events of an answer that is one JSON value
	out   []byte            // not yet read by the client
}

func newEvents(body io.ReadCloser, x *exchange) *events {
	return &events{body: body, in: bufio.NewReaderSize(body, 32<<10), x: x}
}

// Close implements io.Closer.
func (e *events) Close() error {
	_ = e.body.Close() // the answer was read, or is not wanted
	return nil
}

// Read implements io.Reader. One call returns bytes of one event.
func (e *events) Read(p []byte) (int, error) {
	if len(e.out) == 0 {
		data, err := e.next()
		var line bytes.Buffer // the client wants an event on one
		if err == nil && (json.Compact(&line, data) != nil || !bytes.HasPrefix(line.Bytes(), []byte{'{'})) {
			err = errUnreadable
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				e.x.failure = err
			}
			return 0, io.EOF
		}
		e.x.events = append(e.x.events, data)
		e.out = fmt.Appendf(nil, "data: %s\n\n", line.Bytes())
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// next returns the next event as it came; io.EOF at the end of the stream.
func (e *events) next() (json.RawMessage, error) {
	if !e.begun {
		e.begun = true
		if err := e.begin(); err != nil {
			return nil, err
		}
	}
	if len(e.queue) > 0 {
		next := e.queue[0]
		e.queue = e.queue[1:]
		return next, nil
	}
	var data []byte
	for {
		line, err := e.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		field, value, _ := bytes.Cut(line, []byte{':'})
		switch {
		case len(line) == 0 && len(data) > 0:
			return data, nil
		case string(field) == "data":
			value = bytes.TrimSpace(value)
			if string(value) == "[DONE]" { // of proxies
				return nil, io.EOF
			}
			data = append(append(data, '\n'), value...)
		case bytes.HasPrefix(line, []byte{'{'}): // an error, bare
			data = append(data, line...)
		}
		switch { // comments and other fields are nothing
		case len(data) > maxLine:
			return nil, errLine
		case bytes.HasSuffix(data, []byte{'}'}) && json.Valid(data): // not all servers send the blank line behind it
			return data, nil
		case err != nil && len(data) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
	}
}

// begin looks for servers and proxies that do not stream: they send one JSON value, maybe a list of events.
func (e *events) begin() error {
	first, err := e.firstByte()
	switch {
	case err != nil:
		return err
	case first == '<':
		return errPage
	case first != '{' && first != '[':
		return nil
	}
	all, err := io.ReadAll(io.LimitReader(e.in, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case len(all) > maxAnswer:
		return errAnswer
	case first == '{':
		e.queue = []json.RawMessage{all}
		return nil
	}
	if json.Unmarshal(all, &e.queue) != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// firstByte looks at the first byte that is not blank, and leaves it in place.
func (e *events) firstByte() (byte, error) {
	for {
		b, err := e.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if e.total++; e.total > maxStream {
			return 0, errStream
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, e.in.UnreadByte()
		}
	}
}

// line reads one line without its end; the last one comes together with io.EOF.
func (e *events) line() ([]byte, error) {
	var line []byte
	for {
		piece, err := e.in.ReadSlice('\n')
		if e.total += len(piece); e.total > maxStream {
			return nil, errStream
		}
		if len(line)+len(piece) > maxLine {
			return nil, errLine
		}
		line = append(line, piece...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}
