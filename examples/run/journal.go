package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Journal keeps what happened in a run, for people and for programs that check it later. All files but the last hold
// one JSON object a line:
//
//   - operations.jsonl: mutations that the server acknowledged, each once, in the order of the answers
//   - events.jsonl: what threadEvents brought, each event once
//   - webhooks.jsonl: every request that reached the receiver, repetitions too, with its raw body
//   - secrets.json: the secrets of each integration, for checking signatures
//
// It is safe for concurrent use.
type Journal struct {
	Dir string

	temporary bool
	mu        sync.Mutex // protects everything below
	files     map[string]*os.File
	err       error
}

// OpenJournal makes the folder, a temporary one if dir is empty. What an earlier run left in it is overwritten.
func OpenJournal(dir string) (*Journal, error) {
	j := &Journal{Dir: dir, files: map[string]*os.File{}}
	var err error
	if dir == "" {
		j.temporary = true
		j.Dir, err = os.MkdirTemp("", "parley-example-")
	} else {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"operations", "events", "webhooks"} {
		file, err := os.OpenFile(filepath.Join(j.Dir, name+".jsonl"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, errors.Join(err, j.close())
		}
		j.files[name] = file
	}
	return j, nil
}

// Write appends a line to one of the files. The first error is kept and returned by Err.
func (j *Journal) Write(name string, line map[string]any) {
	line["at"] = time.Now().UTC().Format(time.RFC3339Nano)
	text, err := json.Marshal(line)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.files[name].Write(append(text, '\n'))
	}
	if j.err == nil && err != nil {
		j.err = fmt.Errorf("log of %s: %w", name, err)
	}
}

// Secrets writes secrets.json anew.
func (j *Journal) Secrets(byIntegration map[string][]string) error {
	text, err := json.MarshalIndent(byIntegration, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(j.Dir, "secrets.json"), append(text, '\n'), 0o600)
}

// Err returns the first error of Write: a log with a hole in it proves nothing.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Close ends the journal and, if it has nothing worth looking at, removes a temporary folder.
func (j *Journal) Close(remove bool) {
	if err := j.close(); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
	}
	if remove && j.temporary {
		_ = os.RemoveAll(j.Dir) // the system empties its folder of temporary files in time
	}
}

func (j *Journal) close() error {
	var err error
	for _, file := range j.files {
		err = errors.Join(err, file.Close())
	}
	return err
}
