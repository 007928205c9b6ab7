//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that was started.
type process struct {
	command *exec.Cmd
	address string
}

// startTimeout bounds how long a server may take to say where it listens.
const startTimeout = 30 * time.Second

// start runs a server and waits until a line of its output says where it serves.
func start(ctx context.Context, environment []string, command ...string) (*process, error) {
	p := &process{command: exec.Command(command[0], command[1:]...)} //nolint:gosec,noctx // our own; it is ended by stop
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
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for s := bufio.NewScanner(out); s.Scan(); {
			if _, rest, ok := strings.Cut(s.Text(), "serves on http://"); ok {
				address, _, _ := strings.Cut(rest, " ")
				found <- strings.TrimRight(address, "/,.")
			}
		}
	}()
	select {
	case address, ok := <-found:
		if ok {
			p.address = address
			return p, nil
		}
		err = fmt.Errorf("%s ended before it listened", command[0])
	case <-time.After(startTimeout):
		err = fmt.Errorf("%s did not begin to listen", command[0])
	case <-ctx.Done():
		err = ctx.Err()
	}
	p.stop()
	return nil, err
}

// stop ends the server, gently first: SQLite then leaves no log behind.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(10*time.Second, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	_ = p.command.Wait()
}

// cpuOf is the processor time that processes have used, by the scheduler's own count.
func cpuOf(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		return 0, errors.Join(err, errors.New("the server has gone"))
	}
	var sum time.Duration
	for _, name := range tasks {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // a thread that has ended
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
