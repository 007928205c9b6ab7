// Package recording records the traffic between a model provider and its vendor to a text file, without the secrets, and
// replays it without network and key. Providers take either as their HTTP client:
//
//	recorder, err := recording.NewRecorder(http.DefaultTransport, key)
//	…
//	p, err := gemini.New(gemini.Options{Key: key, Client: recorder.Client()})
//	… p.Generate …
//	err = recorder.Save("testdata/recorded/live.txt", recording.Head{Source: "the Gemini API"})
//
//	r, err := recording.ReadFile("testdata/recorded/live.txt")
//	…
//	p, err := gemini.New(gemini.Options{Key: "none", Client: recording.NewPlayer(r).Client()})
package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
)

// The bounds of a recording. What is larger cannot be saved, and is not read.
const (
	MaxBody      = 8 << 20  // bytes of one request or one answer
	MaxExchanges = 1000     // requests with their answers
	MaxFile      = 64 << 20 // bytes of the file
)

// Head says where a recording comes from. Each field is one line.
type Head struct {
	Source string // who answered
	Base   string // the path of the provider's base URL, for who replays; may be empty
	Model  string // the model that the provider asks; may be empty
}

// Recording is a run of requests and their answers, in the order in which the requests were sent.
type Recording struct {
	Head
	Exchanges []Exchange
}

// Exchange is one request and its answer.
type Exchange struct {
	Method string
	Target string      // path and query
	Header http.Header // of the request, as far as it is kept
	Body   []byte

	Status       int
	AnswerHeader http.Header
	Chunks       [][]byte // the body of the answer, as it came piece by piece
	Cut          bool     // the connection broke before the end of the body
}

// ReadFile reads a recording. The error names the file and the line that cannot be understood.
func ReadFile(name string) (*Recording, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	if info.Size() > MaxFile {
		return nil, fmt.Errorf("read the recording %s: it has %d bytes, more than %d", name, info.Size(), MaxFile)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	r, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the recording %s: %w", name, err)
	}
	return r, nil
}

// writeFile puts text in the place of the file at once, readable by its owner alone. It makes the folder.
func writeFile(name string, text []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".recording-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(f.Name()); err == nil && e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = e
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
