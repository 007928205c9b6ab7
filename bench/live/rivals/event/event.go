// Package event has what the rivals in Go have in common: events of the shape and length of Parley's, a hub with a window, and
// what the load generator asks of every server.
package event

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// Event is one event of a thread, as Parley has it.
type Event struct {
	ID        string   `json:"id"`
	Type      string   `json:"type"`
	ThreadID  string   `json:"threadId"`
	Sequence  int      `json:"sequence"`
	Cursor    string   `json:"cursor"`
	CreatedAt string   `json:"createdAt"`
	Message   *Message `json:"message,omitempty"`
	MessageID *string  `json:"messageId,omitempty"`
	Offset    *int     `json:"offset,omitempty"`
	Text      *string  `json:"text,omitempty"`
}

// Message is a message of an event.
type Message struct {
	ID         string `json:"id"`
	Text       string `json:"text"`
	Author     string `json:"author"`
	AuthorName string `json:"authorName"`
	CreatedAt  string `json:"createdAt"`
}

const (
	threadID = "thr_01kb5h2x3y4z5a6b7c8d9e0f1g"
	layout   = "2006-01-02T15:04:05.000Z"
)

var sequence atomic.Int64

// cursorLength is how long Parley's cursors are.
const cursorLength = 118

func base(kind string) Event {
	n := sequence.Add(1)
	return Event{
		ID: fmt.Sprintf("evt_%026d", n), Type: kind, ThreadID: threadID, Sequence: int(n),
		Cursor: fmt.Sprintf("%0*d", cursorLength, n), CreatedAt: time.Now().UTC().Format(layout),
	}
}

// Created is the event of a new message.
func Created(text string) Event {
	e := base("message.created")
	e.Message = &Message{ID: fmt.Sprintf("msg_%026d", e.Sequence), Text: text, Author: "CUSTOMER", AuthorName: "Customer", CreatedAt: e.CreatedAt}
	return e
}

// Piece is a piece of a text that is being written.
func Piece(offset int, text string) Event {
	e := base("message.delta")
	id := fmt.Sprintf("msg_%026d", 1)
	e.MessageID, e.Offset, e.Text = &id, &offset, &text
	return e
}

// Window is how long the publisher joins what comes; 0: it does not.
func Window() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("WINDOW"))
	return d
}

// Serve serves until the process is ended. stream is called with each token of a text, and at its end with the whole.
func Serve(mux *http.ServeMux, token func(offset int, text string), whole func(text string)) {
	mux.HandleFunc("POST /gc", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	mux.HandleFunc("POST /stream", func(_ http.ResponseWriter, r *http.Request) {
		var all strings.Builder
		for s := bufio.NewScanner(r.Body); s.Scan(); {
			token(all.Len(), s.Text())
			all.WriteString(s.Text())
		}
		whole(all.String())
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", listener.Addr())
	panic(http.Serve(listener, mux))
}
