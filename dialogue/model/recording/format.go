package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// magic begins every file; its number changes when older readers would misread the file.
const magic = "parley recording 1"

// Each line of a body stands in a line of the file behind a mark, which tells how it ended.
const (
	markLine   = '|' // by a line feed
	markReturn = '+' // by carriage return and line feed
	markOpen   = '-' // not at all: the piece ended within the line
	markQuoted = '"' // the line, with its end, is a quoted string of Go: it has bytes that a text file may lose
)

// String is the recording as a file. JSON of requests is indented, since it is compared by its meaning; answers stand as
// they came.
func (r *Recording) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nsource: %s\n", magic, r.Source)
	for _, field := range []struct{ name, value string }{{"base", r.Base}, {"model", r.Model}} {
		if field.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", field.name, field.value)
		}
	}
	for i, x := range r.Exchanges {
		fmt.Fprintf(&b, "\n== %d\n> %s %s\n", i+1, x.Method, x.Target)
		writeHeader(&b, "> ", x.Header)
		if len(x.Body) > 0 {
			b.WriteString("body\n")
			writePiece(&b, indented(x.Body))
		}
		fmt.Fprintf(&b, "< %d\n", x.Status)
		writeHeader(&b, "< ", x.AnswerHeader)
		for _, chunk := range x.Chunks {
			b.WriteString("chunk\n")
			writePiece(&b, chunk)
		}
		if x.Cut {
			b.WriteString("cut\n")
		}
	}
	return b.String()
}

func writeHeader(b *strings.Builder, prefix string, h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fmt.Fprintf(b, "%s%s: %s\n", prefix, strings.ToLower(name), value)
		}
	}
}

// indented is JSON for people; anything else is left as it is.
func indented(body []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(body), "", "  ") != nil {
		return body
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func writePiece(b *strings.Builder, piece []byte) {
	for line := range strings.Lines(string(piece)) {
		mark, text := markOpen, line
		if t, ok := strings.CutSuffix(line, "\r\n"); ok {
			mark, text = markReturn, t
		} else if t, ok := strings.CutSuffix(line, "\n"); ok {
			mark, text = markLine, t
		}
		switch {
		case !plain(text):
			b.WriteString(strconv.Quote(line))
		case text == "":
			b.WriteRune(mark) // no blanks at the end of a line
		default:
			b.WriteRune(mark)
			b.WriteByte(' ')
			b.WriteString(text)
		}
		b.WriteByte('\n')
	}
}

// plain says whether a line survives editors and version control.
func plain(line string) bool {
	return utf8.ValidString(line) && !strings.HasSuffix(line, " ") &&
		!strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && !unicode.IsGraphic(r) || r == '\u2028' || r == '\u2029' })
}

// Parse reads what String wrote. The error names the line that cannot be understood.
func Parse(text []byte) (*Recording, error) {
	p := parser{r: &Recording{}}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if number == 1 {
			if line != magic {
				return nil, fmt.Errorf("it does not begin with the line %q", magic)
			}
			continue
		}
		if err := p.take(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if number == 0 {
		return nil, errors.New("it is empty")
	}
	if p.x != nil && p.x.Status == 0 {
		return nil, fmt.Errorf("line %d: exchange %d has no answer", number, len(p.r.Exchanges))
	}
	return p.r, nil
}

// parser holds what the lines so far have begun.
type parser struct {
	r     *Recording
	x     *Exchange // nil in the head
	piece *[]byte   // nil where no piece of a body may go on
}

func (p *parser) take(line string) error {
	if line == "" {
		return nil
	}
	switch line[0] {
	case markLine, markReturn, markOpen, markQuoted:
		return p.takePiece(line)
	}
	p.piece = nil
	if p.x == nil && !strings.HasPrefix(line, "== ") {
		return p.takeHead(line)
	}
	switch word, rest, _ := strings.Cut(line, " "); {
	case word == "==":
		if p.x != nil && p.x.Status == 0 {
			return errors.New("the exchange before has no answer")
		}
		if len(p.r.Exchanges) == MaxExchanges {
			return fmt.Errorf("more than %d exchanges", MaxExchanges)
		}
		p.r.Exchanges = append(p.r.Exchanges, Exchange{Header: http.Header{}, AnswerHeader: http.Header{}})
		p.x = &p.r.Exchanges[len(p.r.Exchanges)-1]
	case word == ">" && p.x.Method == "":
		var ok bool
		if p.x.Method, p.x.Target, ok = strings.Cut(rest, " "); !ok {
			return errors.New("a request begins with its method and its path")
		}
	case word == "<" && p.x.Status == 0 && p.x.Method != "":
		status, err := strconv.Atoi(rest)
		if err != nil || status < 100 || status > 999 {
			return fmt.Errorf("%q is no status of an answer", rest)
		}
		p.x.Status = status
	case word == ">" && p.x.Status == 0:
		return takeField(p.x.Header, rest)
	case word == "<" && p.x.Status != 0:
		return takeField(p.x.AnswerHeader, rest)
	case line == "body" && p.x.Method != "" && p.x.Status == 0 && p.x.Body == nil:
		p.piece = &p.x.Body
	case line == "chunk" && p.x.Status != 0:
		p.x.Chunks = append(p.x.Chunks, nil)
		p.piece = &p.x.Chunks[len(p.x.Chunks)-1]
	case line == "cut" && p.x.Status != 0:
		p.x.Cut = true
	default:
		return fmt.Errorf("%q is not expected here", line)
	}
	return nil
}

func (p *parser) takeHead(line string) error {
	name, value, _ := strings.Cut(line, ": ")
	switch name {
	case "source":
		p.r.Source = value
	case "base":
		p.r.Base = value
	case "model":
		p.r.Model = value
	default:
		return fmt.Errorf("%q is no line of the head, which has source, base and model", line)
	}
	return nil
}

func takeField(h http.Header, line string) error {
	name, value, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q is no header", line)
	}
	h.Add(name, value)
	return nil
}

func (p *parser) takePiece(line string) error {
	if p.piece == nil {
		return errors.New("a line of a body stands behind neither body nor chunk")
	}
	text := strings.TrimPrefix(line[1:], " ")
	switch line[0] {
	case markLine:
		text += "\n"
	case markReturn:
		text += "\r\n"
	case markQuoted:
		var err error
		if text, err = strconv.Unquote(line); err != nil {
			return fmt.Errorf("%s is no quoted string", line)
		}
	}
	*p.piece = append(*p.piece, text...)
	return nil
}
