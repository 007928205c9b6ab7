//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that was started, pinned to its core.
type process struct {
	command *exec.Cmd
	address string
	lines   <-chan string
}

// startTimeout bounds how long a server may take to say where it listens.
const startTimeout = 20 * time.Second

// start runs a server and waits until it says its address, which is found in its output by address.
func start(ctx context.Context, core int, environment []string, address func(line string) string, command ...string) (*process, error) {
	p := &process{command: exec.Command("taskset", append([]string{"-c", strconv.Itoa(core)}, command...)...)} //nolint:gosec,noctx // our own; it is ended by stop
	p.command.Env = append(os.Environ(), environment...)
	p.command.Stderr = os.Stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	lines := make(chan string, 64)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			select {
			case lines <- s.Text():
			default: // nobody reads any more
			}
		}
	}()
	p.lines = lines
	timeout := time.After(startTimeout)
	for {
		select {
		case line, open := <-lines:
			if !open {
				p.stop()
				return nil, fmt.Errorf("%s ended before it listened", command[0])
			}
			if p.address = address(line); p.address != "" {
				return p, nil
			}
		case <-timeout:
			p.stop()
			return nil, fmt.Errorf("%s did not begin to listen", command[0])
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		}
	}
}

// stop ends the server, at once: nothing of it is needed any more.
func (p *process) stop() {
	early := p.command.Process.Kill()
	if err := p.command.Wait(); early != nil {
		fmt.Fprintf(os.Stderr, "the server had ended: %v\n", err)
	}
}

// cpu is the processor time that the server has used, in user and system mode, by the scheduler's own count: the ticks of
// /proc/PID/stat are too coarse for short measurements.
func (p *process) cpu() (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.command.Process.Pid))
	if err != nil || len(tasks) == 0 {
		return 0, errors.Join(err, errors.New("the server has gone"))
	}
	var sum time.Duration
	for _, name := range tasks {
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // a thread that has ended
		}
		if err != nil {
			return 0, err
		}
		used, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(used, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// resident is the memory that the server holds, in bytes.
func (p *process) resident() (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(file)
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "Rss:")
	var kb int64
	if _, err := fmt.Sscan(rest, &kb); err != nil || !found {
		return 0, fmt.Errorf("read the memory of the server: %w", err)
	}
	return kb << 10, nil
}
