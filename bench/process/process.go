//go:build linux

// Package process runs the servers that are measured, and says what they use.
package process

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

// Server is a process that serves. It ends by Stop, and with this process at the latest.
type Server struct {
	Address string // host and port, as Start's address gave it
	command *exec.Cmd
}

// startTimeout bounds how long a server may take to say where it listens.
const startTimeout = 30 * time.Second

// Start runs a server and waits until it says its address, which address finds in a line of its output.
func Start(ctx context.Context, environment []string, address func(line string) string, command ...string) (*Server, error) {
	s := &Server{command: exec.Command(command[0], command[1:]...)} //nolint:gosec,noctx // our own; it is ended by Stop
	s.command.Env = append(os.Environ(), environment...)
	s.command.Stderr = os.Stderr
	s.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if at := address(lines.Text()); at != "" {
				select {
				case found <- at:
				default: // it is known
				}
			}
		}
	}()
	select {
	case at, ok := <-found:
		if ok {
			s.Address = at
			return s, nil
		}
		err = fmt.Errorf("%s ended before it listened", strings.Join(command, " "))
	case <-time.After(startTimeout):
		err = fmt.Errorf("%s did not begin to listen", strings.Join(command, " "))
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.Stop(0)
	return nil, err
}

// Stop ends the server: by a signal if it has time for that, and by force behind it.
func (s *Server) Stop(grace time.Duration) {
	if grace > 0 {
		_ = s.command.Process.Signal(syscall.SIGTERM)
	}
	kill := time.AfterFunc(grace, func() { _ = s.command.Process.Kill() })
	defer kill.Stop()
	_ = s.command.Wait()
}

// PID is the number of the process.
func (s *Server) PID() int { return s.command.Process.Pid }

// CPU is the processor time that the server has used, in user and system mode, by the scheduler's own count: the ticks of
// /proc/PID/stat are too coarse for short measurements.
func (s *Server) CPU() (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.PID()))
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

// Resident is the memory that the server holds, in bytes.
func (s *Server) Resident() (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", s.PID()))
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
