package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Sizes beyond which a server is not believed, in bytes.
const (
	maxLine   = 1 << 20  // of a stream
	maxAnswer = 4 << 20  // what an answer says, and an answer that comes in one piece
	maxStream = 64 << 20 // an answer with all that is wrapped around its pieces
)

var (
	errLine   = fmt.Errorf("a line of the stream is longer than %d bytes", maxLine)
	errAnswer = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	errStream = fmt.Errorf("the stream is longer than %d bytes", maxStream)
	errPage   = errors.New("the server answered with a page for people instead of a stream")
)

// eventData is the data of one event of a stream.
type eventData struct {
	name string // of the event, mostly empty
	json []byte // nil for the mark that ends the stream
}

// events reads server-sent events, and also the one JSON value of a server that does not stream. The range ends at the
// end of the body, or with an error.
func events(body io.Reader) iter.Seq2[eventData, error] {
	return func(yield func(eventData, error) bool) {
		in := bufio.NewReaderSize(io.LimitReader(body, maxStream+2), 32<<10)
		first, err := firstByte(in)
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			yield(eventData{}, err)
			return
		case first == '<':
			yield(eventData{}, errPage)
			return
		case first == '{' || first == '[':
			whole, err := io.ReadAll(io.LimitReader(in, maxAnswer+1))
			if err == nil && len(whole) > maxAnswer {
				err = errAnswer
			}
			yield(eventData{json: whole}, err)
			return
		}
		readLines(in, yield)
	}
}

// firstByte looks at the first byte that is not blank, and leaves it in place.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b == 0xEF { // of a byte order mark
			if rest, _ := in.Peek(2); bytes.Equal(rest, []byte{0xBB, 0xBF}) {
				_, _ = in.Discard(2)
				continue
			}
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, in.UnreadByte()
		}
	}
}

// readLines puts events together. A line of data that is whole JSON is an event without waiting for the blank line
// that not all servers send.
func readLines(in *bufio.Reader, yield func(eventData, error) bool) {
	var name string
	var pending []byte
	total := 0
	for {
		line, err := readLine(in)
		if total += len(line) + 1; total > maxStream {
			err = errStream
		}
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			yield(eventData{}, err)
			return
		case err != nil && len(line) == 0:
			if json.Valid(pending) { // else it was cut
				yield(eventData{name: name, json: pending}, nil)
			}
			return
		}
		field, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch string(field) {
		case "": // a blank line ends an event; a comment is nothing
			if len(line) > 0 {
				break
			}
			if len(pending) > 0 && !yield(eventData{name: name, json: pending}, nil) {
				return
			}
			name, pending = "", nil
		case "event":
			name = string(value)
		case "data":
			if string(bytes.TrimSpace(value)) == "[DONE]" {
				yield(eventData{}, nil)
				return
			}
			if len(pending) == 0 && json.Valid(value) {
				if !yield(eventData{name: name, json: value}, nil) {
					return
				}
				break
			}
			if len(pending) > 0 {
				pending = append(pending, '\n')
			}
			if pending = append(pending, value...); len(pending) > maxLine {
				yield(eventData{}, errLine)
				return
			}
		}
	}
}

// readLine reads one line without its end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		if len(line)+len(piece) > maxLine {
			return nil, errLine
		}
		line = append(line, piece...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}
