package socket

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

const (
	// readBuffer is what each socket keeps for reading: most messages of clients fit, and longer ones pass it by.
	readBuffer = 256
	// MessageTimeout is how long a message may take to arrive once it has begun.
	MessageTimeout = 10 * time.Second
	// MaxFrames is how many frames a message may come in: they cost work though they be empty.
	MaxFrames = 1000
)

// errGone says that the client closed the connection, or broke it off.
var errGone = &CloseError{Code: uint16(ws.StatusNormalClosure)}

// errNothing says that what came was no part of a message.
var errNothing = errors.New("nothing")

// buffers are for readers whose connections have something to read.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuffer) }}

// reader puts the messages of a client together. It belongs to one goroutine.
type reader struct {
	conn    net.Conn
	source  *bufio.Reader // nil while the reader rests
	rests   bool          // whether next returns errNothing after a frame that is no part of a message
	early   *bytes.Reader // what came with the handshake; nil: nothing
	most    int
	header  [ws.MaxHeaderSize]byte
	control func(op ws.OpCode, payload []byte) // what is between the frames of messages: pings and pongs
}

// begin makes the reader ready.
func (r *reader) begin(conn net.Conn, early []byte, most int, control func(ws.OpCode, []byte)) {
	*r = reader{conn: conn, most: most, control: control}
	if len(early) > 0 {
		r.early = bytes.NewReader(early)
	}
	r.acquire()
}

// acquire gives the reader a buffer, if it has none.
func (r *reader) acquire() {
	if r.source != nil {
		return
	}
	r.source = buffers.Get().(*bufio.Reader)
	if r.early != nil {
		r.source.Reset(io.MultiReader(r.early, r.conn))
	} else {
		r.source.Reset(r.conn)
	}
}

// release takes its buffer away, in which nothing is pending.
func (r *reader) release() {
	r.source.Reset(nil)
	buffers.Put(r.source)
	r.source, r.early = nil, nil
}

// pending says whether something was read that is no message yet: the network says nothing of it any more.
func (r *reader) pending() bool {
	return r.source.Buffered() > 0 || r.early != nil && r.early.Len() > 0
}

// next waits for the next message, which is JSON in frames of text or bytes, or for nothing (errNothing, see rests). The error is a *[CloseError] that says how
// to close, errGone after a close frame, or what the network said.
func (r *reader) next() ([]byte, error) {
	var message bytes.Buffer
	state, text := ws.StateServerSide, false
	for frames := 0; ; {
		h, err := ws.ReadHeaderBuffer(r.source, r.header[:])
		if err == nil {
			err = ws.CheckHeader(h, state)
		}
		if err != nil {
			return nil, refuseFrame(err)
		}
		if h.Length > int64(r.most-message.Len()) && !h.OpCode.IsControl() {
			return nil, &CloseError{uint16(ws.StatusMessageTooBig), "the message is too large"}
		}
		whole := h.Fin && int64(r.source.Buffered()) >= h.Length
		if !whole && !state.Fragmented() {
			_ = r.conn.SetReadDeadline(time.Now().Add(MessageTimeout)) // it fails where reading does, too
		}
		if h.OpCode.IsControl() {
			if err := r.readControl(h); err != nil {
				return nil, err
			}
			if state.Fragmented() {
				continue
			}
			if !whole {
				r.rest()
			}
			if r.rests {
				return nil, errNothing
			}
			continue
		}
		if frames++; frames > MaxFrames {
			return nil, &CloseError{uint16(ws.StatusPolicyViolation), "the message comes in too many frames"}
		}
		begin := message.Len()
		if err := r.read(&message, h); err != nil {
			return nil, err
		}
		ws.Cipher(message.Bytes()[begin:], h.Mask, 0)
		text = text || h.OpCode == ws.OpText
		if h.Fin {
			if !whole || state.Fragmented() {
				r.rest()
			}
			if text && !utf8.Valid(message.Bytes()) {
				return nil, &CloseError{uint16(ws.StatusInvalidFramePayloadData), "text must be UTF-8"}
			}
			return message.Bytes(), nil
		}
		state = state.Set(ws.StateFragmented)
	}
}

// rest lets the client be silent again.
func (r *reader) rest() { _ = r.conn.SetReadDeadline(time.Time{}) }

// read takes in the payload of a frame as it arrives: its announced length is not trusted with memory.
func (r *reader) read(into *bytes.Buffer, h ws.Header) error {
	n, err := into.ReadFrom(io.LimitReader(r.source, h.Length))
	if err == nil && n < h.Length {
		err = io.ErrUnexpectedEOF
	}
	return refuseFrame(err)
}

// readControl takes in a frame that is no part of a message.
func (r *reader) readControl(h ws.Header) error {
	var payload bytes.Buffer
	if err := r.read(&payload, h); err != nil {
		return err
	}
	ws.Cipher(payload.Bytes(), h.Mask, 0)
	if h.OpCode != ws.OpClose {
		r.control(h.OpCode, payload.Bytes())
		return nil
	}
	if payload.Len() == 0 {
		return errGone
	}
	code, reason := ws.ParseCloseFrameData(payload.Bytes())
	if payload.Len() == 1 || ws.CheckCloseFrameData(code, reason) != nil {
		return &CloseError{uint16(ws.StatusProtocolError), "the close frame has no such code"}
	}
	return errGone
}

// refuseFrame says how to close after an error of a frame, or of the network.
func refuseFrame(err error) error {
	var broken ws.ProtocolError
	switch {
	case errors.As(err, &broken):
		return &CloseError{uint16(ws.StatusProtocolError), broken.Error()}
	case errors.Is(err, ws.ErrHeaderLengthMSB), errors.Is(err, ws.ErrHeaderLengthUnexpected):
		return &CloseError{uint16(ws.StatusProtocolError), err.Error()}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &CloseError{CloseTerminated, "the message did not arrive in time"}
	}
	return err
}

// appendHeader begins a frame of a server, which is never masked and never split.
func appendHeader(b []byte, op ws.OpCode, length int) []byte {
	b = append(b, 0x80|byte(op))
	switch {
	case length < 126:
		return append(b, byte(length))
	case length < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(length))
	}
	return binary.BigEndian.AppendUint64(append(b, 127), uint64(length))
}

// appendFrame appends a frame that holds the pieces joined.
func appendFrame(b []byte, op ws.OpCode, pieces ...[]byte) []byte {
	length := 0
	for _, p := range pieces {
		length += len(p)
	}
	b = appendHeader(b, op, length)
	for _, p := range pieces {
		b = append(b, p...)
	}
	return b
}

// closeFrame is how a side says goodbye. A reason has at most 123 bytes.
func closeFrame(code uint16, reason string) []byte {
	for len(reason) > ws.MaxControlFramePayloadSize-2 {
		_, size := utf8.DecodeLastRuneInString(reason)
		reason = reason[:len(reason)-size]
	}
	return appendFrame(nil, ws.OpClose, binary.BigEndian.AppendUint16(nil, code), []byte(reason))
}
