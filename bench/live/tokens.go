//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// A token is what a model writes at once.
const tokenLength = 8

func tokenOf(i int) string { return fmt.Sprintf("t%07d", i) }

// tokens checks texts that are being written: what a socket gets in pieces must join on and be what was written, and the
// message at the end must have it whole.
type tokens struct {
	crowd *crowd
	whole []byte
	count int
}

func newTokens(count int) *tokens {
	t := &tokens{count: count}
	for i := range count {
		t.whole = append(t.whole, tokenOf(i)...)
	}
	return t
}

var (
	aPiece    = []byte(`"message.delta"`)
	aMessage  = []byte(`"message.created"`)
	theOffset = []byte(`"offset":`)
	theText   = []byte(`"text":"`)
)

// take checks one unit and counts the tokens that have come whole.
func (t *tokens) take(s *socket, got []byte) (int, error) {
	list := 0
	for at := 0; ; {
		// A server that sends lists has several pieces in one unit; each has its type before its offset, and that before its text.
		next := bytes.Index(got[at:], aPiece)
		if next < 0 {
			break
		}
		at += next + len(aPiece)
		n, end, err := t.piece(s, got[at:])
		if err != nil {
			return list, err
		}
		list, at = list+n, at+end
	}
	if bytes.Contains(got, aMessage) && bytes.Contains(got, t.whole) {
		rest := (len(t.whole) - s.offset) / tokenLength // what comes with the message alone
		if s.done {
			return 0, fmt.Errorf("the message comes twice")
		}
		s.offset, s.done = len(t.whole), true
		t.crowd.texts.Add(1)
		list += rest
	}
	return list, nil
}

// piece checks one piece, of which the first bytes are cut off.
func (t *tokens) piece(s *socket, got []byte) (count, end int, err error) {
	at := bytes.Index(got, theOffset)
	begin := bytes.Index(got, theText)
	if at < 0 || begin < 0 {
		return 0, 0, fmt.Errorf("a piece without offset and text: %.300q", got)
	}
	digits := got[at+len(theOffset):]
	digits = digits[:bytes.IndexAny(digits, ",}")]
	offset, err := strconv.Atoi(string(digits))
	begin += len(theText)
	length := bytes.IndexByte(got[begin:], '"')
	if err != nil || length < 0 {
		return 0, 0, fmt.Errorf("a piece that cannot be read: %.300q", got)
	}
	if offset != s.offset || offset+length > len(t.whole) || !bytes.Equal(got[begin:begin+length], t.whole[offset:offset+length]) {
		return 0, 0, fmt.Errorf("a piece that does not join on at %d: %.300q", s.offset, got)
	}
	before := s.offset / tokenLength
	s.offset += length
	return s.offset/tokenLength - before, begin + length, nil
}

// write calls each for every token at its time.
func (t *tokens) write(perSecond int, each func(token string) error) error {
	began := time.Now()
	for i := range t.count {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
		if err := each(tokenOf(i)); err != nil {
			return err
		}
	}
	return nil
}
