package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
)

// writer is a model that says piece by piece what a test hands it, until the test closes the channel.
type writer chan string

var _ model.Provider = writer(nil)

// Generate implements model.Provider.
func (w writer) Generate(ctx context.Context, _ model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		for said := ""; ; {
			select {
			case <-ctx.Done():
				yield(model.Event{}, &model.Error{Kind: model.KindCut, Err: ctx.Err()})
				return
			case piece, more := <-w:
				if !more {
					yield(model.Event{End: &model.End{Message: model.Message{Role: model.Model, Parts: []model.Part{{Text: said}}}, Reason: model.Stop}}, nil)
					return
				}
				said += piece
				if !yield(model.Event{Delta: piece}, nil) {
					return
				}
			}
		}
	}
}

// say hands the model a piece as soon as it takes one.
func (w writer) say(t *testing.T, piece string) {
	t.Helper()
	select {
	case w <- piece:
	case <-time.After(time.Minute):
		t.Fatalf("the model is not asked for %q", piece)
	}
}

// streamed is a line that the client prints.
type streamed struct {
	Type     string
	Sequence int

	MessageID, Text string // of a piece
	Offset          int
	Dropped         bool
	Message         *struct{ ID, Author, Text string }
}

// reader is a published client that follows a thread.
type reader struct {
	t     *testing.T
	stdin io.Writer
	lines chan streamed

	connections [][]streamed // what came over each, in order
	text        string       // of the message that is being written, as the documents tell a client to join it
}

func follow(t *testing.T, args ...string) *reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	run := exec.CommandContext(ctx, "node", append([]string{"pieces.mjs"}, args...)...)
	run.Dir, run.Stderr = filepath.Join("testdata", "clients"), os.Stderr
	stdin, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatalf("node: %v (`make test` installs what it needs)", err)
	}
	r := &reader{t: t, stdin: stdin, lines: make(chan streamed, 1000), connections: make([][]streamed, 1)}
	go func() {
		defer close(r.lines)
		for scan := bufio.NewScanner(stdout); scan.Scan(); {
			var line streamed
			if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
				t.Errorf("the client prints %s", scan.Text())
				return
			}
			r.lines <- line
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close() // which ends it
		for range r.lines {
		}
		_ = run.Wait() // what it had to say is said
		cancel()
	})
	return r
}

// until reads lines until one fits.
func (r *reader) until(what string, fits func(streamed) bool) {
	r.t.Helper()
	for line := range r.lines {
		switch line.Type {
		case "cut":
			r.connections, r.text = append(r.connections, nil), ""
		case "message.delta":
			if line.Offset == 0 {
				r.text = ""
			}
			if len(r.text) != line.Offset { // of letters that are one byte each
				r.t.Errorf("a piece begins at %d, behind %q", line.Offset, r.text)
			}
			r.text += line.Text
		}
		if last := len(r.connections) - 1; line.Type != "cut" {
			r.connections[last] = append(r.connections[last], line)
		}
		if fits(line) {
			return
		}
	}
	r.t.Fatalf("the client ended before %s; it has %q and %+v", what, r.text, r.connections)
}

func (r *reader) untilText(want string) {
	r.t.Helper()
	r.until(fmt.Sprintf("%q", want), func(streamed) bool { return r.text == want })
}

func (r *reader) tell(command string) {
	r.t.Helper()
	if _, err := io.WriteString(r.stdin, command+"\n"); err != nil {
		r.t.Fatal(err)
	}
}

// TestPublishedClientsSeeTextWhileItIsWritten follows an answer with the npm packages graphql-ws and graphql-sse, cuts
// the connection in the middle of a sentence, and resumes by cursor while the model still writes.
func TestPublishedClientsSeeTextWhileItIsWritten(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		writers := map[string]writer{"ws": make(writer), "sse": make(writer)} // a model for each transport
		address, printed, _ := startServer(t, e, map[string]model.Provider{"ws": writers["ws"], "sse": writers["sse"]})
		for transport, writes := range writers {
			t.Run(transport, func(t *testing.T) {
				readWhileItIsWritten(t, address, printedKey.FindString(printed), transport, writes)
			})
		}
	})
}

func readWhileItIsWritten(t *testing.T, address, key, transport string, writes writer) {
	agentID := idIn(t, query(t, address, key, fmt.Sprintf(`mutation { createAgent(input: {name: "A", quietMs: 0, models: [%q]}) { agent { id } } }`, transport)), "agt_")
	threadID := idIn(t, query(t, address, key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, customer: {name: "Ann"}}) { thread { id } } }`, agentID)), "thr_")
	var start struct {
		Data struct{ Thread struct{ Cursor string } }
	}
	if err := json.Unmarshal([]byte(query(t, address, key, fmt.Sprintf(`{ thread(id: %q) { cursor } }`, threadID))), &start); err != nil {
		t.Fatal(err)
	}
	r := follow(t, transport, address+"/graphql", key, threadID, start.Data.Thread.Cursor)
	query(t, address, key, fmt.Sprintf(`mutation { sendMessage(input: {threadId: %q, text: "Tell me a story"}) { message { id } } }`, threadID))
	writes.say(t, "Once ")
	r.untilText("Once")
	writes.say(t, "upon a time ")
	r.untilText("Once upon a time")

	r.tell("drop")
	r.until("the cut", func(l streamed) bool { return l.Type == "cut" })
	writes.say(t, "there was ")
	query(t, address, key, fmt.Sprintf(`mutation { addNote(input: {threadId: %q, text: "while nobody listened"}) { note { id } } }`, threadID))
	r.tell("resume")
	r.untilText("Once upon a time there was")
	writes.say(t, "a lighthouse.")
	r.untilText("Once upon a time there was a lighthouse.")
	close(writes)
	r.until("the end of the turn", func(l streamed) bool { return l.Type == "turn.ended" })

	r.check("Once upon a time there was a lighthouse.")
	second := r.connections[1]
	if i := firstOf(second, "message.delta"); i < 0 || second[i].Offset != 0 || !strings.HasPrefix(second[i].Text, "Once upon a time") {
		t.Errorf("who resumes in the middle reads first: %+v", second)
	}
	if firstOf(second, "note.added") < 0 {
		t.Errorf("what happened while nobody listened is missing: %+v", second)
	}
}

// check says what is wrong with what came over all connections together: events in gapless order, pieces of one message
// among them, and behind the pieces the message itself.
func (r *reader) check(text string) {
	t := r.t
	t.Helper()
	written, stored := "", ""
	last := 1 // thread.created
	for _, connection := range r.connections {
		for _, l := range connection {
			switch {
			case l.Type == "message.delta":
				if l.Sequence != last || l.Dropped || stored != "" {
					t.Errorf("a piece behind event %d, the message %q: %+v", last, stored, l)
				}
				if written == "" {
					written = l.MessageID
				}
				if l.MessageID != written {
					t.Errorf("a piece of %s among those of %s", l.MessageID, written)
				}
				continue
			case l.Message != nil && l.Message.Author == "AGENT":
				stored = l.Message.ID
				if l.Message.Text != text {
					t.Errorf("the message is %q", l.Message.Text)
				}
			}
			if l.Sequence != last+1 {
				t.Errorf("event %d %s follows %d", l.Sequence, l.Type, last)
			}
			last = l.Sequence
		}
	}
	if stored == "" || stored != written {
		t.Errorf("the message %q does not replace the pieces of %q", stored, written)
	}
}

// firstOf returns the index of the first line of a type, or -1.
func firstOf(lines []streamed, of string) int {
	for i, l := range lines {
		if l.Type == of {
			return i
		}
	}
	return -1
}
