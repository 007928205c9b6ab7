package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"parley/access"
)

const (
	// downloadPiece is how much of a file is collected before it is sent.
	downloadPiece = 32 << 10
	// downloadPatience is how long a client may take for one piece. A slower one is cut off, lest it hold the server up.
	downloadPatience = 30 * time.Second
	// downloadsAtOnce is how many files a process sends at once, downloadsOfWorkspace how many of them to one workspace: each
	// reads whole pages from the database.
	downloadsAtOnce      = 32
	downloadsOfWorkspace = 4
	// downloadPause is after what time a download that found no room is told to come back.
	downloadPause = 5 * time.Second
)

// downloadSlots counts the downloads that run in this process. The zero value is ready.
type downloadSlots struct {
	mu  sync.Mutex // protects all and of
	all int
	of  map[string]int // by workspace
}

// take reports whether there is room for one more download of a workspace, which has it until free is called.
func (s *downloadSlots) take(workspace string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == downloadsAtOnce || s.of[workspace] == downloadsOfWorkspace {
		return false
	}
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.all++
	s.of[workspace]++
	return true
}

// free gives back what take gave.
func (s *downloadSlots) free(workspace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[workspace]--; s.of[workspace] == 0 {
		delete(s.of, workspace)
	}
}

// errHeadOnly ends the making of a file of which only the head was asked for.
var errHeadOnly = errors.New("only the head was asked for")

// download is a file on its way to a client. Nothing is sent before the first piece is complete, so that what fails at
// once can still be told.
type download struct {
	bytes.Buffer // what is not yet sent

	w          http.ResponseWriter
	link       exportLink
	onlyHead   bool
	stillValid func() bool // whether the key still holds
	begun      bool
}

// pageDone is called behind each page of the file: it sends what there is, if that is a piece, and waits until the client
// has taken it. It fails when the client has gone or is too slow, and when the key has ended.
func (d *download) pageDone() error {
	if d.onlyHead {
		d.begin()
		return errHeadOnly
	}
	if d.Len() < downloadPiece {
		return nil
	}
	if !d.stillValid() {
		return access.ErrUnauthenticated
	}
	return d.send()
}

// close sends the rest.
func (d *download) close() error {
	if d.onlyHead {
		d.begin()
		return nil
	}
	return d.send()
}

func (d *download) begin() {
	name, mediaType := d.link.file()
	d.w.Header().Set("Content-Type", mediaType)
	d.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`) // of letters, digits, `_`, `-` and `.`
	d.w.WriteHeader(http.StatusOK)
	d.begun = true
}

func (d *download) send() error {
	if !d.begun {
		d.begin()
	}
	c := http.NewResponseController(d.w)
	var err error
	for err == nil && d.Len() > 0 {
		_ = c.SetWriteDeadline(time.Now().Add(downloadPatience)) // a recorder in a test has none
		_, err = d.w.Write(d.Next(downloadPiece))
	}
	if err = errors.Join(err, c.Flush()); err != nil {
		return fmt.Errorf("%w by the client: %w", context.Canceled, err) // its own affair, and not one for the log
	}
	_ = c.SetWriteDeadline(time.Time{}) // the connection may carry other requests
	return nil
}
