package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const startTimeout = 10 * time.Second

// Program is the trade's own software while it runs.
type Program struct {
	URL string

	binary, records string
	command         *exec.Cmd
}

// StartProgram builds the trade's program, starts it on addr with an empty file in dir, and waits until it says where
// it listens.
func StartProgram(ctx context.Context, trade *Trade, addr, dir string) (*Program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, trade.Program.Folder)
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./"+trade.Program.Folder) //nolint:gosec // of a folder that the caller named
	build.Dir = trade.Dir
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s/%s: %w\n%s", trade.Dir, trade.Program.Folder, err, output)
	}
	p := &Program{binary: binary, records: filepath.Join(dir, trade.Program.Records)}
	if err := os.Remove(p.records); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p.command = exec.Command(binary, "--addr", addr, "--file", p.records) //nolint:gosec,noctx // built just now; Stop ends it
	p.command.Stderr = os.Stderr
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	tooLong := time.AfterFunc(startTimeout, func() { _ = p.command.Process.Kill() })
	line, err := bufio.NewReader(output).ReadString('\n')
	tooLong.Stop()
	if p.URL = strings.TrimSpace(line); err != nil || !strings.HasPrefix(p.URL, "http://") {
		p.Stop()
		return nil, fmt.Errorf("%s did not say where it listens: %q", binary, line)
	}
	return p, nil
}

// Stop ends the program, waits for it and removes what was built. Its file stays.
func (p *Program) Stop() {
	_ = p.command.Process.Kill() // it may be gone already
	_ = p.command.Wait()         // killed, it never ends well
	_ = os.Remove(p.binary)
}

// Records reads the file that the program keeps.
func (p *Program) Records() ([]any, error) {
	text, err := os.ReadFile(p.records)
	if err != nil {
		return nil, err
	}
	var records []any
	for line := range bytes.Lines(text) {
		var record any
		if err := json.Unmarshal(line, &record); err != nil {
			return nil, fmt.Errorf("%s: %w", p.records, err)
		}
		records = append(records, record)
	}
	return records, nil
}
