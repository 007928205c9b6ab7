package plan

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/ms"
)

// A mark stands where a value has a form that no function of a database gives it: it begins with a control character, which
// no text of JSON holds, and a kind. A text in it has its length before it, so that nothing of a stored text is ever taken
// for a mark.
const (
	markBegin = 0x01
	markEnd   = 0x02

	markText         = 's' // length ':' text; NULL reads as null
	markJSON         = 'j' // the same, written as it is; nothing reads as null
	markData         = 'd' // the same, written if it is a JSON object
	markTexts        = 'm' // the same, a JSON list of texts
	markTime         = 't' // milliseconds
	markTimeOrNever  = 'w' // the same; ms.Never reads as null
	markCursor       = 'e' // id
	markTimeCursor   = 'f' // id ' ' milliseconds
	markNumberCursor = 'g' // id ' ' number
	markLargeCursor  = 'i' // the same, of 64 bits
	markTextCursor   = 'h' // id ' ' length ':' text
	markThreadCursor = 'c' // id ' ' sequence
	// history ' ' shard ':' position ',' shard …
	markWorkspaceCursor = 'v'
	markAside           = '!' // the generic path has to answer
)

// stepAside is the mark for that.
var stepAside = string([]byte{markBegin, markAside, markEnd})

// Values are what Finish needs to write what is not in the tables.
type Values struct {
	// ThreadCursor is where a thread stands in its events.
	ThreadCursor func(threadID string, sequence int64) (string, error)
	// WorkspaceCursor is where the events of the workspace stand, given the last position of each feed shard.
	WorkspaceCursor func(history string, positions map[int]int64) string
	// Data is the text of a message that a model wrote, as JSON, if it is an object.
	Data func(text string) (string, bool)
}

// Columns is how many columns the statement of a plan has.
func (p *Plan) Columns() int {
	n := 0
	for _, r := range p.Roots {
		if r.value != nil {
			n++
		}
	}
	return n
}

// Finish returns the values of the root fields, by their place, given the columns of the one row of the statement; nil for
// those that are not planned.
func (p *Plan) Finish(columns [][]byte, v Values) ([][]byte, error) {
	values := make([][]byte, len(p.Roots))
	for i, r := range p.Roots {
		switch {
		case r.value != nil:
			var err error
			if values[i], err = v.append(make([]byte, 0, len(columns[0])), columns[0]); err != nil {
				return nil, err
			}
			columns = columns[1:]
		case r.Planned:
			values[i] = []byte(r.fixed)
		}
	}
	return values, nil
}

// append appends the value of a root field to an answer, given what the statement has of it.
func (v Values) append(out, text []byte) ([]byte, error) {
	for {
		i := bytes.IndexByte(text, markBegin)
		if i < 0 {
			return append(out, text...), nil
		}
		out = append(out, text[:i]...)
		if len(text) < i+3 {
			return nil, ErrAside
		}
		var err error
		if out, text, err = v.mark(out, text[i+1], text[i+2:]); err != nil {
			return nil, err
		}
	}
}

// mark appends the value of one mark, and returns what follows it.
func (v Values) mark(out []byte, kind byte, text []byte) (_, rest []byte, err error) {
	var value []byte
	null := false
	switch kind {
	case markText, markJSON, markData, markTexts:
		value, rest, null, err = cutText(text)
	default:
		var found bool
		value, rest, found = bytes.Cut(text, []byte{markEnd})
		if !found {
			err = ErrAside
		}
	}
	if err != nil {
		return nil, nil, err
	}
	switch kind {
	case markText:
		if null {
			return append(out, "null"...), rest, nil
		}
		return appendQuoted(out, value), rest, nil
	case markJSON:
		if len(value) == 0 {
			return append(out, "null"...), rest, nil
		}
		return append(out, value...), rest, nil
	case markData:
		data, is := "", false
		if !null {
			data, is = v.Data(string(value))
		}
		if !is {
			data = "null"
		}
		return append(out, data...), rest, nil
	case markTexts:
		out, err = appendTexts(out, value)
	case markTime, markTimeOrNever:
		if len(value) == 0 {
			return append(out, "null"...), rest, nil
		}
		var n int64
		if n, err = strconv.ParseInt(string(value), 10, 64); err == nil {
			if kind == markTimeOrNever && ms.Time(n) == ms.Never {
				return append(out, "null"...), rest, nil
			}
			out = appendTime(out, ms.Time(n))
		}
	case markCursor, markTimeCursor, markNumberCursor, markLargeCursor, markTextCursor:
		out, rest, err = appendCursor(out, kind, value, text, rest)
	case markThreadCursor:
		id, number, _ := bytes.Cut(value, []byte{' '})
		var sequence int64
		if sequence, err = strconv.ParseInt(string(number), 10, 64); err == nil {
			var cursor string
			cursor, err = v.ThreadCursor(string(id), sequence)
			out = strconv.AppendQuote(out, cursor)
		}
	case markWorkspaceCursor:
		history, list, _ := bytes.Cut(value, []byte{' '})
		positions := map[int]int64{}
		for pair := range bytes.SplitSeq(list, []byte{','}) {
			number, position, _ := bytes.Cut(pair, []byte{':'})
			shard, bad := strconv.Atoi(string(number))
			if positions[shard], err = strconv.ParseInt(string(position), 10, 64); err != nil || bad != nil {
				return nil, nil, ErrAside
			}
		}
		out = strconv.AppendQuote(out, v.WorkspaceCursor(string(history), positions))
	default:
		err = ErrAside
	}
	return out, rest, err
}

// cutText cuts a text off that has its length before it. The mark's end behind it proves that both count in the same way.
func cutText(text []byte) (value, rest []byte, null bool, err error) {
	i := bytes.IndexByte(text, ':')
	if i < 0 {
		return nil, nil, false, ErrAside
	}
	n, null := 0, i == 0
	for _, digit := range text[:i] {
		if n = n*10 + int(digit-'0'); digit < '0' || digit > '9' || n > len(text) {
			return nil, nil, false, ErrAside
		}
	}
	if text = text[i+1:]; len(text) <= n || text[n] != markEnd {
		return nil, nil, false, ErrAside
	}
	return text[:n], text[n+1:], null, nil
}

const hexDigits = "0123456789ABCDEF"

// appendQuoted appends a text as gqlgen writes texts.
func appendQuoted(out, text []byte) []byte {
	out = append(out, '"')
	start := 0
	for i, c := range text {
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		out = append(out, text[start:i]...)
		switch c {
		case '\t':
			out = append(out, `\t`...)
		case '\r':
			out = append(out, `\r`...)
		case '\n':
			out = append(out, `\n`...)
		case '\\':
			out = append(out, `\\`...)
		case '"':
			out = append(out, `\"`...)
		default:
			out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
		start = i + 1
	}
	return append(append(out, text[start:]...), '"')
}

func appendTexts(out, list []byte) ([]byte, error) {
	var texts []string
	if err := json.Unmarshal(list, &texts); err != nil {
		return nil, ErrAside
	}
	out = append(out, '[')
	for i, text := range texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendQuoted(out, []byte(text))
	}
	return append(out, ']'), nil
}

// appendTime appends a moment as ms.Time writes itself.
func appendTime(out []byte, t ms.Time) []byte {
	out = append(out, '"')
	return append(t.Time().AppendFormat(out, ms.Layout), '"')
}

// appendMarshaled appends what gqlgen would write.
func appendMarshaled(out []byte, m graphql.Marshaler) []byte {
	b := bytes.NewBuffer(out)
	m.MarshalGQL(b)
	return b.Bytes()
}
